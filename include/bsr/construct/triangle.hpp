// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The part of a matrix on one side of a diagonal. scipy: tril, triu.
#include <algorithm>
#include <cstdint>
#include <utility>

#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/sort_indices.hpp"
#include "bsr/format/sum_duplicates.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

enum class triangle_side { lower, upper };

/// Columns from first to before last, of one row.
struct column_range {
  std::int64_t first;
  std::int64_t last;
  BSR_INLINE bool holds(std::int64_t j) const { return j >= first && j < last; }
};

/// Those of the columns [0, cols) that lie on one side of diagonal k in row i; the diagonal itself belongs to
/// both.
template <triangle_side Side>
BSR_INLINE column_range columns_on_side(std::int64_t i, std::int64_t k, std::int64_t cols) {
  std::int64_t middle = 0;
  if (__builtin_add_overflow(i, k, &middle)) middle = cols;
  if constexpr (Side == triangle_side::lower)
    return {0, (std::clamp<std::int64_t>)(middle, -1, cols - 1) + 1};
  else
    return {(std::clamp<std::int64_t>)(middle, 0, cols), cols};
}

/// The blocks of a whose block column lies in reach(block row), with the values that write(block row, block
/// column, from, to) gives them; canonical.
template <class T, int R, int C, class Index, class Reach, class Write>
matrix<T, R, C, Index> choose_blocks(const matrix_view<const T, R, C, Index>& a, const Reach& reach,
                                     const Write& write) {
  const std::int64_t rows = a.block_rows();
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  buffer<Index> new_indptr(rows + 1, uninitialized);
  new_indptr[0] = 0;
  Index count = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    const column_range kept = reach(i);
    Index inside = 0;
    for (std::int64_t n = indptr[i]; n < indptr[i + 1]; ++n) inside += kept.holds(indices[n]) ? 1 : 0;
    count += inside;
    new_indptr[i + 1] = count;
  }
  const std::int64_t area = a.blocksize().rows * a.blocksize().cols;
  buffer<Index> new_indices(count, uninitialized);
  buffer<T> new_data(count * area, uninitialized);
  Index* out_index = new_indices.data();
  T* out = new_data.data();
  for (std::int64_t i = 0; i < rows; ++i) {
    const column_range kept = reach(i);
    for (std::int64_t n = indptr[i]; n < indptr[i + 1]; ++n) {
      if (!kept.holds(indices[n])) continue;
      *out_index++ = indices[n];
      write(i, std::int64_t{indices[n]}, a.data().data() + n * area, out);
      out += area;
    }
  }
  matrix<T, R, C, Index> result(a.shape(), std::move(new_data), std::move(new_indices), std::move(new_indptr),
                                a.blocksize(), padded);
  sum_duplicates(result);
  return result;
}

template <triangle_side Side, class T, int R, int C, class Index>
matrix<T, R, C, Index> triangle(const char* who, const matrix_view<const T, R, C, Index>& a, std::int64_t k) {
  check_format_for(who, a, checks::full);
  const dims shape = a.shape();
  const dims block = a.blocksize();
  const auto top = [&](std::int64_t i) { return i * block.rows; };
  const auto bottom = [&](std::int64_t i) {
    return top(i) + (std::min)(block.rows, shape.rows - top(i)) - 1;
  };
  // A block row holds as much of the triangle as its last row does, of the upper triangle its first.
  const auto reach = [&](std::int64_t i) {
    const auto farthest =
        columns_on_side<Side>(Side == triangle_side::lower ? bottom(i) : top(i), k, shape.cols);
    if (farthest.first >= farthest.last) return column_range{0, 0};
    return column_range{farthest.first / block.cols, storage_detail::ceil_div(farthest.last, block.cols)};
  };
  const auto write = [&](std::int64_t i, std::int64_t j, const T* from, T* to) {
    const auto least =
        columns_on_side<Side>(Side == triangle_side::lower ? top(i) : bottom(i), k, shape.cols);
    const std::int64_t left = j * block.cols;
    const std::int64_t right = left + (std::min)(block.cols, shape.cols - left);
    if (left >= least.first && right <= least.last)
      return copy_elements_of_block(from, to, block.rows * block.cols);
    for (std::int64_t r = 0; r < block.rows; ++r) {
      const auto columns = columns_on_side<Side>(top(i) + r, k, shape.cols);
      for (std::int64_t c = 0; c < block.cols; ++c)
        to[r * block.cols + c] = columns.holds(left + c) ? from[r * block.cols + c] : T{};
    }
  };
  return choose_blocks(a, reach, write);
}

template <triangle_side Side, class T, int R, int C, class Index>
matrix<T, R, C, Index> block_triangle(const char* who, const matrix_view<const T, R, C, Index>& a,
                                      std::int64_t k) {
  check_format_for(who, a, checks::full);
  const std::int64_t area = a.blocksize().rows * a.blocksize().cols;
  return choose_blocks(
      a, [&](std::int64_t i) { return columns_on_side<Side>(i, k, a.block_cols()); },
      [&](std::int64_t, std::int64_t, const T* from, T* to) { copy_elements_of_block(from, to, area); });
}

}  // namespace detail

/// The elements (i, j) of a with j <= i + k. Stored are the blocks that hold places of the triangle, be they
/// zero or not; in those on the diagonal the other places become zero. Canonical. O(blocks + stored
/// elements). Throws format_error when an index is out of range. scipy: tril(a, k, format='bsr'), which
/// estimates a new block size.
template <class A>
  requires sparse_like<const A&>
auto tril(const A& a, std::int64_t k = 0) {
  return detail::triangle<detail::triangle_side::lower>("tril", input(a), k);
}
/// The elements (i, j) of a with j >= i + k. As tril. scipy: triu.
template <class A>
  requires sparse_like<const A&>
auto triu(const A& a, std::int64_t k = 0) {
  return detail::triangle<detail::triangle_side::upper>("triu", input(a), k);
}

/// The blocks of a at block row i and block column j <= i + k, whole. Canonical. O(blocks + stored elements).
/// Throws format_error when an index is out of range. For block solvers: with k = -1 the strict lower part.
template <class A>
  requires sparse_like<const A&>
auto block_tril(const A& a, std::int64_t k = 0) {
  return detail::block_triangle<detail::triangle_side::lower>("block_tril", input(a), k);
}
/// The blocks of a at block row i and block column j >= i + k, whole. As block_tril.
template <class A>
  requires sparse_like<const A&>
auto block_triu(const A& a, std::int64_t k = 0) {
  return detail::block_triangle<detail::triangle_side::upper>("block_triu", input(a), k);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
