// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// check_format and has_canonical_format in one pass over the indices, for operations that need both.
#include <cstdint>
#include <type_traits>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/compressed.hpp"
#include "bsr/format/has_canonical_format.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Throws format_error, on behalf of the operation `who`, unless the index arrays are in order; returns
/// whether the columns of every row rise strictly. Where they do, the first and the last of a row tell
/// whether all of it lies inside. O(rows + entries).
template <index Index>
bool check_format_and_order(const char* who, const compressed<Index>& a) {
  check_indptr(who, a);
  const bool ascending = rows_ascend<true>(a);
  if (!ascending) {
    check_indices(who, a, checks::full);
    return false;
  }
  const outside<Index> is_outside(a.cols);
  std::make_unsigned_t<Index> any = 0;
  for (std::int64_t i = 0; i < a.rows; ++i)
    if (a.indptr[i] != a.indptr[i + 1])
      any |= is_outside(a.indices[a.indptr[i]]) | is_outside(a.indices[a.indptr[i + 1] - 1]);
  if (any != 0) fail_column(who, a);
  return true;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
