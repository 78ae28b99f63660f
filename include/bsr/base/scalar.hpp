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

namespace detail {
template <char Kind, class T>
struct plain_scalar {
  static constexpr bool known = true;
  using accumulator = T;
  using real = T;
  /// NumPy's dtype is this letter and the number of bytes: "f4", "c16", "b1".
  static constexpr char npy_kind = Kind;
  static constexpr int npy_bytes = sizeof(T);
};
}  // namespace detail

/// known:       bsr can hold it.
/// accumulator: the type of sums, of alpha and of beta.
/// real:        the type of an absolute value.
/// npy_kind, npy_bytes: NumPy's name for it.
template <class T>
struct scalar_traits {
  static constexpr bool known = false;
};
template <>
struct scalar_traits<bool> : detail::plain_scalar<'b', bool> {};
template <std::signed_integral T>
struct scalar_traits<T> : detail::plain_scalar<'i', T> {};
template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>)
struct scalar_traits<T> : detail::plain_scalar<'u', T> {};
template <std::floating_point T>
struct scalar_traits<T> : detail::plain_scalar<'f', T> {};
template <std::floating_point T>
struct scalar_traits<std::complex<T>> : detail::plain_scalar<'c', std::complex<T>> {
  using real = T;
};

/// A number type that bsr can hold: bool, the integers, float, double, long double and their complex types.
template <class T>
concept scalar = scalar_traits<std::remove_const_t<T>>::known;

/// The type in which sums over T are formed, and of alpha and beta.
template <class T>
using accumulator_t = typename scalar_traits<std::remove_const_t<T>>::accumulator;

/// x + y as scipy's C code means it: bool is "or", integers wrap, the rest is ordinary.
template <class T>
BSR_INLINE constexpr T add(T x, T y) {
  if constexpr (std::same_as<T, bool>)
    return x || y;
  else if constexpr (std::integral<T>)
    return static_cast<T>(static_cast<std::uint64_t>(x) + static_cast<std::uint64_t>(y));
  else
    return x + y;
}

/// x * y, with the same rules.
template <class T>
BSR_INLINE constexpr T multiply(T x, T y) {
  if constexpr (std::same_as<T, bool>)
    return x && y;
  else if constexpr (std::integral<T>)
    return static_cast<T>(static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(y));
  else
    return x * y;
}

}  // namespace bsr::inline v0
