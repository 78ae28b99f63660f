// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Real numbers in two bytes: float16 (IEEE 754 binary16) and bfloat16 (the upper half of a float).
#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "bsr/base/result_type.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0 {

namespace storage_detail {

/// x as a To, rounded to odd: what is lost makes the last bit 1. A second rounding, to a type with at least
/// two bits less, then gives what one rounding of x would have given (Boldo, Melquiond 2008, "Emulation of a
/// FMA and correctly rounded sums").
template <class To, class From>
BSR_INLINE constexpr To round_to_odd(From x) {
  using bits = std::conditional_t<sizeof(To) == 4, std::uint32_t, std::uint64_t>;
  const To nearest = static_cast<To>(x);
  const From back = static_cast<From>(nearest);
  if (back == x || x != x) return nearest;
  const bits away = (x < From(0) ? back < x : back > x) ? 1 : 0;
  return std::bit_cast<To>(static_cast<bits>((std::bit_cast<bits>(nearest) - away) | 1));
}

/// An arithmetic value as a float from which one more rounding gives the correctly rounded half.
template <class X>
BSR_INLINE constexpr float as_float(X x) {
  if constexpr (std::same_as<X, float>) {
    return x;
  } else if constexpr (std::same_as<X, double>) {
    return round_to_odd<float>(x);
  } else if constexpr (std::same_as<X, long double>) {
    return round_to_odd<float>(round_to_odd<double>(x));
  } else if constexpr (sizeof(X) < 4) {
    return static_cast<float>(x);
  } else {
    // 53 bits are a double; of what lies below them it matters only whether it is 0.
    const bool negative = x < X(0);
    std::uint64_t size = negative ? 0 - static_cast<std::uint64_t>(x) : static_cast<std::uint64_t>(x);
    if (size >> 53 != 0) size = (size | ((size & 2047) != 0 ? 2048u : 0u)) & ~std::uint64_t{2047};
    const float rounded = round_to_odd<float>(static_cast<double>(size));
    return negative ? -rounded : rounded;
  }
}

/// A float rounded to binary16, to nearest, ties to even. No branch depends on the value.
BSR_INLINE constexpr std::uint16_t float16_bits(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t size = bits & 0x7fffffffu;
  // Below 2^-14: adding 0.5 makes the last bit of the sum worth 2^-24, which is the smallest binary16.
  const std::uint32_t tiny =
      std::bit_cast<std::uint32_t>(std::bit_cast<float>(size < 0x38800000u ? size : 0) + 0.5f) - 0x3f000000u;
  const std::uint32_t normal = (size + 0xfffu + (size >> 13 & 1u) - (112u << 23)) >> 13;
  const std::uint32_t special = size > 0x7f800000u ? 0x7e00u | (size >> 13 & 0x3ffu) : 0x7c00u;
  const std::uint32_t finite = size < 0x38800000u ? tiny : normal;
  return static_cast<std::uint16_t>((size < 0x47800000u ? finite : special) | (bits >> 16 & 0x8000u));
}
BSR_INLINE BSR_HD constexpr float float16_value(std::uint16_t stored) {
  const std::uint32_t sign = static_cast<std::uint32_t>(stored & 0x8000u) << 16;
  const std::uint32_t size = static_cast<std::uint32_t>(stored & 0x7fffu) << 13;
  const std::uint32_t exponent = size & 0x0f800000u;
  // 2^-14 with the fraction of a denormal, less 2^-14.
  const auto tiny = __builtin_bit_cast(
      std::uint32_t, __builtin_bit_cast(float, (exponent == 0 ? size : 0) + 0x38800000u) - 0x1p-14f);
  const std::uint32_t large = size + (exponent == 0x0f800000u ? 224u << 23 : 112u << 23);
  return __builtin_bit_cast(float, sign | (exponent == 0 ? tiny : large));
}

/// A float rounded to bfloat16, to nearest, ties to even.
BSR_INLINE constexpr std::uint16_t bfloat16_bits(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
  const std::uint32_t nan = bits >> 16 | 0x40u;
  return static_cast<std::uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? nan : rounded);
}
BSR_INLINE BSR_HD constexpr float bfloat16_value(std::uint16_t stored) {
  return __builtin_bit_cast(float, static_cast<std::uint32_t>(stored) << 16);
}

template <class X, class Half>
concept becomes_half = std::is_arithmetic_v<X> || (is_small_float<X> && !std::same_as<X, Half>);

/// What both have in common: arithmetic is that of float, rounded; a float has more than twice their bits, so
/// + - * / are rounded correctly.
template <class Half>
class half_arithmetic {
 public:
  BSR_INLINE friend constexpr Half operator+(Half x, Half y) { return Half(float(x) + float(y)); }
  BSR_INLINE friend constexpr Half operator-(Half x, Half y) { return Half(float(x) - float(y)); }
  BSR_INLINE friend constexpr Half operator*(Half x, Half y) { return Half(float(x) * float(y)); }
  BSR_INLINE friend constexpr Half operator/(Half x, Half y) { return Half(float(x) / float(y)); }
  BSR_INLINE friend constexpr Half operator+(Half x) { return x; }
  BSR_INLINE friend constexpr Half operator-(Half x) {
    using bits = decltype(x.bits());
    return Half::from_bits(static_cast<bits>(x.bits() ^ 1u << (8 * sizeof(bits) - 1)));
  }
  BSR_INLINE friend constexpr Half& operator+=(Half& x, Half y) { return x = x + y; }
  BSR_INLINE friend constexpr Half& operator-=(Half& x, Half y) { return x = x - y; }
  BSR_INLINE friend constexpr Half& operator*=(Half& x, Half y) { return x = x * y; }
  BSR_INLINE friend constexpr Half& operator/=(Half& x, Half y) { return x = x / y; }
  BSR_INLINE friend constexpr bool operator==(Half x, Half y) { return float(x) == float(y); }
  BSR_INLINE friend constexpr bool operator!=(Half x, Half y) { return float(x) != float(y); }
  BSR_INLINE friend constexpr bool operator<(Half x, Half y) { return float(x) < float(y); }
  BSR_INLINE friend constexpr bool operator>(Half x, Half y) { return float(x) > float(y); }
  BSR_INLINE friend constexpr bool operator<=(Half x, Half y) { return float(x) <= float(y); }
  BSR_INLINE friend constexpr bool operator>=(Half x, Half y) { return float(x) >= float(y); }
};

}  // namespace storage_detail

/// IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits; numpy.float16. Conversions from every
/// arithmetic type and all arithmetic are rounded to nearest, ties to even; with other types it is a float.
/// NaN stays NaN, what is too large becomes infinite, denormals are kept.
class float16 : public storage_detail::half_arithmetic<float16> {
 public:
  float16() = default;
  template <storage_detail::becomes_half<float16> X>
  BSR_INLINE constexpr explicit float16(X x)
      : bits_(storage_detail::float16_bits(storage_detail::as_float(x))) {}
  BSR_INLINE constexpr operator float() const { return storage_detail::float16_value(bits_); }
  BSR_INLINE static constexpr float16 from_bits(std::uint16_t bits) {
    float16 x{};
    x.bits_ = bits;
    return x;
  }
  BSR_INLINE constexpr std::uint16_t bits() const { return bits_; }

 private:
  std::uint16_t bits_;
};

/// The upper half of a float: 1 sign, 8 exponent and 7 fraction bits. The same rules. NumPy has no such type.
class bfloat16 : public storage_detail::half_arithmetic<bfloat16> {
 public:
  bfloat16() = default;
  template <storage_detail::becomes_half<bfloat16> X>
  BSR_INLINE constexpr explicit bfloat16(X x)
      : bits_(storage_detail::bfloat16_bits(storage_detail::as_float(x))) {}
  BSR_INLINE constexpr operator float() const { return storage_detail::bfloat16_value(bits_); }
  BSR_INLINE static constexpr bfloat16 from_bits(std::uint16_t bits) {
    bfloat16 x{};
    x.bits_ = bits;
    return x;
  }
  BSR_INLINE constexpr std::uint16_t bits() const { return bits_; }

 private:
  std::uint16_t bits_;
};

/// Sums are formed in float.
template <>
struct scalar_traits<float16> : storage_detail::plain_scalar<'f', float16> {
  using accumulator = float;
};
/// npy_kind 'B' is bsr's own: NumPy has no letter for it.
template <>
struct scalar_traits<bfloat16> : storage_detail::plain_scalar<'B', bfloat16> {
  using accumulator = float;
};

namespace storage_detail {
/// What std::numeric_limits says alike of all small real types. Digits: with the one that is not stored.
template <class Number, int Digits>
struct small_float_limits {
  static constexpr bool is_specialized = true;
  static constexpr bool is_signed = true;
  static constexpr bool is_integer = false;
  static constexpr bool is_exact = false;
  static constexpr bool has_quiet_NaN = true;
  static constexpr std::float_denorm_style has_denorm = std::denorm_present;
  static constexpr bool has_denorm_loss = false;
  static constexpr std::float_round_style round_style = std::round_to_nearest;
  static constexpr bool is_bounded = true;
  static constexpr bool is_modulo = false;
  static constexpr bool traps = false;
  static constexpr bool tinyness_before = false;
  static constexpr int radix = 2;
  static constexpr int digits = Digits;
  BSR_INLINE static constexpr Number(min)() noexcept { return Number::from_bits(1u << (Digits - 1)); }
  BSR_INLINE static constexpr Number epsilon() noexcept { return Number(1.0f / (1 << (Digits - 1))); }
  BSR_INLINE static constexpr Number round_error() noexcept { return Number(0.5f); }
  BSR_INLINE static constexpr Number denorm_min() noexcept { return Number::from_bits(1); }
};

template <class Half, int Digits, int MaxExponent, std::uint16_t Largest, std::uint16_t Infinity>
struct half_limits : small_float_limits<Half, Digits> {
  static constexpr bool has_infinity = true;
  static constexpr bool has_signaling_NaN = true;
  static constexpr bool is_iec559 = Digits == 11;
  static constexpr int digits10 = Digits == 11 ? 3 : 2;
  static constexpr int max_digits10 = Digits == 11 ? 5 : 4;
  static constexpr int max_exponent = MaxExponent;
  static constexpr int min_exponent = 3 - MaxExponent;
  static constexpr int max_exponent10 = Digits == 11 ? 4 : 38;
  static constexpr int min_exponent10 = Digits == 11 ? -4 : -37;
  BSR_INLINE static constexpr Half(max)() noexcept { return Half::from_bits(Largest); }
  BSR_INLINE static constexpr Half lowest() noexcept { return Half::from_bits(Largest | 0x8000u); }
  BSR_INLINE static constexpr Half infinity() noexcept { return Half::from_bits(Infinity); }
  BSR_INLINE static constexpr Half quiet_NaN() noexcept {
    return Half::from_bits(Infinity | 1u << (Digits - 2));
  }
  BSR_INLINE static constexpr Half signaling_NaN() noexcept { return Half::from_bits(Infinity | 1u); }
};
}  // namespace storage_detail

}  // namespace bsr::inline v0

template <>
struct std::numeric_limits<bsr::float16>
    : bsr::storage_detail::half_limits<bsr::float16, 11, 16, 0x7bff, 0x7c00> {};
template <>
struct std::numeric_limits<bsr::bfloat16>
    : bsr::storage_detail::half_limits<bsr::bfloat16, 8, 128, 0x7f7f, 0x7f80> {};
