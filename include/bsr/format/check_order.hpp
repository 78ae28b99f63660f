// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// check_format and has_canonical_format in one pass over the indices, for operations that need both.
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/compressed.hpp"
#include "bsr/format/has_canonical_format.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Throws format_error, on behalf of the operation `who`, unless the index arrays are in order; returns
/// whether the columns of every row rise strictly. O(rows + entries).
template <index Index>
bool check_format_and_order(const char* who, const compressed<Index>& a) {
  check_indptr(who, a);
  const scanned<Index> seen = scan_rows<true>(a);
  check_highest(who, a, seen.highest);
  return seen.ascending;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
