// SPDX-License-Identifier: BSD-3-Clause
// float8_e4m3 and float8_e5m2 against ml_dtypes (scipy/make_float8.py).
#include "bsr/base/float8.hpp"

#include <bit>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <type_traits>
#include <vector>

namespace {

using bsr::float8_e4m3;
using bsr::float8_e5m2;

struct row {
  float x;
  std::uint8_t bits;
};
/// What the file holds of a type.
template <class Float8>
struct table {
  std::vector<float> values;
  std::vector<row> rounded;
  table() {
    std::ifstream file(BSR_TESTS_DIR "/data/float8.bin", std::ios::binary);
    const std::vector<char> all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    REQUIRE(all.size() > 2048);
    const bool second = std::is_same_v<Float8, float8_e5m2>;
    values.resize(256);
    std::memcpy(values.data(), all.data() + (second ? 1024 : 0), 1024);
    for (std::size_t at = 2048; at < all.size(); at += 6) {
      row r{};
      std::memcpy(&r.x, all.data() + at, 4);
      std::memcpy(&r.bits, all.data() + at + 4 + second, 1);
      rounded.push_back(r);
    }
  }
};
bool same(float x, float y) { return x == y ? std::signbit(x) == std::signbit(y) : x != x && y != y; }

TEMPLATE_TEST_CASE("float8: all 256 of them mean what ml_dtypes says", "[base]", float8_e4m3, float8_e5m2) {
  const table<TestType> expected;
  int wrong = 0;
  for (unsigned b = 0; b < 256; ++b) {
    const auto x = TestType::from_bits(static_cast<std::uint8_t>(b));
    wrong += !same(float(x), expected.values[b]) || x.bits() != b;
    if (float(x) == float(x)) {
      wrong += TestType(float(x)).bits() != b || TestType(double(float(x))).bits() != b;
      wrong += !same(float(-x), -float(x));
    }
  }
  CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("float8: floats are rounded as ml_dtypes rounds them", "[base]", float8_e4m3,
                   float8_e5m2) {
  const table<TestType> expected;
  REQUIRE(expected.rounded.size() > 4000);
  int wrong = 0;
  for (const row& r : expected.rounded) {
    const TestType of_float(r.x), of_double(static_cast<double>(r.x));
    const float right = TestType::from_bits(r.bits);
    wrong += !same(of_float, right) || !same(of_double, right) || !same(TestType((long double)(r.x)), right);
  }
  CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("float8: doubles are rounded once", "[base]", float8_e4m3, float8_e5m2) {
  // A double just beside the middle of two neighbours, which as a float is the middle.
  int wrong = 0;
  for (std::uint8_t b = 0; b < std::numeric_limits<TestType>::max().bits(); ++b) {
    const double low = float(TestType::from_bits(b));
    const double high = float(TestType::from_bits(static_cast<std::uint8_t>(b + 1)));
    const double middle = (low + high) / 2;
    wrong += TestType(std::nextafter(middle, 0.0)).bits() != b;
    wrong += TestType(std::nextafter(middle, 1e9)).bits() != b + 1;
    wrong += TestType(middle).bits() != (b % 2 == 0 ? b : b + 1);
  }
  CHECK(wrong == 0);
}

TEST_CASE("float8: what is too large", "[base]") {
  const float nan = std::nanf("");
  CHECK(float8_e4m3(448.0f).bits() == 0x7e);
  CHECK(float8_e4m3(464.0f).bits() == 0x7e);
  for (const float x : {465.0f, 480.0f, 496.0f, 500.0f, 1e30f, HUGE_VALF, nan})
    CHECK(float8_e4m3(x).bits() == 0x7f);
  CHECK(float8_e4m3(-1e30f).bits() == 0xff);
  CHECK(float8_e5m2(57344).bits() == 0x7b);
  CHECK(float8_e5m2(std::nextafterf(61440.0f, 0.0f)).bits() == 0x7b);
  for (const float x : {61440.0f, 65536.0f, HUGE_VALF}) CHECK(float8_e5m2(x).bits() == 0x7c);
  CHECK(std::isnan(float(float8_e5m2(nan))));
  CHECK(float8_e5m2(std::int64_t{1} << 60).bits() == 0x7c);
}

TEMPLATE_TEST_CASE("float8: limits", "[base]", float8_e4m3, float8_e5m2) {
  using limits = std::numeric_limits<TestType>;
  constexpr bool first = std::is_same_v<TestType, float8_e4m3>;
  // From ml_dtypes.finfo.
  CHECK(float(limits::max()) == (first ? 448.0f : 57344.0f));
  CHECK(float(limits::lowest()) == (first ? -448.0f : -57344.0f));
  CHECK(float(limits::min()) == (first ? 0x1p-6f : 0x1p-14f));
  CHECK(float(limits::denorm_min()) == (first ? 0x1p-9f : 0x1p-16f));
  CHECK(float(limits::epsilon()) == (first ? 0.125f : 0.25f));
  CHECK(std::isnan(float(limits::quiet_NaN())));
  STATIC_CHECK(limits::has_infinity != first);
  CHECK(float(limits::infinity()) == (first ? 0.0f : HUGE_VALF));
  STATIC_CHECK(sizeof(TestType) == 1);
  STATIC_CHECK(std::is_trivially_copyable_v<TestType>);
}

TEMPLATE_TEST_CASE("float8: arithmetic is that of float, rounded", "[base]", float8_e4m3, float8_e5m2) {
  int wrong = 0;
  for (unsigned i = 0; i < 256; ++i)
    for (unsigned j = 0; j < 256; ++j) {
      const auto x = TestType::from_bits(static_cast<std::uint8_t>(i));
      const auto y = TestType::from_bits(static_cast<std::uint8_t>(j));
      const float a = x, b = y;
      wrong += !same(x + y, TestType(a + b)) || !same(x - y, TestType(a - b)) ||
               !same(x * y, TestType(a * b)) || !same(x / y, TestType(a / b));
      wrong += (x == y) != (a == b) || (x != y) != (a != b) || (x < y) != (a < b) || (x <= y) != (a <= b) ||
               (x > y) != (a > b) || (x >= y) != (a >= b);
    }
  CHECK(wrong == 0);
}

TEST_CASE("float8: combined with other types", "[base]") {
  using bsr::result_type_t, bsr::scaled_type_t;
  using half = bsr::float16;
  STATIC_CHECK(std::is_same_v<result_type_t<float8_e4m3, float8_e4m3>, float8_e4m3>);
  STATIC_CHECK(std::is_same_v<result_type_t<float8_e4m3, float8_e5m2>, float>);
  STATIC_CHECK(std::is_same_v<result_type_t<float8_e5m2, half>, float>);
  STATIC_CHECK(std::is_same_v<result_type_t<bsr::bfloat16, float8_e4m3>, float>);
  STATIC_CHECK(std::is_same_v<result_type_t<float8_e5m2, float>, float>);
  STATIC_CHECK(std::is_same_v<result_type_t<float8_e5m2, double>, double>);
  STATIC_CHECK(std::is_same_v<result_type_t<bool, float8_e5m2>, float8_e5m2>);
  STATIC_CHECK(std::is_same_v<result_type_t<std::int8_t, float8_e5m2>, float>);
  STATIC_CHECK(std::is_same_v<result_type_t<float8_e5m2, std::int32_t>, double>);
  STATIC_CHECK(std::is_same_v<result_type_t<float8_e5m2, std::complex<float>>, std::complex<float>>);
  STATIC_CHECK(std::is_same_v<scaled_type_t<float8_e4m3, double>, float8_e4m3>);
  STATIC_CHECK(std::is_same_v<scaled_type_t<float8_e4m3, std::complex<double>>, std::complex<float>>);
  STATIC_CHECK(std::is_same_v<bsr::accumulator_t<float8_e4m3>, float>);
  CHECK(float8_e5m2(float8_e4m3(1.75f)).bits() == float8_e5m2(1.75f).bits());
  CHECK(float8_e4m3(half(3)).bits() == float8_e4m3(3).bits());
  CHECK(float(half(float8_e4m3(0.5f))) == 0.5f);
}

}  // namespace
