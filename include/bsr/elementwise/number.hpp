// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A number next to a matrix: which type it takes, and arithmetic of the two.
#include <complex>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/result_type.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/elementwise/transform.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

// The functions of matrices that have these names must not hide those of numbers.
using v0::add;
using v0::multiply;

namespace detail {

/// The number s as a U; an integer that an integer type U cannot hold is refused, everything else converts.
template <class U, class S>
U number_as(const char* who, const S& s) {
  if constexpr (std::integral<U> && !std::same_as<U, bool> && std::integral<S>) {
    const U converted = static_cast<U>(s);
    if (static_cast<S>(converted) != s || (converted < U{}) != (s < S{}))
      fail<error>("bsr: ", who, ": the number ", shown<S>{s}, " does not fit ",
                  std::is_signed_v<U> ? "int" : "uint", 8 * sizeof(U),
                  " elements; convert the matrix with astype first.");
    return converted;
  } else {
    return cast_scalar<U>(s);
  }
}

/// x * y. Complex products by the four products, as NumPy and scipy; without the rescue of infinite parts,
/// which costs a branch an element.
template <class T>
BSR_INLINE T plain_product(const T& x, const T& y) {
  if constexpr (is_complex<T>)
    return {x.real() * y.real() - x.imag() * y.imag(), x.real() * y.imag() + x.imag() * y.real()};
  else
    return bsr::multiply(x, y);
}

/// x - y; integers wrap.
template <class T>
BSR_INLINE T plain_difference(const T& x, const T& y) {
  if constexpr (std::integral<T>)
    return static_cast<T>(static_cast<std::uint64_t>(x) - static_cast<std::uint64_t>(y));
  else
    return x - y;
}

template <class T>
BSR_INLINE bool is_nan(const T& x) {
  if constexpr (is_complex<T>)
    return is_nan(x.real()) || is_nan(x.imag());
  else if constexpr (std::integral<T>)
    return false;
  else
    return x != x;
}

/// x < y. Complex numbers by their real, then by their imaginary parts, as NumPy and scipy.
template <class T>
BSR_INLINE bool less_than(const T& x, const T& y) {
  if constexpr (is_complex<T>)
    return x.real() == y.real() ? x.imag() < y.imag() : x.real() < y.real();
  else
    return x < y;
}

}  // namespace detail
}  // namespace bsr::inline v0::inline BSR_TARGET
