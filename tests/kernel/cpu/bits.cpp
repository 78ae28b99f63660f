// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/bits.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/random.hpp"

namespace {
constexpr auto slack = static_cast<std::size_t>(bsr::detail::list_slack);

TEST_CASE("bits_of_64: a bit for every byte that is 1", "[kernel]") {
  bsr_test::random rng(1);
  for (int n = 0; n < 200; ++n) {
    std::uint8_t from[64];
    std::uint64_t expected = 0;
    for (int l = 0; l < 64; ++l) {
      from[l] = static_cast<std::uint8_t>(rng.below(2));
      expected |= std::uint64_t{from[l]} << l;
    }
    CHECK(bsr::detail::bits_of_64(from) == expected);
  }
}

TEMPLATE_TEST_CASE("list_bits: the numbers of the bits, in order, and little behind them", "[kernel]",
                   std::int32_t, std::int64_t) {
  bsr_test::random rng(2);
  const auto check = [](std::uint64_t bits, TestType first) {
    std::vector<TestType> expected;
    for (int l = 0; l < 64; ++l)
      if (bits >> l & 1) expected.push_back(static_cast<TestType>(first + l));
    std::vector<TestType> found(expected.size() + slack + 1, TestType(-7));
    const TestType* const end = bsr::detail::list_bits(bits, first, found.data());
    REQUIRE(end == found.data() + expected.size());
    CHECK(found.back() == -7);
    found.resize(expected.size());
    CHECK(found == expected);
  };
  for (const std::uint64_t bits :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 63, ~std::uint64_t{0}})
    check(bits, 64);
  // Every number of bits.
  for (int count = 1; count <= 64; ++count)
    for (int n = 0; n < 10; ++n) {
      std::uint64_t bits = 0;
      for (int l = 0; l < count; ++l) bits |= std::uint64_t{1} << rng.below(64);
      check(bits, static_cast<TestType>(rng.below(1 << 30)));
    }
}

TEMPLATE_TEST_CASE("list_words: words that are not 0 with their numbers, and zeros are left", "[kernel]",
                   std::int32_t, std::int64_t) {
  bsr_test::random rng(3);
  for (std::int64_t n = 0; n < 40; ++n)
    for (const int density : {0, 1, 5, 10}) {
      std::vector<std::uint64_t> words(static_cast<std::size_t>(n) + 1, 5),
          expected;  // the last is another's
      std::vector<TestType> numbers;
      for (std::int64_t w = 0; w < n; ++w) {
        const bool used = rng.below(10) < density;
        const std::uint64_t value = used ? std::uint64_t{1} << rng.below(64) | 1 : 0;
        words[static_cast<std::size_t>(w)] = value;
        if (!used) continue;
        expected.push_back(value);
        numbers.push_back(static_cast<TestType>(w));
      }
      std::vector<TestType> found(expected.size() + slack + 1, TestType(-7));
      std::vector<std::uint64_t> masks(expected.size() + slack + 1, 7);
      REQUIRE(bsr::detail::list_words(words.data(), n, found.data(), masks.data()) ==
              static_cast<std::int64_t>(expected.size()));
      CHECK((found.back() == -7 && masks.back() == 7));
      found.resize(expected.size());
      masks.resize(expected.size());
      CHECK((found == numbers && masks == expected));
      for (std::int64_t w = 0; w < n; ++w) CHECK(words[static_cast<std::size_t>(w)] == 0);
      CHECK(words.back() == 5);
    }
}

TEMPLATE_TEST_CASE("spread: elements go where bits are, zeros elsewhere", "[kernel]", std::int32_t, double,
                   std::int8_t, std::complex<double>) {
  using T = TestType;
  bsr_test::random rng(5);
  for (int count = 0; count <= 64; ++count)
    for (const int one_in : {1, 2, 7}) {
      std::uint64_t bits = 0;
      std::vector<T> from, expected;
      for (int k = 0; k < count; ++k) {
        const bool set = rng.below(one_in) == 0;
        if (set) {
          bits |= std::uint64_t{1} << k;
          from.push_back(static_cast<T>(static_cast<std::int8_t>(k + 1)));
        }
        expected.push_back(set ? from.back() : T{});
      }
      std::vector<T> to(80, static_cast<T>(std::int8_t{-1}));
      bsr::detail::spread(bits, from.data(), to.data(), count);
      expected.resize(static_cast<std::size_t>((count + 15) / 16 * 16));
      CHECK(to[expected.size()] == static_cast<T>(std::int8_t{-1}));
      to.resize(expected.size());
      CHECK(to == expected);
    }
}

TEMPLATE_TEST_CASE("spread_both: two lists as one", "[kernel]", std::int32_t, std::int64_t) {
  using Index = TestType;
  bsr_test::random rng(6);
  for (int count = 0; count <= 64; ++count) {
    std::uint64_t in_a = 0, in_b = 0;
    std::vector<Index> a, b, expected;
    for (int k = 0; k < count; ++k) {
      const auto where = rng.below(3) + 1;
      const auto number = static_cast<Index>(1000 + 7 * k);
      in_a |= static_cast<std::uint64_t>(where & 1) << k;
      in_b |= static_cast<std::uint64_t>(where >> 1) << k;
      if ((where & 1) != 0) a.push_back(number);
      if ((where & 2) != 0) b.push_back(number);
      expected.push_back(number);
    }
    std::vector<Index> to(80, Index{-1});
    bsr::detail::spread_both(in_a, a.data(), in_b, b.data(), to.data(), count);
    CHECK(to[static_cast<std::size_t>((count + 15) / 16 * 16)] == -1);
    to.resize(expected.size());
    CHECK(to == expected);
  }
}

}  // namespace
