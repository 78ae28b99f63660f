// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Diagonals and their sums. scipy: diagonal, trace.
#include <algorithm>
#include <cstdint>
#include <limits>

#include "bsr/base/extent.hpp"
#include "bsr/base/result_type.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/format/check_order.hpp"
#include "bsr/format/compressed.hpp"
#include "bsr/reduce/fold.hpp"
#include "bsr/reduce/sum.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// `ascending`: in every row of a the columns rise strictly.
template <class T, int R, int C, class Index>
buffer<T> copy_diagonal(const matrix_view<const T, R, C, Index>& a, std::int64_t k, bool ascending) {
  if (k <= -a.rows() || k >= a.cols()) return {};
  // Constants where they are known: there is a division for every row.
  const extent<R> rows(a.blocksize().rows);
  const extent<C> cols(a.blocksize().cols);
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  // Its elements are (row, row + k) for rows in [first, last).
  constexpr std::int64_t largest = (std::numeric_limits<Index>::max)();
  const std::int64_t first = (std::max<std::int64_t>)(0, -k);
  const std::int64_t last = (std::min)(a.rows(), a.cols() - k);
  buffer<T> result(last - first);
  Index below = 0;  // columns of a row that are lower than its first on the diagonal
  for (std::int64_t i = first / rows.value(); i * rows.value() < last; ++i) {
    const std::int64_t top = (std::max)(i * rows.value(), first);
    const std::int64_t bottom = (std::min)((i + 1) * rows.value(), last);
    // The block columns that it meets in this block row.
    const std::int64_t left = (top + k) / cols.value();
    const std::int64_t others = (bottom - 1 + k) / cols.value() - left;
    const auto add_block = [&](std::int64_t b) {
      const std::int64_t j = indices[b];
      const std::int64_t from = (std::max)(top, j * cols.value() - k);
      const std::int64_t to = (std::min)(bottom, (j + 1) * cols.value() - k);
      const T* const x = a.data().data() + b * rows.value() * cols.value();
      for (std::int64_t row = from; row < to; ++row) {
        T& element = result[row - first];
        element = add(element, x[(row - i * rows.value()) * cols.value() + row + k - j * cols.value()]);
      }
    };
    const std::int64_t begin = indptr[i];
    const std::int64_t end = indptr[i + 1];
    if (ascending) {
      // They are neighbours, often as far behind the beginning as in the row above; else behind as many as
      // have a lower column, which are counted without a branch.
      const auto lowest = static_cast<Index>((std::min)(left, largest));
      if (below >= end - begin || indices[begin + below] != lowest) {
        below = 0;
        for (std::int64_t b = begin; b < end; ++b) below = static_cast<Index>(below + (indices[b] < lowest));
      }
      for (std::int64_t b = begin + below; b < end && indices[b] - left <= others; ++b) add_block(b);
      continue;
    }
    for (std::int64_t b = begin; b < end; ++b)
      if (indices[b] >= left && indices[b] - left <= others) add_block(b);
  }
  return result;
}

}  // namespace detail

/// The elements (i, i + k) of every row i that has one, zero where nothing is stored: the main diagonal, for
/// k > 0 the k-th above, for k < 0 the -k-th below. Blocks need not be square. What is stored more than once
/// is added up in the type of a. Empty when there is no such diagonal. O(blocks + rows).
/// Throws format_error when an index is out of range. scipy: diagonal(k).
template <class A>
  requires sparse_like<const A&>
auto diagonal(const A& x, std::int64_t k = 0) {
  const auto a = input(x);
  const bool ascending = detail::check_format_and_order("diagonal", detail::index_arrays(a));
  return detail::copy_diagonal(a, k, ascending);
}

/// The sum of diagonal(a, k), of type sum_type_t. 0 when there is no such diagonal. O(blocks + rows).
/// Throws format_error when an index is out of range. scipy: trace(offset).
template <class A>
  requires sparse_like<const A&>
auto trace(const A& x, std::int64_t k = 0) {
  const auto a = input(x);
  using T = typename decltype(a)::value_type;
  using Sum = sum_type_t<T>;
  const detail::sum_fold<T, accumulator_t<Sum>> f;
  const bool ascending = detail::check_format_and_order("trace", detail::index_arrays(a));
  const buffer<T> elements = detail::copy_diagonal(a, k, ascending);
  detail::cascade<detail::sum_fold<T, accumulator_t<Sum>>> sum(f);
  detail::push_run(sum, f, elements.data(), elements.size());
  return detail::cast_scalar<Sum>(sum.result());
}

}  // namespace bsr::inline v0::inline BSR_TARGET
