// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The blocks of a dense matrix that are not zero.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/assemble.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/mark_blocks.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/growing_buffer.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Copies the height x width elements at the start of x into a row-major block; the rest of the block becomes
/// zero.
template <class T, class Layout, int R, int C>
BSR_INLINE void copy_block(const dense_view<const T, Layout>& x, std::int64_t first_row,
                           std::int64_t first_col, extent<R> rows, extent<C> cols, T* block) {
  const std::int64_t height = (std::min)(rows.value(), x.rows() - first_row);
  const std::int64_t width = (std::min)(cols.value(), x.cols() - first_col);
  const auto copy = [&](std::int64_t m, std::int64_t n) {
    if constexpr (std::same_as<Layout, row_major>) {
      for (std::int64_t r = 0; r < m; ++r) {
        const T* const from = x.data() + (first_row + r) * x.ld() + first_col;
        for (std::int64_t c = 0; c < n; ++c) block[r * cols.value() + c] = from[c];
      }
    } else {
      for (std::int64_t c = 0; c < n; ++c)
        for (std::int64_t r = 0; r < m; ++r) block[r * cols.value() + c] = x(first_row + r, first_col + c);
    }
  };
  if (height == rows.value() && width == cols.value()) {
    copy(rows.value(), cols.value());
  } else {
    for (std::int64_t k = 0; k < rows.value() * cols.value(); ++k) block[k] = T{};
    copy(height, width);
  }
}

/// The blocks of x that hold anything but 0 and -0.0, sorted. Reads x once. O(m n).
template <index Index, class T, class Layout, int R, int C>
block_arrays<T, Index> gather_blocks(const char* who, const dense_view<const T, Layout>& x, extent<R> rows,
                                     extent<C> cols) {
  const std::int64_t m = storage_detail::ceil_div(x.rows(), rows.value());
  const std::int64_t n = storage_detail::ceil_div(x.cols(), cols.value());
  const dims block(rows.value(), cols.value());
  const std::int64_t area = storage_detail::count_elements(who, 1, block);
  check_range_fits<Index>(who, n, "block columns");
  storage_detail::growing_buffer<Index> indices;
  storage_detail::growing_buffer<T> data;
  buffer<Index> indptr(m + 1);
  block_marker<T, Layout, R, C> mark(x, rows, cols);
  buffer<std::uint8_t> hit(mark.panel() * mark.chunk(), uninitialized);
  std::int64_t count = 0;
  // A panel is one block row, or a chunk is all of its columns.
  for (std::int64_t i = 0; i < m; i += mark.panel())
    for (std::int64_t j = 0; j < n; j += mark.chunk()) {
      const std::int64_t last_i = (std::min)(i + mark.panel(), m), last_j = (std::min)(j + mark.chunk(), n);
      mark(i, last_i, j, last_j, hit.data());
      for (std::int64_t p = i; p < last_i; ++p) {
        indices.reserve(count, last_j - j + list_slack, p + 1, m);
        Index* const found = indices.data() + count;
        const std::int64_t num_found =
            list_marked(hit.data() + (p - i) * mark.chunk(), last_j - j, static_cast<Index>(j), found) -
            found;
        check_count_fits<Index>(who, count + num_found, "blocks");
        const std::int64_t size = storage_detail::count_elements(who, count + num_found, block);
        data.reserve(count * area, size - count * area, p + 1, m);
        T* to = data.data() + count * area;
        for (std::int64_t k = 0; k < num_found; ++k, to += area)
          copy_block(x, p * rows.value(), found[k] * cols.value(), rows, cols, to);
        count += num_found;
        indptr[p + 1] = static_cast<Index>(count);
      }
    }
  return {data.take(count * area), indices.take(count), std::move(indptr)};
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
