// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What a number type means to the library. Adding a scalar type is one specialisation of scalar_traits.
#include <complex>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/target.hpp"

namespace bsr::inline v0 {

template <class T>
inline constexpr bool is_complex = false;
template <class T>
inline constexpr bool is_complex<std::complex<T>> = true;

namespace storage_detail {
template <char Kind, class T>
struct plain_scalar {
  static constexpr bool known = true;
  using accumulator = T;
  using real = T;
  /// NumPy's dtype is this letter and the number of bytes: "f4", "c16", "b1".
  static constexpr char npy_kind = Kind;
  static constexpr int npy_bytes = sizeof(T);
};
}  // namespace storage_detail

/// known:       bsr can hold it.
/// accumulator: the type of sums, of alpha and of beta.
/// real:        the type of an absolute value.
/// npy_kind, npy_bytes: NumPy's name for it.
template <class T>
struct scalar_traits {
  static constexpr bool known = false;
};
template <>
struct scalar_traits<bool> : storage_detail::plain_scalar<'b', bool> {};
template <std::signed_integral T>
struct scalar_traits<T> : storage_detail::plain_scalar<'i', T> {};
template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>)
struct scalar_traits<T> : storage_detail::plain_scalar<'u', T> {};
template <std::floating_point T>
struct scalar_traits<T> : storage_detail::plain_scalar<'f', T> {};
template <std::floating_point T>
struct scalar_traits<std::complex<T>> : storage_detail::plain_scalar<'c', std::complex<T>> {
  using real = T;
};

/// A number type that bsr can hold: bool, the integers, float, double, long double and their complex types.
template <class T>
concept scalar = scalar_traits<std::remove_const_t<T>>::known;

/// The type in which sums over T are formed, and of alpha and beta.
template <class T>
using accumulator_t = typename scalar_traits<std::remove_const_t<T>>::accumulator;

namespace storage_detail {
template <class T, class U>
struct promoted {
  using type = std::common_type_t<T, U>;
};
template <class T>
struct promoted<T, T> {
  using type = T;
};
template <class T, class U>
  requires(is_complex<T> != is_complex<U> || (is_complex<T> && !std::same_as<T, U>))
struct promoted<T, U> {
  using type =
      std::complex<typename promoted<typename scalar_traits<T>::real, typename scalar_traits<U>::real>::type>;
};
}  // namespace storage_detail

/// The smallest accumulator that holds products of both types: double for float and double.
template <class T, class U>
using promoted_t = typename storage_detail::promoted<accumulator_t<T>, accumulator_t<U>>::type;

/// x + y as scipy's C code means it: bool is "or", integers wrap, the rest is ordinary.
template <scalar T>
BSR_INLINE BSR_HD constexpr T add(T x, T y) {
  if constexpr (std::same_as<T, bool>)
    return x || y;
  else if constexpr (std::integral<T>)
    return static_cast<T>(static_cast<std::uint64_t>(x) + static_cast<std::uint64_t>(y));
  else
    return x + y;
}

/// x * y, with the same rules.
template <scalar T>
BSR_INLINE BSR_HD constexpr T multiply(T x, T y) {
  if constexpr (std::same_as<T, bool>)
    return x && y;
  else if constexpr (std::integral<T>)
    return static_cast<T>(static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(y));
  else
    return x * y;
}

}  // namespace bsr::inline v0
