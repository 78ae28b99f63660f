// SPDX-License-Identifier: BSD-3-Clause
// The functions over many numbers, where they are computed by whole vectors: against long double.
#include <algorithm>
#include <bit>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "bsr/base/half.hpp"
#include "bsr/elementwise/functions.hpp"
#include "support/bounds.hpp"
#include "support/random.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

/// Numbers of all sizes up to `largest`, and those near it, in one block row.
template <class T>
bsr::matrix<T, 1> numbers_up_to(long double largest, bool negative) {
  random rng(1);
  const int n = 1037;
  bsr::buffer<T> data(n);
  bsr::buffer<std::int32_t> indices(n);
  const long double smallest = std::numeric_limits<T>::min();
  for (int k = 0; k < n; ++k) {
    const auto u = static_cast<long double>(rng.unit());
    const long double size = k % 3 == 0   ? u * largest
                             : k % 3 == 1 ? (1 - u / 100) * largest
                                          : smallest * std::pow(largest / smallest, u);
    data[k] = static_cast<T>(negative && rng.chance(0.5) ? -size : size);
    indices[k] = k;
  }
  data[5] = T(0);
  data[17] = std::numeric_limits<T>::quiet_NaN();
  return {bsr::dims(1, n), std::move(data), std::move(indices), {0, n}};
}

/// How many results are off by more than 4 units in the last place, the last one of a denormal being that of
/// the smallest normal number.
template <class T, class F, class G>
int wrong(const F& f, const G& g, long double largest, bool negative = true) {
  const auto a = numbers_up_to<T>(largest, negative);
  const auto c = f(a);
  int count = 0;
  for (std::size_t k = 0; k < a.data().size(); ++k) {
    const long double expected = g(static_cast<long double>(a.data()[k]));
    const T rounded = static_cast<T>(expected);
    const long double actual = static_cast<long double>(c.data()[k]);
    const long double bound =
        4 * 2 * unit_roundoff<T>() *
        std::fmax(std::fabs(expected), static_cast<long double>(std::numeric_limits<T>::min()));
    const bool good = expected != expected ? actual != actual
                      : std::isinf(static_cast<float>(rounded)) && std::isinf(static_cast<double>(rounded))
                          ? std::fabs(actual) >= std::numeric_limits<T>::max() * (1 - 4 * unit_roundoff<T>())
                          : std::fabs(actual - expected) <= bound;
    if (!good) UNSCOPED_INFO(a.data()[k] << " gives " << c.data()[k] << " instead of " << rounded);
    count += !good;
  }
  return count;
}

#define CHECK_FUNCTION(name, reference, ...)                        \
  CHECK(wrong<TestType>([](const auto& a) { return bsr::name(a); }, \
                        [](long double x) { return std::reference(x); }, __VA_ARGS__) == 0)

TEMPLATE_TEST_CASE("functions: many numbers", "[elementwise]", float, double) {
  const bool single = sizeof(TestType) == 4;
  const long double largest = std::numeric_limits<TestType>::max();
  const long double exponent = single ? 88.7L : 709.7L;
  CHECK_FUNCTION(floor, floor, 1e6L);
  CHECK_FUNCTION(ceil, ceil, 1e6L);
  CHECK_FUNCTION(trunc, trunc, 1e6L);
  CHECK_FUNCTION(rint, rint, 1e6L);
  CHECK_FUNCTION(sqrt, sqrt, largest);
  CHECK_FUNCTION(expm1, expm1, exponent);
  CHECK_FUNCTION(log1p, log1p, largest, false);
  CHECK_FUNCTION(log1p, log1p, 1.0L);
  CHECK_FUNCTION(sin, sin, 1e5L);
  CHECK_FUNCTION(tan, tan, 1e5L);
  CHECK_FUNCTION(arcsin, asin, 1.0L);
  CHECK_FUNCTION(arctan, atan, largest);
  CHECK_FUNCTION(sinh, sinh, exponent + 0.6L);
  CHECK_FUNCTION(tanh, tanh, 50.0L);
  CHECK_FUNCTION(arcsinh, asinh, largest);
  CHECK_FUNCTION(arctanh, atanh, 1.0L);
}

/// The largest error of f over floats of all sizes, infinity and NaN, in units in the last place of what is
/// right; of a denormal, in those of the smallest normal number.
template <class F, class G>
double worst(const F& f, const G& g) {
  constexpr std::uint32_t step = 9973;
  constexpr std::int32_t n = 0xffffffff / step;
  bsr::buffer<float> data(n);
  bsr::buffer<std::int32_t> indices(n);
  for (std::int32_t k = 0; k < n; ++k) {
    data[k] = std::bit_cast<float>(static_cast<std::uint32_t>(k) * step);
    indices[k] = k;
  }
  const bsr::matrix<float, 1> a({1, n}, std::move(data), std::move(indices), {0, n});
  const auto c = f(a);
  double largest = 0;
  for (std::size_t k = 0; k < a.data().size(); ++k) {
    const double expected = g(static_cast<double>(a.data()[k]));
    const float actual = c.data()[k];
    const bool is_number = std::fabs(expected) <= static_cast<double>((std::numeric_limits<float>::max)());
    if (is_number) {
      const double unit = std::ldexp(1.0, std::max(std::ilogb(expected), -126) - 23);
      largest = std::fmax(largest, std::fabs(static_cast<double>(actual) - expected) / unit);
    }
    const bool is_good = is_number              ? actual == actual
                         : expected != expected ? actual != actual
                                                : actual == static_cast<float>(expected);
    if (!is_good) return std::numeric_limits<double>::infinity();
  }
  return largest;
}

#define CHECK_WORST(name, reference) \
  CHECK(worst([](const auto& a) { return bsr::name(a); }, [](double x) { return std::reference(x); }) < 3)

TEST_CASE("functions: floats of all sizes", "[elementwise]") {
  CHECK_WORST(expm1, expm1);
  CHECK_WORST(log1p, log1p);
  CHECK_WORST(tanh, tanh);
  CHECK_WORST(arcsinh, asinh);
  CHECK_WORST(arctanh, atanh);
}

/// f of the numbers at the ends of what T holds is g of them, with its sign.
template <class T, class F, class G>
std::string wrong_at_ends(const F& f, const G& g) {
  using limits = std::numeric_limits<T>;
  const T tiny = limits::denorm_min();
  const T least = limits::min();
  const T below_one = 1 - limits::epsilon() / 2;
  const T ends[] = {0,    tiny, 5 * tiny, least,         least / 2,          below_one,
                    T(1), T(2), T(100),   limits::max(), limits::infinity(), limits::quiet_NaN()};
  constexpr int n = 2 * 12;
  bsr::buffer<T> data(n);
  bsr::buffer<std::int32_t> indices(n);
  for (int k = 0; k < n; ++k) {
    data[k] = k % 2 == 0 ? ends[k / 2] : -ends[k / 2];
    indices[k] = k;
  }
  const bsr::matrix<T, 1> a({1, n}, std::move(data), std::move(indices), {0, n});
  const auto c = f(a);
  for (std::size_t k = 0; k < n; ++k) {
    const T expected = g(a.data()[k]);
    const T actual = c.data()[k];
    const bool is_same = expected != expected   ? actual != actual
                         : std::isinf(expected) ? actual == expected
                                                : magnitude(widen(actual) - widen(expected)) <=
                                                      10 * unit_roundoff<T>() * magnitude(expected);
    if (!is_same || (expected == expected && std::signbit(actual) != std::signbit(expected)))
      return "f(" + std::to_string(a.data()[k]) + ") is " + std::to_string(actual) + ", not " +
             std::to_string(expected);
  }
  return "";
}

#define CHECK_ENDS(name, reference)                                         \
  CHECK(wrong_at_ends<TestType>([](const auto& a) { return bsr::name(a); }, \
                                [](TestType x) { return std::reference(x); }) == "")

TEMPLATE_TEST_CASE("functions: zeros of both signs, denormal and infinite numbers, NaN", "[elementwise]",
                   float, double) {
  CHECK_ENDS(expm1, expm1);
  CHECK_ENDS(log1p, log1p);
  CHECK_ENDS(arcsin, asin);
  CHECK_ENDS(arctan, atan);
  CHECK_ENDS(tanh, tanh);
  CHECK_ENDS(arcsinh, asinh);
  CHECK_ENDS(arctanh, atanh);
}

TEST_CASE("functions: other types go through float and double by pieces", "[elementwise]") {
  random rng(2);
  const auto a = random_matrix<std::int16_t, 5>(rng, {100, 100}, {.density = 0.5, .sorted = true});
  const auto f = bsr::sinh(a);
  const auto h = bsr::sinh(bsr::map(a, [](std::int16_t x) { return bsr::float16(x); }));
  const auto d = bsr::sinh(bsr::map(a, [](std::int16_t x) { return std::int64_t{x}; }));
  REQUIRE(a.nnz() > 3000);
  int wrong = 0;
  for (std::size_t k = 0; k < a.data().size(); ++k) {
    const long double expected = std::sinh(static_cast<long double>(a.data()[k]));
    wrong += std::fabs(f.data()[k] - expected) > 8 * unit_roundoff<float>() * std::fabs(expected);
    wrong += std::fabs(h.data()[k] - expected) > 2 * 0x1p-11L * std::fabs(expected);
    wrong += std::fabs(d.data()[k] - expected) > 8 * unit_roundoff<double>() * std::fabs(expected);
  }
  CHECK(wrong == 0);
}

}  // namespace
