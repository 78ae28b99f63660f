// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/divider.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <limits>

#include "support/random.hpp"

namespace {

template <class Index>
bool divides_as_the_machine(Index x, std::int64_t n) {
  return bsr::detail::divider<bsr::dynamic, Index>(n)(x) == x / n;
}

TEST_CASE("divider: run-time divisors divide exactly", "[convert]") {
  constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();
  bool good = true;
  for (std::int64_t n = 1; n <= 300; ++n)
    for (std::int64_t q = 0; q < 200; ++q)
      for (std::int64_t d = -1; d <= 1; ++d) {
        const std::int64_t low = q * n + d;
        const std::int64_t high = largest / n * n - q * n + d;
        if (low >= 0) good &= divides_as_the_machine(static_cast<std::int32_t>(low), n);
        if (high >= 0 && high <= largest) good &= divides_as_the_machine(static_cast<std::int32_t>(high), n);
      }
  for (const std::int64_t n : {std::int64_t{1} << 30, std::int64_t{largest}, std::int64_t{1} << 31,
                               (std::int64_t{1} << 32) + 1, std::int64_t{1} << 40})
    for (const std::int32_t x : {0, 1, largest - 1, largest}) good &= divides_as_the_machine(x, n);
  bsr_test::random rng(1);
  for (int k = 0; k < 100000; ++k) {
    const auto x = static_cast<std::int32_t>(rng.below(largest));
    good &= divides_as_the_machine(x, 1 + rng.below(1 << rng.between(1, 30)));
  }
  CHECK(good);
}

TEST_CASE("divider: static and 64-bit divisors", "[convert]") {
  bool good = true;
  for (std::int32_t x = 0; x < 1000; ++x) {
    good &= bsr::detail::divider<7, std::int32_t>(7)(x) == x / 7;
    good &= bsr::detail::divider<1, std::int64_t>(1)(x) == x;
    good &= bsr::detail::divider<bsr::dynamic, std::int64_t>(7)((std::int64_t{1} << 40) + x) ==
            ((std::int64_t{1} << 40) + x) / 7;
  }
  CHECK(good);
  CHECK(bsr::detail::divider<7, std::int32_t>(7).value() == 7);
  CHECK(bsr::detail::divider<bsr::dynamic, std::int32_t>(9).value() == 9);
}

}  // namespace
