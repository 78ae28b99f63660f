// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/base/result_type.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "bsr/base/half.hpp"

namespace {

using c64 = std::complex<float>;
using c128 = std::complex<double>;
using c256 = std::complex<long double>;
using types =
    std::tuple<bool, std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t,
               std::int64_t, std::uint64_t, bsr::float16, float, double, long double, c64, c128, c256>;

/// NumPy's name, with g for long double.
template <class T>
std::string name() {
  if (std::is_same_v<T, long double>) return "g";
  if (std::is_same_v<T, c256>) return "G";
  return bsr::scalar_traits<T>::npy_kind + std::to_string(bsr::scalar_traits<T>::npy_bytes);
}

template <class T, std::size_t... K>
std::string row(std::index_sequence<K...>) {
  return ((name<bsr::result_type_t<T, std::tuple_element_t<K, types>>>() + " ") + ...);
}
template <class T>
std::string row() {
  return row<T>(std::make_index_sequence<std::tuple_size_v<types>>());
}

// for t in ts: print(*[np.result_type(t, u).char-or-str[1:] for u in ts]), with NumPy 2.4.6 and
// ts = '?', 'i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f2', 'f4', 'f8', 'g', 'c8', 'c16', 'G'.
TEST_CASE("result_type: the table of NumPy", "[base]") {
  CHECK(row<bool>() == "b1 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 g c8 c16 G ");
  CHECK(row<std::int8_t>() == "i1 i1 i2 i2 i4 i4 i8 i8 f8 f2 f4 f8 g c8 c16 G ");
  CHECK(row<std::uint8_t>() == "u1 i2 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 g c8 c16 G ");
  CHECK(row<std::int16_t>() == "i2 i2 i2 i2 i4 i4 i8 i8 f8 f4 f4 f8 g c8 c16 G ");
  CHECK(row<std::uint16_t>() == "u2 i4 u2 i4 u2 i4 u4 i8 u8 f4 f4 f8 g c8 c16 G ");
  CHECK(row<std::int32_t>() == "i4 i4 i4 i4 i4 i4 i8 i8 f8 f8 f8 f8 g c16 c16 G ");
  CHECK(row<std::uint32_t>() == "u4 i8 u4 i8 u4 i8 u4 i8 u8 f8 f8 f8 g c16 c16 G ");
  CHECK(row<std::int64_t>() == "i8 i8 i8 i8 i8 i8 i8 i8 f8 f8 f8 f8 g c16 c16 G ");
  CHECK(row<std::uint64_t>() == "u8 f8 u8 f8 u8 f8 u8 f8 u8 f8 f8 f8 g c16 c16 G ");
  CHECK(row<bsr::float16>() == "f2 f2 f2 f4 f4 f8 f8 f8 f8 f2 f4 f8 g c8 c16 G ");
  CHECK(row<float>() == "f4 f4 f4 f4 f4 f8 f8 f8 f8 f4 f4 f8 g c8 c16 G ");
  CHECK(row<double>() == "f8 f8 f8 f8 f8 f8 f8 f8 f8 f8 f8 f8 g c16 c16 G ");
  CHECK(row<long double>() == "g g g g g g g g g g g g g G G G ");
  CHECK(row<c64>() == "c8 c8 c8 c8 c8 c16 c16 c16 c16 c8 c8 c16 G c8 c16 G ");
  CHECK(row<c128>() == "c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 G c16 c16 G ");
  CHECK(row<c256>() == "G G G G G G G G G G G G G G G G ");
}

TEST_CASE("result_type: order and const do not matter, the other long is int64", "[base]") {
  STATIC_CHECK(std::is_same_v<bsr::result_type_t<const float, const std::int16_t>, float>);
  STATIC_CHECK(std::is_same_v<bsr::result_type_t<long, long long>, std::int64_t>);
  STATIC_CHECK(std::is_same_v<bsr::result_type_t<unsigned long long, unsigned long>, std::uint64_t>);
  STATIC_CHECK(std::is_same_v<bsr::result_type_t<const long long, long long>, long long>);
}

TEST_CASE("result_type: bfloat16 is as float16, and float holds both", "[base]") {
  STATIC_CHECK(std::is_same_v<bsr::result_type_t<bsr::bfloat16, bsr::bfloat16>, bsr::bfloat16>);
  STATIC_CHECK(std::is_same_v<bsr::result_type_t<bsr::bfloat16, bsr::float16>, float>);
  STATIC_CHECK(std::is_same_v<bsr::result_type_t<std::int8_t, bsr::bfloat16>, bsr::bfloat16>);
  STATIC_CHECK(std::is_same_v<bsr::result_type_t<std::uint16_t, bsr::bfloat16>, float>);
  STATIC_CHECK(std::is_same_v<bsr::result_type_t<bsr::bfloat16, std::int64_t>, double>);
  STATIC_CHECK(std::is_same_v<bsr::result_type_t<bsr::bfloat16, c64>, c64>);
}

// [str((mk(t) * s).dtype) for t in ts] with s = 2, 2.0, 1j and mk(t) a bsr_array; scipy 1.17.1.
TEST_CASE("scaled_type: a number widens the kind only", "[base]") {
  STATIC_CHECK(std::is_same_v<bsr::scaled_type_t<float, double>, float>);
  STATIC_CHECK(std::is_same_v<bsr::scaled_type_t<float, long double>, float>);
  STATIC_CHECK(std::is_same_v<bsr::scaled_type_t<std::int8_t, int>, std::int8_t>);
  STATIC_CHECK(std::is_same_v<bsr::scaled_type_t<std::uint8_t, bool>, std::uint8_t>);
  STATIC_CHECK(std::is_same_v<bsr::scaled_type_t<std::int32_t, double>, double>);
  STATIC_CHECK(std::is_same_v<bsr::scaled_type_t<std::int8_t, double>, double>);
  STATIC_CHECK(std::is_same_v<bsr::scaled_type_t<std::int8_t, float>, float>);
  STATIC_CHECK(std::is_same_v<bsr::scaled_type_t<bool, std::int64_t>, std::int64_t>);
  STATIC_CHECK(std::is_same_v<bsr::scaled_type_t<bool, bool>, bool>);
  STATIC_CHECK(std::is_same_v<bsr::scaled_type_t<float, c128>, c64>);
  STATIC_CHECK(std::is_same_v<bsr::scaled_type_t<std::int64_t, c128>, c128>);
  STATIC_CHECK(std::is_same_v<bsr::scaled_type_t<c64, double>, c64>);
  STATIC_CHECK(std::is_same_v<bsr::scaled_type_t<bsr::float16, double>, bsr::float16>);
  STATIC_CHECK(std::is_same_v<bsr::scaled_type_t<bsr::float16, c64>, c64>);
}

TEST_CASE("sum_type, division_type, unary_type", "[base]") {
  STATIC_CHECK(std::is_same_v<bsr::sum_type_t<bool>, std::int64_t>);
  STATIC_CHECK(std::is_same_v<bsr::sum_type_t<const std::int8_t>, std::int64_t>);
  STATIC_CHECK(std::is_same_v<bsr::sum_type_t<std::uint8_t>, std::uint64_t>);
  STATIC_CHECK(std::is_same_v<bsr::sum_type_t<long long>, long long>);
  STATIC_CHECK(std::is_same_v<bsr::sum_type_t<float>, float>);
  STATIC_CHECK(std::is_same_v<bsr::sum_type_t<c64>, c64>);
  STATIC_CHECK(std::is_same_v<bsr::division_type_t<bool>, double>);
  STATIC_CHECK(std::is_same_v<bsr::division_type_t<std::uint64_t>, double>);
  STATIC_CHECK(std::is_same_v<bsr::division_type_t<const float>, double>);
  STATIC_CHECK(std::is_same_v<bsr::division_type_t<long double>, long double>);
  STATIC_CHECK(std::is_same_v<bsr::division_type_t<c64>, c64>);
  // [str(mk(t).sin().dtype) for t in ts]; ValueError for bool, int8 and uint8.
  STATIC_CHECK(std::is_same_v<bsr::unary_type_t<bool>, float>);
  STATIC_CHECK(std::is_same_v<bsr::unary_type_t<std::uint8_t>, float>);
  STATIC_CHECK(std::is_same_v<bsr::unary_type_t<std::int16_t>, float>);
  STATIC_CHECK(std::is_same_v<bsr::unary_type_t<std::uint32_t>, double>);
  STATIC_CHECK(std::is_same_v<bsr::unary_type_t<std::int64_t>, double>);
  STATIC_CHECK(std::is_same_v<bsr::unary_type_t<const float>, float>);
  STATIC_CHECK(std::is_same_v<bsr::unary_type_t<long double>, long double>);
  STATIC_CHECK(std::is_same_v<bsr::unary_type_t<c64>, c64>);
}

}  // namespace
