// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The element type of a result, by NumPy's rules.
#include <complex>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0 {

class float16;      // bsr/base/half.hpp
class bfloat16;     // bsr/base/half.hpp
class float8_e4m3;  // bsr/base/float8.hpp
class float8_e5m2;  // bsr/base/float8.hpp

namespace storage_detail {

template <class T>
inline constexpr bool is_half = std::same_as<T, float16> || std::same_as<T, bfloat16>;

template <class T>
inline constexpr bool is_float8 = std::same_as<T, float8_e4m3> || std::same_as<T, float8_e5m2>;
/// Real types that are computed with as floats.
template <class T>
inline constexpr bool is_small_float = is_half<T> || is_float8<T>;

/// How much a type can mean: 0 true or false, 1 whole numbers, 2 real numbers, 3 complex numbers.
template <class T>
inline constexpr int scalar_kind = std::same_as<T, bool> ? 0
                                   : std::integral<T>    ? 1
                                   : is_complex<T>       ? 3
                                                         : 2;

/// The whole numbers of NumPy by their size; 16 bytes are more than there are, and become double.
template <bool Signed, int Bytes>
using sized_integer_t = std::conditional_t<
    Bytes == 1, std::conditional_t<Signed, std::int8_t, std::uint8_t>,
    std::conditional_t<
        Bytes == 2, std::conditional_t<Signed, std::int16_t, std::uint16_t>,
        std::conditional_t<
            Bytes == 4, std::conditional_t<Signed, std::int32_t, std::uint32_t>,
            std::conditional_t<Bytes == 8, std::conditional_t<Signed, std::int64_t, std::uint64_t>,
                               double>>>>;

/// The order of the real types: float8, half, float, double, long double.
template <class T>
inline constexpr int float_rank = is_float8<T>              ? 0
                                  : is_half<T>              ? 1
                                  : std::same_as<T, float>  ? 2
                                  : std::same_as<T, double> ? 3
                                                            : 4;
/// The rank that holds whole numbers: half for 8 bits (and bool), float for 16, double for more.
template <class T>
inline constexpr int float_rank_of_integer = sizeof(T) == 1   ? 1
                                             : sizeof(T) == 2 ? 2
                                                              : 3;
template <int Rank>
using ranked_float_t =
    std::conditional_t<Rank <= 2, float, std::conditional_t<Rank == 3, double, long double>>;

template <class T, class U>
constexpr auto result_of_types() {
  if constexpr (std::same_as<T, U>) {
    return std::type_identity<T>{};
  } else if constexpr (scalar_kind<T> > scalar_kind<U>) {
    return result_of_types<U, T>();
  } else if constexpr (scalar_kind<T> == 0) {
    return std::type_identity<U>{};
  } else if constexpr (scalar_kind<U> == 1) {
    constexpr int t = sizeof(T);
    constexpr int u = sizeof(U);
    if constexpr (std::is_signed_v<T> == std::is_signed_v<U>) {
      return std::type_identity<sized_integer_t<std::is_signed_v<T>, (t > u ? t : u)>>{};
    } else {
      // Twice the unsigned one, unless the signed one is wider.
      constexpr int wanted = std::is_signed_v<T> ? (t > u ? t : 2 * u) : (u > t ? u : 2 * t);
      return std::type_identity<sized_integer_t<true, wanted>>{};
    }
  } else if constexpr (scalar_kind<U> == 2) {
    if constexpr (scalar_kind<T> == 1) {
      if constexpr (float_rank_of_integer<T> <= float_rank<U>)
        return std::type_identity<U>{};
      else
        return std::type_identity<ranked_float_t<float_rank_of_integer<T>>>{};
    } else {  // two real types that differ: of the small ones, float holds both
      constexpr int rank = float_rank<T> > float_rank<U> ? float_rank<T> : float_rank<U>;
      return std::type_identity<ranked_float_t<rank>>{};
    }
  } else {
    using part =
        typename decltype(result_of_types<typename scalar_traits<T>::real, typename U::value_type>())::type;
    return std::type_identity<std::complex<part>>{};
  }
}

template <class T>
constexpr auto sum_of_type() {
  if constexpr (std::same_as<T, bool> || (std::signed_integral<T> && sizeof(T) < 8))
    return std::type_identity<std::int64_t>{};
  else if constexpr (std::unsigned_integral<T> && sizeof(T) < 8)
    return std::type_identity<std::uint64_t>{};
  else
    return std::type_identity<T>{};
}

template <class T, class S>
constexpr auto scaled_type() {
  if constexpr (scalar_kind<S> <= scalar_kind<T>)
    return std::type_identity<T>{};
  else if constexpr (scalar_kind<T> == 2 && !is_small_float<T>)
    return std::type_identity<std::complex<T>>{};
  else if constexpr (scalar_kind<T> == 2)
    return std::type_identity<std::complex<float>>{};
  else
    return result_of_types<T, S>();
}

}  // namespace storage_detail

/// The type of T combined with U, numpy.result_type of two arrays: the smallest that holds the values of
/// both.
///   u8, i8 -> i16;  u64, i64 -> f64;  i16, f32 -> f32;  i32, f32 -> f64;  c64, f64 -> c128;  bool, T -> T;
///   i8, f16 -> f16;  i16, f16 -> f32;  f16, bf16 -> f32 (bf16 with whole numbers as f16, which NumPy does
///   not have);  a float8 with another small type or whole numbers -> f32, or f64 where f16 becomes that
template <scalar T, scalar U>
using result_type_t = typename decltype(storage_detail::result_of_types<std::remove_const_t<T>,
                                                                        std::remove_const_t<U>>())::type;

/// The type of a matrix of T combined with one number of type S. A number only widens the kind, never the
/// precision: float * 2.0 is float, int8 * 2 is int8, int32 * 2.0 is double, float * complex<double> is
/// complex<float>. NumPy: NEP 50, with a C++ number in the place of a Python number.
template <scalar T, scalar S>
using scaled_type_t =
    typename decltype(storage_detail::scaled_type<std::remove_const_t<T>, std::remove_const_t<S>>())::type;

/// The type of sums over a matrix, numpy.sum: bool and the signed integers -> int64, the unsigned ones ->
/// uint64, others themselves.
template <scalar T>
using sum_type_t = typename decltype(storage_detail::sum_of_type<std::remove_const_t<T>>())::type;

/// The type of a quotient: real types -> double (also float, as scipy's a / 2 does), long double and the
/// complex types themselves.
template <scalar T>
using division_type_t = std::conditional_t<is_complex<T> || std::same_as<std::remove_const_t<T>, long double>,
                                           std::remove_const_t<T>, double>;

/// The type of sqrt(x), sin(x), ...: integers of 32 and 64 bits -> double, smaller ones and bool -> float,
/// others themselves. NumPy has float16 for 8 bits, with which scipy refuses to work.
template <scalar T>
using unary_type_t = std::conditional_t<std::integral<T>, std::conditional_t<(sizeof(T) > 2), double, float>,
                                        std::remove_const_t<T>>;

}  // namespace bsr::inline v0
