// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/words.hpp"

#include <array>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "support/random.hpp"

namespace {

using bsr::detail::word_pack;

constexpr std::size_t size = word_pack::size;
using words = std::array<std::int32_t, size>;
using bytes = std::array<std::uint8_t, 4 * size>;

words words_of(const word_pack& p) {
  words w;
  p.store(w.data());
  return w;
}
words words_of(const bytes& b) {
  words w;
  std::memcpy(w.data(), b.data(), sizeof w);
  return w;
}
/// Bytes of all values, the largest and the smallest often.
template <class Byte>
Byte any_byte(bsr_test::random& rng) {
  using limits = std::numeric_limits<Byte>;
  if (rng.chance(0.3)) return rng.chance(0.5) ? limits::max() : limits::min();
  return static_cast<Byte>(rng.between(limits::min(), limits::max()));
}
std::int32_t wrapped(std::int64_t sum) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(sum)); }

}  // namespace

TEST_CASE("words: dot_bytes sums four products, nothing saturates, sums wrap", "[pack]") {
  bsr_test::random rng(1);
  for (int repeat = 0; repeat < 100; ++repeat) {
    bytes a, b;
    words sum, expected;
    for (std::size_t l = 0; l < size; ++l) {
      sum[l] = repeat % 2 == 0 ? std::numeric_limits<std::int32_t>::max() - static_cast<std::int32_t>(l)
                               : static_cast<std::int32_t>(rng.between(-1000, 1000));
      std::int64_t total = sum[l];
      for (std::size_t i = 4 * l; i < 4 * l + 4; ++i) {
        // The first time all are as large as they can be: two products of 16 bits would saturate.
        a[i] = repeat == 0 ? std::uint8_t{255} : any_byte<std::uint8_t>(rng);
        const std::int8_t factor = repeat == 0 ? std::int8_t{127} : any_byte<std::int8_t>(rng);
        b[i] = static_cast<std::uint8_t>(factor);
        total += std::int64_t{a[i]} * factor;
      }
      expected[l] = wrapped(total);
    }
    const word_pack dots =
        bsr::detail::dot_bytes(word_pack::load(sum.data()), word_pack::load(words_of(a).data()),
                               word_pack::load(words_of(b).data()));
    REQUIRE(words_of(dots) == expected);
  }
}

TEST_CASE("words: flip_bits and broadcast_word", "[pack]") {
  words numbers;
  for (std::size_t l = 0; l < size; ++l) numbers[l] = static_cast<std::int32_t>(l * 0x01234567);
  const auto flipped = words_of(bsr::detail::flip_bits(word_pack::load(numbers.data()), 0x80808080));
  for (std::size_t l = 0; l < size; ++l)
    CHECK(static_cast<std::uint32_t>(flipped[l]) == (static_cast<std::uint32_t>(numbers[l]) ^ 0x80808080));
  const std::uint8_t odd_place[] = {9, 1, 2, 3, 4, 9};
  std::int32_t word;
  std::memcpy(&word, odd_place + 1, sizeof word);
  for (const std::int32_t w : words_of(bsr::detail::broadcast_word(odd_place + 1))) CHECK(w == word);
}

TEMPLATE_TEST_CASE("words: interleave_bytes puts four rows side by side", "[pack]", std::int8_t,
                   std::uint8_t) {
  bsr_test::random rng(2);
  for (const int flip : {0, 0x80})
    for (int rows = 1; rows <= 4; ++rows)
      for (int count = 1; count <= static_cast<int>(size); ++count) {
        const int ld = count + 1;
        // Nothing behind what may be read: a sanitizer sees who reads more.
        std::vector<TestType> from(static_cast<std::size_t>((rows - 1) * ld + count));
        for (TestType& x : from) x = any_byte<TestType>(rng);
        bytes expected;
        for (int l = 0; l < static_cast<int>(size); ++l)
          for (int i = 0; i < 4; ++i) {
            const int value = l < count && i < rows ? from[static_cast<std::size_t>(i * ld + l)] : 0;
            expected[static_cast<std::size_t>(4 * l + i)] = static_cast<std::uint8_t>(value ^ flip);
          }
        INFO(rows << " rows, " << count << " bytes of each");
        REQUIRE(words_of(bsr::detail::interleave_bytes(
                    from.data(), ld, rows, count, static_cast<std::uint8_t>(flip))) == words_of(expected));
      }
}

TEMPLATE_TEST_CASE("words: sum_rows sums the rows of blocks", "[pack]", std::int8_t, std::uint8_t) {
  bsr_test::random rng(3);
  for (const int rows : {1, 3, 16})
    for (const int cols : {4, 12, 32})
      for (const int blocks : {0, 1, 5}) {
        const int block = 20 * cols;
        std::vector<TestType> from(
            static_cast<std::size_t>(blocks == 0 ? 0 : (blocks - 1) * block + rows * cols));
        for (TestType& x : from) x = any_byte<TestType>(rng);
        std::vector<std::int32_t> sums(static_cast<std::size_t>(rows) + 1, 77);
        bsr::detail::sum_rows(from.data(), block, blocks, rows, cols, sums.data());
        INFO(rows << "x" << cols << ", " << blocks << " blocks");
        for (int r = 0; r < rows; ++r) {
          std::int64_t expected = 0;
          for (int k = 0; k < blocks; ++k)
            for (int c = 0; c < cols; ++c)
              expected += from[static_cast<std::size_t>(k * block + r * cols + c)];
          REQUIRE(sums[static_cast<std::size_t>(r)] == expected);
        }
        REQUIRE(sums.back() == 77);
      }
}
