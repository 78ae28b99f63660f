// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Diagonals and their sums. scipy: diagonal, trace.
#include <algorithm>
#include <cstdint>

#include "bsr/base/result_type.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/reduce/fold.hpp"
#include "bsr/reduce/sum.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

template <class T, int R, int C, class Index>
buffer<T> copy_diagonal(const matrix_view<const T, R, C, Index>& a, std::int64_t k) {
  if (k <= -a.rows() || k >= a.cols()) return {};
  const dims block = a.blocksize();
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  // Its elements are (row, row + k) for rows in [first, last).
  const std::int64_t first = (std::max<std::int64_t>)(0, -k);
  const std::int64_t last = (std::min)(a.rows(), a.cols() - k);
  buffer<T> result(last - first);
  for (std::int64_t i = first / block.rows; i * block.rows < last; ++i) {
    const std::int64_t top = (std::max)(i * block.rows, first);
    const std::int64_t bottom = (std::min)((i + 1) * block.rows, last);
    // The block columns that it meets in this block row.
    const std::int64_t left = (top + k) / block.cols;
    const auto others = static_cast<std::uint64_t>((bottom - 1 + k) / block.cols - left);
    for (std::int64_t b = indptr[i]; b < indptr[i + 1]; ++b) {
      const std::int64_t j = indices[b];
      if (static_cast<std::uint64_t>(j - left) > others) continue;
      const std::int64_t from = (std::max)(top, j * block.cols - k);
      const std::int64_t to = (std::min)(bottom, (j + 1) * block.cols - k);
      const T* const x = a.data().data() + b * block.rows * block.cols;
      for (std::int64_t row = from; row < to; ++row) {
        T& element = result[row - first];
        element = add(element, x[(row - i * block.rows) * block.cols + row + k - j * block.cols]);
      }
    }
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
  detail::check_format_for("diagonal", a, checks::full);
  return detail::copy_diagonal(a, k);
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
  detail::check_format_for("trace", a, checks::full);
  const buffer<T> elements = detail::copy_diagonal(a, k);
  detail::cascade<detail::sum_fold<T, accumulator_t<Sum>>> sum(f);
  detail::push_run(sum, f, elements.data(), elements.size());
  return detail::cast_scalar<Sum>(sum.result());
}

}  // namespace bsr::inline v0::inline BSR_TARGET
