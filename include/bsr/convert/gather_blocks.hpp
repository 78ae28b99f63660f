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
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/growing_buffer.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// 1 unless v is 0 or -0.0; NaN is not zero.
template <class T>
BSR_INLINE unsigned not_zero(const T& v) {
  return v != T{} ? 1u : 0u;
}

/// Whether any of n consecutive elements is not zero.
template <class T>
BSR_INLINE unsigned any_not_zero(const T* values, std::int64_t n) {
  unsigned any = 0;
  for (std::int64_t k = 0; k < n; ++k) any |= not_zero(values[k]);
  return any;
}

/// hit[j] |= whether the blocks of block row i have a non-zero in block column j.
template <class T, class Layout, int C>
void mark_blocks(const dense_view<const T, Layout>& x, std::int64_t first_row, std::int64_t height,
                 extent<C> width, std::uint8_t* hit) {
  const std::int64_t full = x.cols() / width.value();
  const std::int64_t rest = x.cols() - full * width.value();
  if constexpr (std::same_as<Layout, row_major>) {
    for (std::int64_t r = 0; r < height; ++r) {
      const T* const row = x.data() + (first_row + r) * x.ld();
      for (std::int64_t j = 0; j < full; ++j)
        hit[j] |= static_cast<std::uint8_t>(any_not_zero(row + j * width.value(), width.value()));
      if (rest > 0) hit[full] |= static_cast<std::uint8_t>(any_not_zero(row + full * width.value(), rest));
    }
  } else {
    for (std::int64_t j = 0; j < full + (rest > 0); ++j)
      for (std::int64_t c = j * width.value(); c < (std::min)((j + 1) * width.value(), x.cols()); ++c) {
        unsigned any = 0;
        for (std::int64_t r = 0; r < height; ++r) any |= not_zero(x(first_row + r, c));
        hit[j] |= static_cast<std::uint8_t>(any);
      }
  }
}

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

/// The blocks of x that hold anything but 0 and -0.0, sorted. Reads x once to find them, and them once more.
/// O(m n).
template <index Index, class T, class Layout, int R, int C>
block_arrays<T, Index> gather_blocks(const char* who, const dense_view<const T, Layout>& x, extent<R> rows,
                                     extent<C> cols) {
  const std::int64_t m = storage_detail::ceil_div(x.rows(), rows.value());
  const std::int64_t n = storage_detail::ceil_div(x.cols(), cols.value());
  check_range_fits<Index>(who, n, "block columns");
  block_arrays<T, Index> result;
  result.indptr = buffer<Index>(m + 1, uninitialized);
  result.indptr[0] = 0;
  storage_detail::growing_buffer<Index> found;
  buffer<std::uint8_t> hit(n, uninitialized);
  std::int64_t num_blocks = 0;
  for (std::int64_t i = 0; i < m; ++i) {
    const std::int64_t first_row = i * rows.value();
    if (n > 0) std::memset(hit.data(), 0, static_cast<std::size_t>(n));
    mark_blocks(x, first_row, (std::min)(rows.value(), x.rows() - first_row), cols, hit.data());
    found.reserve(num_blocks, n);
    Index* const out = found.data();
    for (std::int64_t j = 0; j < n; ++j) {
      out[num_blocks] = static_cast<Index>(j);
      num_blocks += hit[j];
    }
    check_count_fits<Index>(who, num_blocks, "blocks");
    result.indptr[i + 1] = static_cast<Index>(num_blocks);
  }
  result.indices = buffer<Index>(num_blocks, uninitialized);
  if (num_blocks > 0)
    std::memcpy(result.indices.data(), found.data(), static_cast<std::size_t>(num_blocks) * sizeof(Index));

  const std::int64_t area = rows.value() * cols.value();
  result.data = buffer<T>(storage_detail::count_elements(who, num_blocks, dims(rows.value(), cols.value())),
                          uninitialized);
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t k = result.indptr[i]; k < result.indptr[i + 1]; ++k)
      copy_block(x, i * rows.value(), result.indices[k] * cols.value(), rows, cols,
                 result.data.data() + k * area);
  return result;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
