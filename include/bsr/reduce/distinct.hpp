// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Every place once, for reductions that need the elements themselves; the operand is not touched.
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/format/check_order.hpp"
#include "bsr/format/compressed.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "bsr/format/sum_duplicates.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Whether a column may come twice in a row, of which not all rise strictly. Exact, unless rows are unsorted
/// and there are far more columns than entries: then the answer is yes. O(rows + entries).
template <index Index>
bool may_repeat(const compressed<Index>& a) {
  buffer<Index> seen;  // where in the indices a column came last
  for (std::int64_t i = 0; i < a.rows; ++i) {
    const std::int64_t begin = a.indptr[i];
    const std::int64_t end = a.indptr[i + 1];
    if (ascends<true>(a.indices, begin, end)) continue;
    if (ascends<false>(a.indices, begin, end)) return true;
    if (seen.empty()) {
      if (a.cols / 8 > a.indptr[a.rows]) return true;
      seen = buffer<Index>(a.cols, uninitialized);
      for (Index& place : seen) place = -1;
    }
    bool again = false;
    for (std::int64_t k = begin; k < end; ++k) {
      again |= seen[a.indices[k]] >= begin;
      seen[a.indices[k]] = static_cast<Index>(k);
    }
    if (again) return true;
  }
  return false;
}

/// f(view) with the elements of a, where no block comes twice: of a itself when that is so, else of a copy
/// with sorted blocks and the duplicates added up, as sum_duplicates does it. Checks the format of a on
/// behalf of the operation `who`.
template <class T, int R, int C, class Index, class F>
auto with_distinct_blocks(const char* who, const matrix_view<const T, R, C, Index>& a, const F& f) {
  const auto entries = index_arrays(a);
  const canonical_operand distinct(a, check_format_and_order(who, entries) || !may_repeat(entries));
  return f(distinct.view());
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
