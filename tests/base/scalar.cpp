// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/base/scalar.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

namespace {

template <class T>
bool is_numpy(const std::string& name) {
  using traits = bsr::scalar_traits<T>;
  return bsr::scalar<T> && bsr::scalar<const T> &&
         traits::npy_kind + std::to_string(traits::npy_bytes) == name;
}

TEST_CASE("scalar: scipy's types and their NumPy names", "[base]") {
  CHECK(is_numpy<bool>("b1"));
  CHECK(is_numpy<std::int8_t>("i1"));
  CHECK(is_numpy<std::uint8_t>("u1"));
  CHECK(is_numpy<std::int16_t>("i2"));
  CHECK(is_numpy<std::uint16_t>("u2"));
  CHECK(is_numpy<std::int32_t>("i4"));
  CHECK(is_numpy<std::uint32_t>("u4"));
  CHECK(is_numpy<std::int64_t>("i8"));
  CHECK(is_numpy<std::uint64_t>("u8"));
  CHECK(is_numpy<long long>("i8"));
  CHECK(is_numpy<unsigned long long>("u8"));
  CHECK(is_numpy<float>("f4"));
  CHECK(is_numpy<double>("f8"));
  CHECK(is_numpy<long double>("f" + std::to_string(sizeof(long double))));
  CHECK(is_numpy<std::complex<float>>("c8"));
  CHECK(is_numpy<std::complex<double>>("c16"));
  STATIC_CHECK(bsr::scalar<std::complex<long double>>);
}

TEST_CASE("scalar: what is no scalar", "[base]") {
  STATIC_CHECK_FALSE(bsr::scalar<void*>);
  STATIC_CHECK_FALSE(bsr::scalar<std::string>);
  STATIC_CHECK_FALSE(bsr::scalar<std::complex<int>>);
}

TEST_CASE("add, multiply: integers wrap as in scipy, also where C++ would overflow", "[base]") {
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
  STATIC_CHECK(bsr::add<std::int8_t>(100, 100) == -56);
  STATIC_CHECK(bsr::multiply<std::int8_t>(100, 3) == 44);
  STATIC_CHECK(bsr::add(largest, std::int64_t{1}) == smallest);
  STATIC_CHECK(bsr::multiply(largest, std::int64_t{2}) == -2);
  STATIC_CHECK(bsr::multiply(smallest, std::int64_t{-1}) == smallest);
  // The promotion of unsigned short to int would overflow.
  STATIC_CHECK(bsr::multiply<std::uint16_t>(65535, 65535) == 1);
  STATIC_CHECK(bsr::add<std::uint64_t>(~std::uint64_t{0}, 2) == 1);
  STATIC_CHECK(bsr::add(std::numeric_limits<std::int32_t>::max(), 1) ==
               std::numeric_limits<std::int32_t>::min());
}

TEST_CASE("add, multiply: bool is or and and, the rest is ordinary", "[base]") {
  STATIC_CHECK(bsr::add(true, true) == true);
  STATIC_CHECK(bsr::add(false, false) == false);
  STATIC_CHECK(bsr::multiply(true, false) == false);
  STATIC_CHECK(bsr::add(0.1f, 0.2f) == 0.1f + 0.2f);
  CHECK(bsr::multiply(std::complex<double>(0, 1), std::complex<double>(0, 1)) == std::complex<double>(-1, 0));
}

TEST_CASE("promoted_t: the accumulator of two types", "[base]") {
  STATIC_CHECK(std::is_same_v<bsr::promoted_t<float, double>, double>);
  STATIC_CHECK(std::is_same_v<bsr::promoted_t<float, float>, float>);
  STATIC_CHECK(std::is_same_v<bsr::promoted_t<std::int8_t, std::int8_t>, std::int8_t>);
  STATIC_CHECK(std::is_same_v<bsr::promoted_t<const float, std::complex<float>>, std::complex<float>>);
  STATIC_CHECK(std::is_same_v<bsr::promoted_t<std::complex<float>, double>, std::complex<double>>);
  STATIC_CHECK(std::is_same_v<bsr::accumulator_t<const bool>, bool>);
  STATIC_CHECK(bsr::is_complex<std::complex<float>>);
  STATIC_CHECK_FALSE(bsr::is_complex<float>);
}

}  // namespace
