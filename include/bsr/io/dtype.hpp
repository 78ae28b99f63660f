// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Element types of files, and which of them a C++ type holds without losing anything.
#include <bit>
#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/float8.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/io/file.hpp"

namespace bsr::inline v0::inline BSR_TARGET::io {

static_assert(std::endian::native == std::endian::little,
              "bsr: files are read and written on little-endian machines.");

/// The type of the elements in a file: NumPy's letter and the bytes of one element.
/// Kinds: b bool, i signed, u unsigned, f floating point, c complex, B bfloat16, 4 and 5 float8 with so many
/// bits of exponent; S and U are texts.
struct dtype {
  char kind = 0;
  int bytes = 0;
  bool operator==(const dtype&) const = default;
};

/// The dtype of a C++ type.
template <scalar T>
inline constexpr dtype dtype_of{scalar_traits<std::remove_const_t<T>>::npy_kind,
                                scalar_traits<std::remove_const_t<T>>::npy_bytes};

/// As NumPy writes it: f4, i8, c16, b1, S3; bf16 for bfloat16, e4m3 and e5m2 for float8.
inline message& operator<<(message& out, const dtype& type) {
  if (type.kind == 'B') return out << "bf16";
  if (type.kind == '4') return out << "e4m3";
  if (type.kind == '5') return out << "e5m2";
  return out << type.kind << (type.kind == 'U' ? type.bytes / 4 : type.bytes);
}

/// Bits of an IEEE half in a file.
struct half {
  std::uint16_t bits;
};
/// The upper half of the bits of a float, in a file.
struct bfloat16 {
  std::uint16_t bits;
};
/// One byte that must be 0 or 1.
struct byte_bool {
  std::uint8_t byte;
};

/// The same number as a float. Exact, NaN payloads kept.
inline float to_float(half x) {
  const std::uint32_t sign = static_cast<std::uint32_t>(x.bits & 0x8000u) << 16;
  const std::uint32_t exponent = (x.bits >> 10) & 31u;
  const std::uint32_t fraction = x.bits & 1023u;
  if (exponent == 0) {  // zero or denormal: fraction * 2^-24
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t widened = exponent == 31 ? 255u : exponent + 112u;
  return std::bit_cast<float>(sign | widened << 23 | fraction << 13);
}
inline float to_float(bfloat16 x) { return std::bit_cast<float>(static_cast<std::uint32_t>(x.bits) << 16); }

namespace detail {

template <class From>
struct source_traits {
  static constexpr char kind = scalar_traits<From>::npy_kind;
  static constexpr int digits = std::numeric_limits<typename scalar_traits<From>::real>::digits;
  static constexpr int exponent = std::numeric_limits<typename scalar_traits<From>::real>::max_exponent;
};
template <class From>
  requires storage_detail::is_float8<From>
struct source_traits<From> {
  static constexpr char kind = 'f';
  static constexpr int digits = std::numeric_limits<From>::digits;
  static constexpr int exponent = std::numeric_limits<From>::max_exponent;
};
template <class From>
  requires std::integral<From>
struct source_traits<From> {
  static constexpr char kind = scalar_traits<From>::npy_kind;
  static constexpr int digits = std::numeric_limits<From>::digits;
  static constexpr int exponent = 0;
};
template <>
struct source_traits<half> {
  static constexpr char kind = 'f';
  static constexpr int digits = 11;
  static constexpr int exponent = 16;
};
template <>
struct source_traits<bfloat16> {
  static constexpr char kind = 'f';
  static constexpr int digits = 8;
  static constexpr int exponent = 128;
};
template <>
struct source_traits<byte_bool> {
  static constexpr char kind = 'b';
  static constexpr int digits = 1;
  static constexpr int exponent = 0;
};

}  // namespace detail

/// Whether every value of From, an element type of a file, is a value of To.
template <class From, scalar To>
inline constexpr bool converts_exactly = [] {
  using from = detail::source_traits<From>;
  using to = detail::source_traits<To>;
  const bool enough = from::digits <= to::digits;
  switch (from::kind) {
    case 'b':
      return true;
    case 'u':
      return to::kind != 'b' && enough;
    case 'i':
      return to::kind != 'b' && to::kind != 'u' && enough;
    case 'f':
      return (to::kind == 'f' || to::kind == 'c' || to::kind == 'B') && enough &&
             from::exponent <= to::exponent;
    default:
      return to::kind == 'c' && enough;
  }
}();

namespace detail {

/// Calls f(std::type_identity<From>{}) with the C++ type of a dtype. False when there is none.
template <class F>
bool with_element_type(dtype type, F&& f) {
  const auto is = [&](char kind, std::size_t bytes) { return type == dtype{kind, static_cast<int>(bytes)}; };
  if (is('b', 1)) return f(std::type_identity<byte_bool>{}), true;
  if (is('i', 1)) return f(std::type_identity<std::int8_t>{}), true;
  if (is('i', 2)) return f(std::type_identity<std::int16_t>{}), true;
  if (is('i', 4)) return f(std::type_identity<std::int32_t>{}), true;
  if (is('i', 8)) return f(std::type_identity<std::int64_t>{}), true;
  if (is('u', 1)) return f(std::type_identity<std::uint8_t>{}), true;
  if (is('u', 2)) return f(std::type_identity<std::uint16_t>{}), true;
  if (is('u', 4)) return f(std::type_identity<std::uint32_t>{}), true;
  if (is('u', 8)) return f(std::type_identity<std::uint64_t>{}), true;
  if (is('f', 2)) return f(std::type_identity<half>{}), true;
  if (is('B', 2)) return f(std::type_identity<bfloat16>{}), true;
  if (is('4', 1)) return f(std::type_identity<float8_e4m3>{}), true;
  if (is('5', 1)) return f(std::type_identity<float8_e5m2>{}), true;
  if (is('f', 4)) return f(std::type_identity<float>{}), true;
  if (is('f', 8)) return f(std::type_identity<double>{}), true;
  if (is('c', 8)) return f(std::type_identity<std::complex<float>>{}), true;
  if (is('c', 16)) return f(std::type_identity<std::complex<double>>{}), true;
  if constexpr (sizeof(long double) > sizeof(double)) {
    if (is('f', sizeof(long double))) return f(std::type_identity<long double>{}), true;
    if (is('c', 2 * sizeof(long double))) return f(std::type_identity<std::complex<long double>>{}), true;
  }
  return false;
}

template <class To, class From>
To convert(From x, const place& where) {
  if constexpr (std::same_as<From, half> || std::same_as<From, bfloat16>) {
    return static_cast<To>(to_float(x));
  } else if constexpr (std::same_as<From, byte_bool>) {
    if (x.byte > 1) where.refuse("a bool is stored as ", x.byte, "; only 0 and 1 are bools.");
    return static_cast<To>(x.byte != 0);
  } else if constexpr (is_complex<From>) {
    using real = typename To::value_type;
    return {static_cast<real>(x.real()), static_cast<real>(x.imag())};
  } else if constexpr (is_complex<To>) {
    return {static_cast<typename To::value_type>(x), typename To::value_type(0)};
  } else {
    return static_cast<To>(x);
  }
}

}  // namespace detail

/// Whether elements of `type` can be read as T: every value of the one is a value of the other.
template <scalar T>
bool reads_exactly(dtype type) {
  bool exact = false;
  detail::with_element_type(type,
                            [&](auto from) { exact = converts_exactly<typename decltype(from)::type, T>; });
  return exact;
}

/// Throws format_error when elements of `type` cannot become Ts without loss.
template <scalar T>
void check_dtype(const place& where, dtype type) {
  if (!reads_exactly<T>(type))
    where.refuse("the dtype is ", type, ", and its values cannot be read as ", dtype_of<T>, " without loss.");
}

/// Reads n elements of `type` through source.read(address, bytes) as Ts, which must hold them exactly:
/// check_dtype. Allocates nothing.
template <scalar T, class Source>
void read_elements(const place& where, dtype type, Source& source, T* to, std::int64_t n) {
  detail::with_element_type(type, [&](auto from_type) {
    using From = typename decltype(from_type)::type;
    if constexpr (converts_exactly<From, T>) {
      if constexpr (!std::same_as<From, byte_bool>) {
        if (type == dtype_of<T>) return source.read(to, static_cast<std::size_t>(n) * sizeof(T));
      }
      static constexpr std::int64_t piece = 8192 / static_cast<std::int64_t>(sizeof(From));
      From elements[piece];
      for (std::int64_t i = 0; i < n; i += piece) {
        const std::int64_t count = n - i < piece ? n - i : piece;
        source.read(elements, static_cast<std::size_t>(count) * sizeof(From));
        for (std::int64_t j = 0; j < count; ++j) to[i + j] = detail::convert<T>(elements[j], where);
      }
    } else {
      check_dtype<T>(where, type);
    }
  });
}

}  // namespace bsr::inline v0::inline BSR_TARGET::io
