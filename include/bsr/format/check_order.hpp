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
/// whether the columns of every row rise strictly. Calls also(begin, end) as scan_rows does. O(rows +
/// entries).
template <index Index, class Also>
bool check_format_and_order(const char* who, const compressed<Index>& a, const Also& also) {
  check_indptr(who, a);
  const scanned<Index> seen = scan_rows<true>(a, also);
  check_highest(who, a, seen.highest);
  return seen.ascending;
}
template <index Index>
bool check_format_and_order(const char* who, const compressed<Index>& a) {
  return check_format_and_order(who, a, [](std::int64_t, std::int64_t) {});
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
