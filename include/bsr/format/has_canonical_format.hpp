// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Is a matrix sorted, and does it store each place once? scipy: has_sorted_indices, has_canonical_format.
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/format/compressed.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/pattern.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// Whether columns[begin .. end) never falls, or (strictly) always rises.
template <bool Strictly, index Index>
bool ascends(const Index* columns, std::int64_t begin, std::int64_t end) {
  Index wrong = 0;
  for (std::int64_t k = begin + 1; k < end; ++k)
    wrong |= Strictly ? columns[k] <= columns[k - 1] : columns[k] < columns[k - 1];
  return wrong == 0;
}

/// The same for every row. Neighbours are compared all along the indices, because that can be vectorised;
/// those that are wrong only because a new row begins between them are counted, and must be all.
template <bool Strictly, index Index>
bool rows_ascend(const compressed<Index>& a) {
  const auto wrong = [&](std::int64_t k) {
    return static_cast<Index>(Strictly ? a.indices[k] <= a.indices[k - 1] : a.indices[k] < a.indices[k - 1]);
  };
  Index all = 0;
  for (std::int64_t k = 1; k < a.indptr[a.rows]; ++k) all += wrong(k);
  if (all == 0) return true;
  std::int64_t first = 1;
  std::int64_t last = a.rows;
  while (a.indptr[first] == 0) ++first;
  while (a.indptr[last] == a.indptr[a.rows]) --last;
  Index at_starts = 0;
  for (std::int64_t i = first; i <= last; ++i)
    at_starts += static_cast<Index>(wrong(a.indptr[i]) & (a.indptr[i] != a.indptr[i + 1]));
  return all == at_starts;
}

}  // namespace detail

/// Whether the columns of every (block) row, or the rows of every column of a CSC matrix, are in order; the
/// same one may come twice. O(blocks). Nothing is remembered: scipy caches the answer, bsr looks. The index
/// arrays must be in order (check_format).
template <class A>
  requires sparse_like<const A&> || csr_like<const A&> || csc_like<const A&>
bool has_sorted_indices(const A& a) {
  return detail::rows_ascend<false>(detail::index_arrays(input(a)));
}
template <int R, int C, class Index, class Space>
bool has_sorted_indices(const pattern_view<R, C, Index, Space>& a) {
  return detail::rows_ascend<false>(detail::index_arrays(a));
}

/// Whether the columns of every (block) row are in order and none comes twice. Stored zeros do not matter.
/// O(blocks).
template <class A>
  requires sparse_like<const A&> || csr_like<const A&> || csc_like<const A&>
bool has_canonical_format(const A& a) {
  return detail::rows_ascend<true>(detail::index_arrays(input(a)));
}
template <int R, int C, class Index, class Space>
bool has_canonical_format(const pattern_view<R, C, Index, Space>& a) {
  return detail::rows_ascend<true>(detail::index_arrays(a));
}

}  // namespace bsr::inline v0::inline BSR_TARGET
