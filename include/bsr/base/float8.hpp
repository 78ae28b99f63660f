// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Real numbers in one byte, as tensor cores know them: float8_e4m3 and float8_e5m2.
#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "bsr/base/half.hpp"
#include "bsr/base/result_type.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0 {

namespace storage_detail {

/// A byte of one sign bit, an exponent and a fraction. Infinite: it has infinities and NaN, as IEEE 754 says;
/// else only the last number of each sign is NaN, and everything before it is finite.
template <int FractionBits, bool Infinite>
struct float8_format {
  static constexpr int exponent_bits = 7 - FractionBits;
  static constexpr int bias = (1 << (exponent_bits - 1)) - 1;
  /// What is too large becomes; what has no infinity has NaN in its place.
  static constexpr std::uint8_t infinity = Infinite ? 0x7c : 0x7f;
  static constexpr std::uint8_t nan = Infinite ? 0x7e : 0x7f;

  /// Rounded to nearest, ties to even; what is too large becomes `infinity`.
  BSR_INLINE static constexpr std::uint8_t bits(float x) {
    const auto all = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t size = all & 0x7fffffffu;
    const auto sign = static_cast<std::uint8_t>(all >> 24 & 0x80u);
    if (size > 0x7f800000u) return static_cast<std::uint8_t>(sign | nan);
    if (size >= too_large) return static_cast<std::uint8_t>(sign | infinity);
    // Below the normal numbers: the last bit of a sum with `magic` is worth the smallest number.
    const std::uint32_t finite =
        size < smallest_normal
            ? std::bit_cast<std::uint32_t>(std::bit_cast<float>(size) + std::bit_cast<float>(magic)) - magic
            : (size + (1u << (dropped - 1)) - 1 + (size >> dropped & 1u) -
               (static_cast<std::uint32_t>(127 - bias) << 23)) >>
                  dropped;
    return static_cast<std::uint8_t>(sign | finite);
  }
  BSR_INLINE BSR_HD static constexpr float value(std::uint8_t stored) {
    const std::uint32_t sign = static_cast<std::uint32_t>(stored & 0x80u) << 24;
    const std::uint32_t size = stored & 0x7fu;
    if (size == 0x7fu || (Infinite && size > 0x7cu)) return __builtin_bit_cast(float, sign | 0x7fc00000u);
    if (Infinite && size == 0x7cu) return __builtin_bit_cast(float, sign | 0x7f800000u);
    if (size < 1u << FractionBits)
      return __builtin_bit_cast(
          float, __builtin_bit_cast(std::uint32_t, static_cast<float>(size) * smallest()) | sign);
    return __builtin_bit_cast(float,
                              sign | ((size << dropped) + (static_cast<std::uint32_t>(127 - bias) << 23)));
  }

 private:
  static constexpr int dropped = 23 - FractionBits;
  static constexpr std::uint32_t smallest_normal = static_cast<std::uint32_t>(128 - bias) << 23;
  static constexpr std::uint32_t magic = static_cast<std::uint32_t>(127 + 24 - bias - FractionBits) << 23;
  /// The number that `infinity` would be, if the format went on.
  static constexpr std::uint32_t too_large =
      (std::uint32_t{infinity} << dropped) + (static_cast<std::uint32_t>(127 - bias) << 23);
  BSR_INLINE BSR_HD static constexpr float smallest() {
    return __builtin_bit_cast(float, static_cast<std::uint32_t>(128 - bias - FractionBits) << 23);
  }
};

template <class X, class Float8>
concept becomes_float8 = std::is_arithmetic_v<X> || (is_small_float<X> && !std::same_as<X, Float8>);

}  // namespace storage_detail

/// 1 sign, 4 exponent and 3 fraction bits; ml_dtypes.float8_e4m3fn, torch.float8_e4m3fn. The largest number
/// is 448, there is no infinity: what is too large (from 464 on, 464 itself becomes 448) becomes NaN, as in
/// ml_dtypes; nothing saturates. Denormals are kept. Conversions and arithmetic are rounded to nearest, ties
/// to even; with other types it is a float.
class float8_e4m3 : public storage_detail::half_arithmetic<float8_e4m3> {
 public:
  using format = storage_detail::float8_format<3, false>;
  float8_e4m3() = default;
  template <storage_detail::becomes_float8<float8_e4m3> X>
  BSR_INLINE constexpr explicit float8_e4m3(X x) : bits_(format::bits(storage_detail::as_float(x))) {}
  BSR_INLINE constexpr operator float() const { return format::value(bits_); }
  BSR_INLINE static constexpr float8_e4m3 from_bits(std::uint8_t bits) {
    float8_e4m3 x{};
    x.bits_ = bits;
    return x;
  }
  BSR_INLINE constexpr std::uint8_t bits() const { return bits_; }

 private:
  std::uint8_t bits_;
};

/// 1 sign, 5 exponent and 2 fraction bits, the upper half of a float16; ml_dtypes.float8_e5m2. The largest
/// number is 57344, what is too large becomes infinite. The same rules otherwise.
class float8_e5m2 : public storage_detail::half_arithmetic<float8_e5m2> {
 public:
  using format = storage_detail::float8_format<2, true>;
  float8_e5m2() = default;
  template <storage_detail::becomes_float8<float8_e5m2> X>
  BSR_INLINE constexpr explicit float8_e5m2(X x) : bits_(format::bits(storage_detail::as_float(x))) {}
  BSR_INLINE constexpr operator float() const { return format::value(bits_); }
  BSR_INLINE static constexpr float8_e5m2 from_bits(std::uint8_t bits) {
    float8_e5m2 x{};
    x.bits_ = bits;
    return x;
  }
  BSR_INLINE constexpr std::uint8_t bits() const { return bits_; }

 private:
  std::uint8_t bits_;
};

/// Sums are formed in float. The letters are bsr's own: NumPy has none for them.
template <>
struct scalar_traits<float8_e4m3> : storage_detail::plain_scalar<'4', float8_e4m3> {
  using accumulator = float;
};
template <>
struct scalar_traits<float8_e5m2> : storage_detail::plain_scalar<'5', float8_e5m2> {
  using accumulator = float;
};

namespace storage_detail {
template <class Float8, int Digits, int MaxExponent, std::uint8_t Largest>
struct float8_limits : small_float_limits<Float8, Digits> {
  using format = typename Float8::format;
  static constexpr bool has_infinity = format::infinity != format::nan;
  static constexpr bool has_signaling_NaN = false;
  static constexpr bool is_iec559 = false;
  static constexpr int digits10 = 0;
  static constexpr int max_digits10 = Digits == 4 ? 3 : 2;
  static constexpr int max_exponent = MaxExponent;
  static constexpr int min_exponent = 2 - format::bias;
  static constexpr int max_exponent10 = Digits == 4 ? 2 : 4;
  static constexpr int min_exponent10 = Digits == 4 ? -1 : -4;
  BSR_INLINE static constexpr Float8(max)() noexcept { return Float8::from_bits(Largest); }
  BSR_INLINE static constexpr Float8 lowest() noexcept { return Float8::from_bits(Largest | 0x80u); }
  BSR_INLINE static constexpr Float8 infinity() noexcept {
    return Float8::from_bits(has_infinity ? format::infinity : 0);
  }
  BSR_INLINE static constexpr Float8 quiet_NaN() noexcept { return Float8::from_bits(format::nan); }
  BSR_INLINE static constexpr Float8 signaling_NaN() noexcept { return Float8::from_bits(0); }
};
}  // namespace storage_detail

}  // namespace bsr::inline v0

template <>
struct std::numeric_limits<bsr::float8_e4m3>
    : bsr::storage_detail::float8_limits<bsr::float8_e4m3, 4, 9, 0x7e> {};
template <>
struct std::numeric_limits<bsr::float8_e5m2>
    : bsr::storage_detail::float8_limits<bsr::float8_e5m2, 3, 16, 0x7b> {};
