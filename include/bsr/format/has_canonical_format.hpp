// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Is a matrix sorted, and does it store each place once? scipy: has_sorted_indices, has_canonical_format.
#include <cstdint>
#include <type_traits>

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

/// What one pass over the indices tells.
template <index Index>
struct scanned {
  bool ascending;                       // every row, as ascends() of it
  std::make_unsigned_t<Index> highest;  // the largest index, a negative one as a very large one
};

/// Looks at all indices once; indptr must be in order. Neighbours are compared all along the indices, because
/// that can be vectorised; those that are wrong only because a new row begins between them are counted while
/// they are in the cache, and must be all. Calls also(begin, end) for one piece of them after the other,
/// which then are in the cache, too. O(rows + entries).
template <bool Strictly, index Index, class Also>
scanned<Index> scan_rows(const compressed<Index>& a, const Also& also) {
  using Unsigned = std::make_unsigned_t<Index>;
  const Index* const indptr = a.indptr;
  const Index* const indices = a.indices;
  const auto wrong = [indices](std::int64_t k) {
    return static_cast<Index>(Strictly ? indices[k] <= indices[k - 1] : indices[k] < indices[k - 1]);
  };
  const std::int64_t count = indptr[a.rows];
  if (count == 0) return {true, 0};
  std::int64_t row = 1;  // the first that does not begin at 0
  while (indptr[row] == 0) ++row;
  Index all = 0, at_starts = 0;
  auto highest = static_cast<Unsigned>(indices[0]);
  also(std::int64_t{0}, std::int64_t{1});
  constexpr std::int64_t piece = 4096;
  for (std::int64_t begin = 1; begin < count;) {
    // Rows that begin in a piece begin behind its first index, or there.
    const std::int64_t end = count - begin < piece ? count : begin + piece;
    for (std::int64_t k = begin; k < end; ++k) {
      all += wrong(k);
      const auto value = static_cast<Unsigned>(indices[k]);
      highest = value > highest ? value : highest;
    }
    for (; row < a.rows && indptr[row] < end; ++row)
      at_starts += static_cast<Index>(wrong(indptr[row]) & (indptr[row] != indptr[row + 1]));
    also(begin, end);
    begin = end;
  }
  return {all == at_starts, highest};
}
template <bool Strictly, index Index>
scanned<Index> scan_rows(const compressed<Index>& a) {
  return scan_rows<Strictly>(a, [](std::int64_t, std::int64_t) {});
}

template <bool Strictly, index Index>
bool rows_ascend(const compressed<Index>& a) {
  return scan_rows<Strictly>(a).ascending;
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
