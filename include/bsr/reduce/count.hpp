// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What is not zero: how many, where, and what. scipy: count_nonzero, nonzero, find.
#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/target.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/mark_blocks.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "bsr/format/sum_duplicates.hpp"
#include "bsr/reduce/axis.hpp"
#include "bsr/reduce/distinct.hpp"
#include "bsr/reduce/fold.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/coo.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0 {

/// Where the elements of a matrix are that are not zero: element k is at (row[k], col[k]).
template <index Index>
struct nonzero_places {
  buffer<Index> row;
  buffer<Index> col;
};

}  // namespace bsr::inline v0

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// A counter as wide as an element, so that both fit the same vectors.
template <class T>
using counter_t =
    std::conditional_t<sizeof(T) == 1, std::uint8_t,
                       std::conditional_t<sizeof(T) == 2, std::uint16_t,
                                          std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;

/// How many elements are not zero. NaN is not zero, -0.0 is.
template <class T, class State>
struct count_fold {
  using state = State;
  using total = std::int64_t;
  static constexpr int chunk = 255;
  BSR_INLINE static state start() { return 0; }
  BSR_INLINE static state take(state count, const T& x) { return static_cast<State>(count + not_zero(x)); }
  BSR_INLINE static state join(state x, state y) { return static_cast<State>(x + y); }
  BSR_INLINE static total close(state count) { return static_cast<total>(count); }
  BSR_INLINE static total join_totals(total x, total y) { return x + y; }
};

/// Calls f(first, last, none) for block rows first .. last - 1, some thousand elements at a time: whether
/// none of their elements is zero. a is not padded.
template <class T, int R, int C, class Index, class F>
void for_rows_with_zeros(const matrix_view<const T, R, C, Index>& a, const F& f) {
  const count_fold<T, counter_t<T>> count;
  constexpr std::int64_t piece = std::int64_t{count.chunk} * fold_lanes<counter_t<T>> / 2;
  const std::int64_t area = a.blocksize().rows * a.blocksize().cols;
  const Index* const indptr = a.indptr().data();
  // Block rows of about so many elements, if all are alike.
  const std::int64_t total = indptr[a.block_rows()] * area;
  const std::int64_t step =
      total > a.block_rows() ? (std::max<std::int64_t>)(1, piece * a.block_rows() / total) : piece;
  for (std::int64_t first = 0; first < a.block_rows(); first += step) {
    const std::int64_t last = (std::min)(first + step, a.block_rows());
    const std::int64_t end = indptr[last] * area;
    bool none = true;
    for (std::int64_t k = indptr[first] * area; none && k < end; k += piece) {
      const std::int64_t n = (std::min)(piece, end - k);
      none = fold_run(count, a.data().data() + k, n) == n;
    }
    f(first, last, none);
  }
}

/// How many elements of each row are not zero: where all that are stored are, the length of the row.
template <class T, int R, int C, class Index>
buffer<std::int64_t> count_in_rows(const matrix_view<const T, R, C, Index>& a) {
  buffer<std::int64_t> result(a.rows(), uninitialized);
  const auto count = [&](std::int64_t first, std::int64_t last) {
    fold_rows(count_fold<T, std::int64_t>(), a, first, last,
              [&](std::int64_t i, std::int64_t found) { result[i] = found; });
  };
  if (a.is_padded()) {
    count(0, a.block_rows());
    return result;
  }
  const dims block = a.blocksize();
  const Index* const indptr = a.indptr().data();
  std::int64_t* const to = result.data();
  for_rows_with_zeros(a, [&](std::int64_t first, std::int64_t last, bool none) {
    if (!none) return count(first, last);
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t length = (std::int64_t{indptr[i + 1]} - indptr[i]) * block.cols;
      for (std::int64_t r = 0; r < block.rows; ++r) to[i * block.rows + r] = length;
    }
  });
  return result;
}

/// The same for each column.
template <class T, int R, int C, class Index>
buffer<std::int64_t> count_in_cols(const matrix_view<const T, R, C, Index>& a) {
  if (a.is_padded()) return fold_cols(count_fold<T, std::int64_t>(), a);
  const dims block = a.blocksize();
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  buffer<std::int64_t> result(a.cols());
  buffer<Index> full(a.block_cols());  // blocks without a zero
  std::int64_t* const to = result.data();
  Index* const whole = full.data();
  for_rows_with_zeros(a, [&](std::int64_t first, std::int64_t last, bool none) {
    if (none) {
      for (std::int64_t k = indptr[first]; k < indptr[last]; ++k) ++whole[indices[k]];
      return;
    }
    const T* x = a.data().data() + indptr[first] * block.rows * block.cols;
    for (std::int64_t k = indptr[first]; k < indptr[last]; ++k)
      for (std::int64_t r = 0; r < block.rows; ++r, x += block.cols)
        for (std::int64_t c = 0; c < block.cols; ++c) to[indices[k] * block.cols + c] += not_zero(x[c]);
  });
  for (std::int64_t j = 0; j < a.block_cols(); ++j)
    for (std::int64_t c = 0; c < block.cols; ++c) to[j * block.cols + c] += whole[j] * block.rows;
  return result;
}

/// Calls f(row, first column, elements, width) for every row of every block inside the matrix, block by block
/// as they are stored.
template <class T, int R, int C, class Index, class F>
void for_each_block_line(const matrix_view<const T, R, C, Index>& a, const F& f) {
  const dims block = a.blocksize();
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const std::int64_t first_row = i * block.rows;
    const std::int64_t height = (std::min)(block.rows, a.rows() - first_row);
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
      const std::int64_t first_col = indices[k] * block.cols;
      const std::int64_t width = (std::min)(block.cols, a.cols() - first_col);
      const T* const x = a.data().data() + k * block.rows * block.cols;
      for (std::int64_t r = 0; r < height; ++r) f(first_row + r, first_col, x + r * block.cols, width);
    }
  }
}

/// The same row by row.
template <class T, int R, int C, class Index, class F>
void for_each_row_line(const matrix_view<const T, R, C, Index>& a, const F& f) {
  const dims block = a.blocksize();
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const std::int64_t first_row = i * block.rows;
    const std::int64_t height = (std::min)(block.rows, a.rows() - first_row);
    for (std::int64_t r = 0; r < height; ++r)
      for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
        const std::int64_t first_col = indices[k] * block.cols;
        const std::int64_t width = (std::min)(block.cols, a.cols() - first_col);
        f(first_row + r, first_col, a.data().data() + (k * block.rows + r) * block.cols, width);
      }
  }
}

template <class Index, class View>
void check_places_fit(const char* who, const View& a, std::int64_t count) {
  if (count == 0) return;
  check_range_fits<Index>(who, a.rows(), "rows");
  check_range_fits<Index>(who, a.cols(), "columns");
}

/// The elements of a that are not zero, row by row. No block may come twice, and rows must be sorted.
template <class T, int R, int C, class Index>
coo<T, Index> find_sorted(const matrix_view<const T, R, C, Index>& a) {
  const std::int64_t count = fold_all(count_fold<T, counter_t<T>>(), a);
  check_places_fit<Index>("find", a, count);
  // Every element is written, and what follows a zero overwrites it: one more place for the last.
  buffer<T> data(count + 1, uninitialized);
  buffer<Index> row(count + 1, uninitialized);
  buffer<Index> col(count + 1, uninitialized);
  std::int64_t at = 0;
  for_each_row_line(a, [&](std::int64_t i, std::int64_t j, const T* x, std::int64_t width) {
    for (std::int64_t c = 0; c < width; ++c) {
      data[at] = x[c];
      row[at] = static_cast<Index>(i);
      col[at] = static_cast<Index>(j + c);
      at += not_zero(x[c]);
    }
  });
  data.truncate(count);
  row.truncate(count);
  col.truncate(count);
  return {a.shape(), std::move(data), std::move(row), std::move(col)};
}

}  // namespace detail

/// The number of elements that are not zero: what is stored more than once is added up first, NaN is not
/// zero, -0.0 is. a is not changed (scipy sums the duplicates of its operand). O(nnz). Throws format_error
/// when an index is out of range. scipy: count_nonzero().
template <class A>
  requires sparse_like<const A&>
std::int64_t count_nonzero(const A& x) {
  const auto a = input(x);
  using T = typename decltype(a)::value_type;
  return detail::with_distinct_blocks("count_nonzero", a, [](const auto& distinct) {
    return detail::fold_all(detail::count_fold<T, detail::counter_t<T>>(), distinct);
  });
}

/// The same for each column (axis 0 or -2) or each row (axis 1 or -1). O(nnz + rows + columns). Throws
/// shape_error for another axis. scipy: count_nonzero(axis) of a csr_array; it has none for BSR.
template <class A>
  requires sparse_like<const A&>
buffer<std::int64_t> count_nonzero(const A& x, int axis) {
  const auto a = input(x);
  axis = detail::check_axis("count_nonzero", axis);
  return detail::with_distinct_blocks("count_nonzero", a, [axis](const auto& distinct) {
    return axis == 0 ? detail::count_in_cols(distinct) : detail::count_in_rows(distinct);
  });
}

/// The places of stored elements that are not zero, block by block in stored order; what is stored more than
/// once comes as often as it is not zero. O(nnz). Throws format_error when an index is out of range,
/// shape_error when a row or a column does not fit the index type. scipy: nonzero().
template <class A>
  requires sparse_like<const A&>
auto nonzero(const A& x) {
  const auto a = input(x);
  using T = typename decltype(a)::value_type;
  using Index = typename decltype(a)::index_type;
  detail::check_format_for("nonzero", a, checks::full);
  const std::int64_t count = detail::fold_all(detail::count_fold<T, detail::counter_t<T>>(), a);
  detail::check_places_fit<Index>("nonzero", a, count);
  nonzero_places<Index> places{buffer<Index>(count + 1, uninitialized),
                               buffer<Index>(count + 1, uninitialized)};
  Index* const row = places.row.data();
  Index* const col = places.col.data();
  std::int64_t at = 0;
  detail::for_each_block_line(a, [&](std::int64_t i, std::int64_t j, const T* values, std::int64_t width) {
    for (std::int64_t c = 0; c < width; ++c) {
      row[at] = static_cast<Index>(i);
      col[at] = static_cast<Index>(j + c);
      at += detail::not_zero(values[c]);
    }
  });
  places.row.truncate(count);
  places.col.truncate(count);
  return places;
}

/// The elements that are not zero as coordinates, sorted by row and then by column, every place once: what is
/// stored more than once is added up first. O(nnz); a copy of a is sorted first unless it is in order. Throws
/// as nonzero. scipy: find.
template <class A>
  requires sparse_like<const A&>
auto find(const A& x) {
  const auto a = input(x);
  const detail::without_duplicates canonical("find", a);
  return detail::find_sorted(canonical.view());
}

}  // namespace bsr::inline v0::inline BSR_TARGET
