// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/complex_lanes.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstddef>

namespace {

using namespace bsr::detail;

TEST_CASE("elements_of_pack: a complex number takes two lanes", "[kernel]") {
  STATIC_CHECK(elements_of_pack<float> == bsr::simd::pack<float>::size);
  STATIC_CHECK(elements_of_pack<std::complex<float>> == bsr::simd::pack<float>::size / 2);
}

TEMPLATE_TEST_CASE("times_i: a number is turned by a right angle", "[kernel]", float, double) {
  using P = bsr::simd::pack<TestType>;
  std::complex<TestType> z[std::size_t{elements_of_pack<std::complex<TestType>>}], turned[std::size(z)];
  for (std::size_t n = 0; n < std::size(z); ++n)
    z[n] = {static_cast<TestType>(n + 1), -static_cast<TestType>(2 * n)};
  times_i(P::load(parts(z))).store(parts(turned));
  for (std::size_t n = 0; n < std::size(z); ++n) CHECK(turned[n] == z[n] * std::complex<TestType>(0, 1));
}

TEMPLATE_TEST_CASE("complex_update: two sums of real products make a sum of complex ones", "[kernel]", float,
                   double) {
  using P = bsr::simd::pack<TestType>;
  using number = std::complex<TestType>;
  constexpr std::size_t count = elements_of_pack<number>;
  // Small integers, so that nothing is rounded.
  number x[3], row[2 * count], expected[2][2 * count];
  for (int n = 0; n < 3; ++n) x[n] = number(static_cast<TestType>(n - 1), static_cast<TestType>(3 - 2 * n));
  for (std::size_t n = 0; n < 2 * count; ++n)
    row[n] = number(static_cast<TestType>(n + 1), static_cast<TestType>(5) - static_cast<TestType>(n));
  P re[2][2], im[2][2], packs[2];
  for (std::size_t v = 0; v < 2; ++v) packs[v] = P::load(parts(row + v * count));
  for (std::size_t r = 0; r < 2; ++r)
    for (std::size_t v = 0; v < 2; ++v) re[r][v] = im[r][v] = P::zero();
  for (int times = 0; times < 3; ++times) complex_update(re, im, parts(x), 4, packs);  // x[0] and x[2]
  for (std::size_t r = 0; r < 2; ++r) {
    for (std::size_t n = 0; n < 2 * count; ++n) expected[r][n] = TestType(3) * (x[2 * r] * row[n]);
    for (std::size_t v = 0; v < 2; ++v) {
      number sum[count];
      (re[r][v] + times_i(im[r][v])).store(parts(sum));
      for (std::size_t n = 0; n < count; ++n) CHECK(sum[n] == expected[r][v * count + n]);
    }
  }
}

}  // namespace
