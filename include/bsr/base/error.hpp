// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Errors are exceptions whose text is a sentence: "bsr: c = a * b: a is 4x4, b is 4x3, c is 2x3."
// The library prints nothing and never aborts.
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0 {

/// The base of everything bsr throws, apart from std::bad_alloc.
struct error : std::runtime_error {
  BSR_INLINE explicit error(const char* what) : std::runtime_error(what) {}
};
/// Shapes, sizes or block sizes do not fit together. O(1), checked always.
struct shape_error : error {
  BSR_INLINE explicit shape_error(const char* what) : error(what) {}
};
/// The destination overlaps an operand that it must not overlap.
struct alias_error : error {
  BSR_INLINE explicit alias_error(const char* what) : error(what) {}
};
/// The contents are wrong: indices of a matrix, or a file. The text names the row, or the file, the member
/// and the value.
struct format_error : error {
  BSR_INLINE explicit format_error(const char* what) : error(what) {}
};

#if !BSR_HAS_EXCEPTIONS
/// With -fno-exceptions the program defines this function; it receives the sentence and must not return.
[[noreturn]] void error_hook(const char* what);
#endif

}  // namespace bsr::inline v0

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {
/// False, but only once X is known: static_assert(never<X>, "bsr: why this cannot be").
template <class X>
inline constexpr bool never = false;
}  // namespace detail

/// Builds a sentence in a fixed buffer, without allocating; a longer text is cut and ends in "...".
class message {
 public:
  message& operator<<(std::string_view text) {
    for (const char c : text) put(c);
    return *this;
  }
  message& operator<<(const char* text) { return *this << std::string_view(text); }
  message& operator<<(char c) {
    put(c);
    return *this;
  }
  template <std::integral Integer>
    requires(!std::same_as<Integer, char> && !std::same_as<Integer, bool>)
  message& operator<<(Integer value) {
    const bool negative = value < Integer(0);
    auto rest = static_cast<std::uint64_t>(value);
    if (negative) rest = 0 - rest;
    char digits[20];
    int count = 0;
    do digits[count++] = static_cast<char>('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (negative) put('-');
    while (count > 0) put(digits[--count]);
    return *this;
  }
  message& operator<<(double value) {
    char digits[40];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    return *this << std::string_view(digits, static_cast<std::size_t>(end - digits));
  }
  message& operator<<(const dims& d) { return *this << d.rows << 'x' << d.cols; }
  const char* c_str() {
    text_[size_] = '\0';
    return text_;
  }

 private:
  static constexpr std::size_t capacity = 1023;
  void put(char c) {
    if (size_ < capacity)
      text_[size_++] = c;
    else
      std::memcpy(text_ + capacity - 3, "...", 3);
  }
  char text_[capacity + 1];
  std::size_t size_ = 0;
};

/// Throws Error with the parts joined to one sentence: fail<shape_error>("bsr: a is ", a.shape(), ".").
/// Parts are texts, integers, doubles and dims.
template <class Error, class... Parts>
[[noreturn]] BSR_COLD void fail(Parts... parts) {
  message text;
  (text << ... << parts);
#if BSR_HAS_EXCEPTIONS
  throw Error(text.c_str());
#else
  error_hook(text.c_str());
#endif
}

}  // namespace bsr::inline v0::inline BSR_TARGET

/// A condition inside compute code that its caller guarantees. Checked, and thrown as bsr::error, when
/// BSR_ENABLE_ASSERT is defined; otherwise nothing.
#if BSR_HAS_ASSERT
#define BSR_ASSERT(condition, sentence) ((condition) ? void() : ::bsr::fail<::bsr::error>("bsr: ", sentence))
#else
#define BSR_ASSERT(condition, sentence) void()
#endif
