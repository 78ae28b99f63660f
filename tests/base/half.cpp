// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/base/half.hpp"

#include <bit>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "support/random.hpp"

namespace {

using bsr::bfloat16;
using bsr::float16;

/// The number that the bits mean, from the definition of the formats: f fraction bits, bias b.
template <class Half>
double meaning(std::uint16_t bits) {
  const int fraction_bits = std::is_same_v<Half, float16> ? 10 : 7;
  const int bias = std::is_same_v<Half, float16> ? 15 : 127;
  const int fraction = bits & ((1 << fraction_bits) - 1);
  const int exponent = (bits & 0x7fff) >> fraction_bits;
  const double sign = bits >> 15 != 0 ? -1.0 : 1.0;
  if (exponent == 2 * bias + 1) return fraction != 0 ? std::nan("") : sign * HUGE_VAL;
  if (exponent == 0) return sign * std::ldexp(fraction, 1 - bias - fraction_bits);
  return sign * std::ldexp((1 << fraction_bits) + fraction, exponent - bias - fraction_bits);
}

/// Whether h is the nearest half of x, and the even one of two. Beyond the largest half the next number that
/// the format would have decides.
template <class Half, class Wide>
bool nearest(Half h, Wide x) {
  if (x != x) return float(h) != float(h);
  const auto bits = h.bits();
  if ((bits >> 15 != 0) != std::signbit(static_cast<long double>(x))) return false;
  const std::uint16_t size = bits & 0x7fff;
  const std::uint16_t infinite = std::numeric_limits<Half>::infinity().bits();
  const auto value = [&](std::uint16_t b) -> long double {
    if (b < infinite) return meaning<Half>(b);
    return 2 * static_cast<long double>(
                   meaning<Half>(static_cast<std::uint16_t>(infinite - (infinite & -infinite))));
  };
  const long double target = std::fabs(static_cast<long double>(x));
  if (size == infinite && target >= value(infinite)) return true;
  if (size > infinite) return false;
  const bool even = size % 2 == 0;
  if (size > 0) {
    const long double middle = (value(size) + value(static_cast<std::uint16_t>(size - 1))) / 2;
    if (target < middle || (target == middle && !even)) return false;
  }
  if (size < infinite) {
    const long double middle = (value(size) + value(static_cast<std::uint16_t>(size + 1))) / 2;
    if (target > middle || (target == middle && !even)) return false;
  }
  return true;
}

TEMPLATE_TEST_CASE("half: all 65536 of them become the float they mean, and come back", "[base]", float16,
                   bfloat16) {
  int wrong = 0;
  for (unsigned b = 0; b < 65536; ++b) {
    const auto bits = static_cast<std::uint16_t>(b);
    const TestType h = TestType::from_bits(bits);
    const float f = h;
    const double m = meaning<TestType>(bits);
    if (m != m) {
      wrong += f == f || float(TestType(f)) == float(TestType(f));
    } else {
      wrong += static_cast<double>(f) != m || std::signbit(f) != std::signbit(m);
      wrong += TestType(f).bits() != bits || TestType(m).bits() != bits ||
               TestType(static_cast<long double>(m)).bits() != bits;
    }
  }
  CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("half: every type rounds to nearest, ties to even, once", "[base]", float16, bfloat16) {
  bsr_test::random rng(1);
  int wrong = 0;
  // Neighbours, the middle between them, and numbers next to the middle by one bit of float, double, long
  // double.
  for (unsigned b = 0; b < std::numeric_limits<TestType>::infinity().bits(); ++b) {
    const double low = meaning<TestType>(static_cast<std::uint16_t>(b));
    const double step = b + 1u < std::numeric_limits<TestType>::infinity().bits()
                            ? meaning<TestType>(static_cast<std::uint16_t>(b + 1)) - low
                            : low - meaning<TestType>(static_cast<std::uint16_t>(b - 1));
    const double middle = low + step / 2;
    const auto f = static_cast<float>(middle);
    for (const float x : {f, std::nextafterf(f, 0.0f), std::nextafterf(f, HUGE_VALF)})
      wrong += !nearest(TestType(x), x) + !nearest(TestType(-x), -x);
    for (const double x : {middle, std::nextafter(middle, 0.0), std::nextafter(middle, HUGE_VAL)})
      wrong += !nearest(TestType(x), x) + !nearest(TestType(-x), -x);
    for (const long double x : {std::nextafterl(middle, 0.0L), std::nextafterl(middle, HUGE_VALL)})
      wrong += !nearest(TestType(x), x) + !nearest(TestType(-x), -x);
  }
  for (int k = 0; k < 300000; ++k) {
    const auto f = std::bit_cast<float>(static_cast<std::uint32_t>(rng.bits()));
    wrong += !nearest(TestType(f), f);
    const auto shift = static_cast<int>(rng.below(64));
    const auto i = static_cast<std::int64_t>(rng.bits()) >> shift;
    const auto u = rng.bits() >> shift;
    wrong += !nearest(TestType(i), i) + !nearest(TestType(u), u);
    wrong += !nearest(TestType(static_cast<std::int32_t>(i)), static_cast<std::int32_t>(i));
    wrong += !nearest(TestType(static_cast<std::int16_t>(i)), static_cast<std::int16_t>(i));
  }
  CHECK(wrong == 0);
  CHECK(float(TestType((std::int64_t{1} << 60) + (std::int64_t{1} << 52))) ==
        (std::is_same_v<TestType, bfloat16> ? 0x1p60f : HUGE_VALF));
  CHECK(float(TestType((std::int64_t{1} << 60) + (std::int64_t{1} << 52) + 1)) ==
        (std::is_same_v<TestType, bfloat16> ? 0x1.02p60f : HUGE_VALF));
  CHECK(TestType(std::numeric_limits<std::int64_t>::min()).bits() ==
        TestType(static_cast<double>(std::numeric_limits<std::int64_t>::min())).bits());
}

TEST_CASE("half: as NumPy rounds", "[base]") {
  // [hex(b) for b in np.array([1, -2, 1/3, 65504, 65519.996, 65520, 6e-8, 2.98e-8, 2.9802322387695312e-08,
  // 1e-5, -0.0,
  //  np.inf], np.float64).astype(np.float16).view(np.uint16)]
  const double values[] = {1,    -2,      1.0 / 3, 65504, 65519.996, 65520,
                           6e-8, 2.98e-8, 0x1p-25, 1e-5,  -0.0,      HUGE_VAL};
  const std::uint16_t expected[] = {0x3c00, 0xc000, 0x3555, 0x7bff, 0x7bff, 0x7c00,
                                    0x1,    0x0,    0x0,    0xa8,   0x8000, 0x7c00};
  for (int k = 0; k < 12; ++k) CHECK(float16(values[k]).bits() == expected[k]);
}

TEMPLATE_TEST_CASE("half: arithmetic is rounded once, comparisons know NaN and -0", "[base]", float16,
                   bfloat16) {
  using limits = std::numeric_limits<TestType>;
  bsr_test::random rng(2);
  int wrong = 0;
  for (int k = 0; k < 100000; ++k) {
    const auto x = TestType::from_bits(static_cast<std::uint16_t>(rng.bits()));
    const auto y = TestType::from_bits(static_cast<std::uint16_t>(rng.bits()));
    if (x != x || y != y) continue;
    // In long double sums and products of halves are exact up to 64 bits; quotients are far from ties.
    const long double a = float(x);
    const long double b = float(y);
    wrong += !nearest(x * y, a * b);
    if (std::fabs(std::log2(std::fabs(a / b))) < 50) wrong += !nearest(x + y, a + b) + !nearest(x - y, a - b);
    if (b != 0) wrong += !nearest(x / y, a / b);
    wrong += (x < y) != (a < b) || (x == y) != (a == b) || (x >= y) != (a >= b);
  }
  CHECK(wrong == 0);
  const TestType nan = limits::quiet_NaN();
  CHECK((nan != nan && !(nan == nan) && !(nan < nan) && !(nan >= nan)));
  CHECK((TestType(0) == TestType(-0.0) && TestType(-0.0).bits() == 0x8000));
  CHECK((-TestType(1)).bits() == TestType(-1).bits());
  CHECK(((+TestType(3)) == TestType(3)));
  TestType sum(1);
  sum += TestType(2);
  sum *= TestType(4);
  sum -= TestType(2);
  sum /= TestType(5);
  CHECK(sum == TestType(2));
  STATIC_CHECK(std::is_same_v<decltype(sum + sum), TestType>);
  STATIC_CHECK(std::is_same_v<decltype(sum + 1.0f), float>);
  STATIC_CHECK(std::is_same_v<decltype(sum * 1.0), double>);
  STATIC_CHECK(TestType(1.5f) + TestType(2) == TestType(3.5));
}

TEMPLATE_TEST_CASE("half: what the traits say", "[base]", float16, bfloat16) {
  using limits = std::numeric_limits<TestType>;
  STATIC_CHECK(sizeof(TestType) == 2);
  STATIC_CHECK(std::is_trivially_copyable_v<TestType>);
  STATIC_CHECK(bsr::scalar<TestType>);
  STATIC_CHECK(std::is_same_v<bsr::accumulator_t<TestType>, float>);
  STATIC_CHECK(std::is_same_v<typename bsr::scalar_traits<TestType>::real, TestType>);
  CHECK(bsr::scalar_traits<TestType>::npy_kind == (std::is_same_v<TestType, float16> ? 'f' : 'B'));
  CHECK(TestType{}.bits() == 0);
  CHECK(float(limits::max()) == (std::is_same_v<TestType, float16> ? 65504.0f : 0x1.fep127f));
  CHECK(float(limits::min()) == std::ldexp(1.0f, limits::min_exponent - 1));
  CHECK(float(limits::denorm_min()) == std::ldexp(1.0f, limits::min_exponent - limits::digits));
  CHECK(float(limits::epsilon()) == std::ldexp(1.0f, 1 - limits::digits));
  CHECK(float(limits::lowest()) == -float(limits::max()));
  CHECK(std::isinf(float(limits::infinity())));
  CHECK(std::isnan(float(limits::quiet_NaN())));
  CHECK(std::isnan(float(limits::signaling_NaN())));
  CHECK(float(TestType(float16(1.5f)) + TestType(bfloat16(2.5f))) == 4.0f);
}

}  // namespace
