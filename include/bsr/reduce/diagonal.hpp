// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Diagonals and their sums. scipy: diagonal, trace.
#include <algorithm>
#include <cstdint>

#include "bsr/base/extent.hpp"
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
  // Constants where they are known: there is a division for every row.
  const extent<R> rows(a.blocksize().rows);
  const extent<C> cols(a.blocksize().cols);
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  // Its elements are (row, row + k) for rows in [first, last).
  const std::int64_t first = (std::max<std::int64_t>)(0, -k);
  const std::int64_t last = (std::min)(a.rows(), a.cols() - k);
  buffer<T> result(last - first);
  for (std::int64_t i = first / rows.value(); i * rows.value() < last; ++i) {
    const std::int64_t top = (std::max)(i * rows.value(), first);
    const std::int64_t bottom = (std::min)((i + 1) * rows.value(), last);
    // The block columns that it meets in this block row.
    const std::int64_t left = (top + k) / cols.value();
    const auto others = static_cast<std::uint64_t>((bottom - 1 + k) / cols.value() - left);
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
    std::int64_t begin = indptr[i];
    const std::int64_t end = indptr[i + 1];
    if (others == 0) {
      // One block column, where most rows have one block or none: that is found without a branch.
      Index hits = 0, place = 0;
      for (std::int64_t b = begin; b < end; ++b) {
        const auto hit = static_cast<Index>(indices[b] == static_cast<Index>(left));
        hits = static_cast<Index>(hits + hit);
        place = static_cast<Index>(place + hit * static_cast<Index>(b - begin));
      }
      if (hits == 1) add_block(begin + place);
      if (hits <= 1) begin = end;
    }
    for (std::int64_t b = begin; b < end; ++b)
      if (static_cast<std::uint64_t>(indices[b] - left) <= others) add_block(b);
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
