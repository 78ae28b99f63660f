// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Are the indices of a matrix what they must be? scipy: check_format.
#include <cstdint>
#include <limits>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/target.hpp"
#include "bsr/format/compressed.hpp"
#include "bsr/storage/coo.hpp"
#include "bsr/storage/csc.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/pattern.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0 {

/// How much check_format looks at. basic: the ends of indptr, O(1). full: every index as well.
enum class checks { basic, full };

}  // namespace bsr::inline v0

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// Whether a value lies outside [0, limit), without a branch. limit >= 0.
template <index Index>
class outside {
  using Unsigned = std::make_unsigned_t<Index>;

 public:
  explicit outside(std::int64_t limit)
      : limit_(limit > (std::numeric_limits<Index>::max)()
                   ? static_cast<Unsigned>((std::numeric_limits<Index>::max)()) + 1
                   : static_cast<Unsigned>(limit)) {}
  BSR_INLINE Unsigned operator()(Index value) const { return static_cast<Unsigned>(value) >= limit_ ? 1 : 0; }

 private:
  Unsigned limit_;
};

/// Whether any of `count` values lies outside [0, limit). A sum over all of them, because that can be
/// vectorised.
template <index Index>
bool any_outside(const Index* values, std::int64_t count, std::int64_t limit) {
  const outside<Index> is_outside(limit);
  std::make_unsigned_t<Index> any = 0;
  for (std::int64_t k = 0; k < count; ++k) any |= is_outside(values[k]);
  return any != 0;
}

template <index Index>
[[noreturn]] BSR_COLD void fail_indptr(const char* who, const compressed<Index>& a) {
  std::int64_t i = 0;
  while (a.indptr[i + 1] >= a.indptr[i]) ++i;
  fail<format_error>("bsr: ", who, ": index pointer values must form a non-decreasing sequence: ", a.row_name,
                     " ", i, " begins at ", a.indptr[i], " and ends at ", a.indptr[i + 1], ".");
}

template <index Index>
[[noreturn]] BSR_COLD void fail_column(const char* who, const compressed<Index>& a) {
  Index largest = 0;
  for (Index k = 0; k < a.indptr[a.rows]; ++k) largest = a.indices[k] > largest ? a.indices[k] : largest;
  for (std::int64_t i = 0;; ++i)
    for (Index k = a.indptr[i]; k < a.indptr[i + 1]; ++k) {
      const Index column = a.indices[k];
      if (column < 0)
        fail<format_error>("bsr: ", who, ": ", a.index_name, " index values must be >= 0: ", a.row_name, " ",
                           i, " holds ", column, ".");
      if (column >= a.cols)
        fail<format_error>("bsr: ", who, ": ", a.index_name, " index values must be < ", a.cols, " (now max ",
                           largest, "): ", a.row_name, " ", i, " holds ", column, ".");
    }
}

/// `highest` is the largest index of a as an unsigned number, so that a negative one is very large. O(1).
template <index Index>
void check_highest(const char* who, const compressed<Index>& a, std::make_unsigned_t<Index> highest) {
  if (a.indptr[a.rows] > 0 && outside<Index>(a.cols)(static_cast<Index>(highest)) != 0) fail_column(who, a);
}

/// indptr begins with 0 and ends within the indices. O(1).
template <index Index>
void check_ends(const char* who, const compressed<Index>& a) {
  if (a.indptr[0] != 0)
    fail<format_error>("bsr: ", who, ": index pointer should start with 0, not ", a.indptr[0], ".");
  const Index last = a.indptr[a.rows];
  if (last < 0 || last > a.stored)
    fail<format_error>(
        "bsr: ", who,
        ": Last value of index pointer should be less than the size of index and data arrays: it is ", last,
        ", and there are ", a.stored, " indices.");
}
/// And never falls. O(rows).
template <index Index>
void check_indptr(const char* who, const compressed<Index>& a) {
  check_ends(who, a);
  std::make_unsigned_t<Index> falls = 0;
  for (std::int64_t i = 0; i < a.rows; ++i) falls |= a.indptr[i + 1] < a.indptr[i] ? 1 : 0;
  if (falls != 0) fail_indptr(who, a);
}
template <index Index>
void check_indices(const char* who, const compressed<Index>& a, checks depth) {
  if (depth == checks::basic) return check_ends(who, a);
  check_indptr(who, a);
  if (any_outside(a.indices, a.indptr[a.rows], a.cols)) fail_column(who, a);
}

template <index Index>
[[noreturn]] BSR_COLD void fail_coordinate(const char* who, int axis, const Index* values, std::int64_t count,
                                           std::int64_t size) {
  const outside<Index> is_outside(size);
  for (std::int64_t k = 0; k < count; ++k) {
    if (is_outside(values[k]) == 0) continue;
    if (values[k] < 0)
      fail<format_error>("bsr: ", who, ": negative axis ", axis, " index: ", values[k], " (entry ", k, ").");
    fail<format_error>("bsr: ", who, ": axis ", axis, " index ", values[k], " exceeds matrix dimension ",
                       size, " (entry ", k, ").");
  }
  fail<format_error>("bsr: ", who, ": an index changed while it was checked.");
}

/// The checks on behalf of the operation `who`.
template <int R, int C, class Index, class Space>
void check_format_for(const char* who, const pattern_view<R, C, Index, Space>& a, checks depth) {
  check_indices(who, index_arrays(a), depth);
}
template <class T, class Index>
void check_format_for(const char* who, const csr_view<T, Index>& a, checks depth) {
  check_indices(who, index_arrays(a), depth);
}
template <class T, class Index>
void check_format_for(const char* who, const csc_view<T, Index>& a, checks depth) {
  check_indices(who, index_arrays(a), depth);
}
template <class T, class Index>
void check_format_for(const char* who, const coo_view<T, Index>& a, checks depth) {
  if (depth == checks::basic) return;
  if (any_outside(a.row().data(), a.nnz(), a.rows()))
    fail_coordinate(who, 0, a.row().data(), a.nnz(), a.rows());
  if (any_outside(a.col().data(), a.nnz(), a.cols()))
    fail_coordinate(who, 1, a.col().data(), a.nnz(), a.cols());
}

}  // namespace detail

/// Throws format_error, naming the row and the value, unless the index arrays of a are in order:
///   basic  indptr starts with 0 and ends within the indices. O(1).
///   full   also: indptr never falls, every column index lies in [0, block columns) (coo: every row and
///   column in
///          range). O(block rows + blocks).
/// Unsorted and repeated columns are in order. scipy: bsr_array.check_format(full_check), csr_array,
/// csc_array and coo_array alike.
template <class A>
  requires sparse_like<const A&>
void check_format(const A& a, checks depth = checks::full) {
  detail::check_format_for("check_format", input(a), depth);
}
template <class A>
  requires csr_like<const A&>
void check_format(const A& a, checks depth = checks::full) {
  detail::check_format_for("check_format", input(a), depth);
}
template <class A>
  requires csc_like<const A&>
void check_format(const A& a, checks depth = checks::full) {
  detail::check_format_for("check_format", input(a), depth);
}
template <class A>
  requires coo_like<const A&>
void check_format(const A& a, checks depth = checks::full) {
  detail::check_format_for("check_format", input(a), depth);
}
template <int R, int C, class Index, class Space>
void check_format(const pattern_view<R, C, Index, Space>& a, checks depth = checks::full) {
  detail::check_format_for("check_format", a, depth);
}
template <int R, int C, class Index, class Space>
void check_format(const pattern<R, C, Index, Space>& a, checks depth = checks::full) {
  detail::check_format_for("check_format", a.view(), depth);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
