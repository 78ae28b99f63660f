// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Do two operands share memory? Decided from addresses, sizes and strides alone, in O(1).
#include <cstdint>
#include <span>
#include <type_traits>

#include "bsr/base/target.hpp"
#include "bsr/storage/dense_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// `count` runs of `width` bytes, `pitch` bytes apart, the first at `begin`. What an operand touches lies
/// inside.
struct footprint {
  std::uintptr_t begin = 0;
  std::int64_t count = 0;
  std::int64_t width = 0;
  std::int64_t pitch = 0;

  bool empty() const { return count == 0 || width == 0; }
  std::uintptr_t end() const { return begin + static_cast<std::uintptr_t>((count - 1) * pitch + width); }
  bool operator==(const footprint&) const = default;
};

template <class T, std::size_t N>
footprint footprint_of(std::span<T, N> s) {
  const auto bytes = static_cast<std::int64_t>(s.size_bytes());
  return {reinterpret_cast<std::uintptr_t>(s.data()), 1, bytes, bytes};
}
template <class T, class Space>
footprint footprint_of(vector_view<T, Space> v) {
  constexpr auto size = static_cast<std::int64_t>(sizeof(T));
  const auto begin = reinterpret_cast<std::uintptr_t>(v.data());
  if (v.stride() == 1) return {begin, v.size() > 0 ? 1 : 0, v.size() * size, v.size() * size};
  return {begin, v.size(), size, v.stride() * size};
}
template <class T, class Layout, class Space>
footprint footprint_of(dense_view<T, Layout, Space> x) {
  constexpr auto size = static_cast<std::int64_t>(sizeof(T));
  const bool by_row = x.row_stride() >= x.col_stride();
  const std::int64_t count = by_row ? x.rows() : x.cols();
  const std::int64_t length = by_row ? x.cols() : x.rows();
  const std::int64_t inner = by_row ? x.col_stride() : x.row_stride();
  const std::int64_t outer = by_row ? x.row_stride() : x.col_stride();
  if (count == 0 || length == 0) return {};
  const auto begin = reinterpret_cast<std::uintptr_t>(x.data());
  const std::int64_t width = ((length - 1) * inner + 1) * size;
  if (count == 1 || outer * size == width) return {begin, 1, count * width, count * width};  // without gaps
  return {begin, count, width, outer * size};
}

/// Whether two footprints share a byte. Exact when the pitches are equal (the columns q, k and v of one
/// buffer), when one of the two has no gaps, and when the address ranges are disjoint; otherwise ranges that
/// meet count as shared.
inline bool overlap(const footprint& a, const footprint& b) {
  if (a.empty() || b.empty() || a.end() <= b.begin || b.end() <= a.begin) return false;
  const std::int64_t pitch = a.count > 1 ? a.pitch : b.pitch;
  if ((a.count > 1 && b.count > 1 && a.pitch != b.pitch) || a.width > pitch || b.width > pitch) return true;
  // Runs lie on one grid: run i of `a` at i * pitch, run j of `b` at j * pitch + shift.
  const auto shift = static_cast<std::int64_t>(b.begin) - static_cast<std::int64_t>(a.begin);
  const std::int64_t down = shift >= 0 ? shift / pitch : -((-shift + pitch - 1) / pitch);  // floor
  const std::int64_t offset = shift - down * pitch;                                        // in [0, pitch)
  const auto rows_meet = [&](std::int64_t first) { return first < a.count && first + b.count > 0; };
  return (offset < a.width && rows_meet(down)) || (offset + b.width > pitch && rows_meet(down + 1));
}

/// Whether two dense operands are element for element the same memory.
template <class T, class Layout, class U, class OtherLayout, class Space>
bool same_elements(dense_view<T, Layout, Space> x, dense_view<U, OtherLayout, Space> y) {
  return std::is_same_v<std::remove_const_t<T>, std::remove_const_t<U>> &&
         static_cast<const void*>(x.data()) == static_cast<const void*>(y.data()) && x.shape() == y.shape() &&
         (x.rows() < 2 || x.row_stride() == y.row_stride()) &&
         (x.cols() < 2 || x.col_stride() == y.col_stride());
}
template <class T, class U, class Space>
bool same_elements(vector_view<T, Space> x, vector_view<U, Space> y) {
  return std::is_same_v<std::remove_const_t<T>, std::remove_const_t<U>> &&
         static_cast<const void*>(x.data()) == static_cast<const void*>(y.data()) && x.size() == y.size() &&
         (x.size() < 2 || x.stride() == y.stride());
}

}  // namespace bsr::inline v0::inline BSR_TARGET
