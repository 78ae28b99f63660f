// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Memory that is not needed any more. scipy: prune.
#include <utility>

#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/storage/csc.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/matrix.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Moves a into memory of exactly its size; blocks beyond indptr[-1] are dropped. For after sum_duplicates
/// and eliminate_zeros, which keep the memory they had. O(nnz), and for a moment both copies exist. Strong
/// guarantee. Throws format_error when indptr does not fit.
template <class T, int R, int C, class Index>
void shrink_to_fit(matrix<T, R, C, Index>& a) {
  detail::check_format_for("shrink_to_fit", a.pattern(), checks::basic);
  a.truncate_blocks(a.indptr().back());
  matrix<T, R, C, Index> tight(std::as_const(a).view());
  a.swap(tight);
}
template <class T, class Index>
void shrink_to_fit(csr<T, Index>& a) {
  detail::check_format_for("shrink_to_fit", a.view(), checks::basic);
  a.truncate(a.indptr().back());
  csr<T, Index> tight(a);
  a = std::move(tight);
}
template <class T, class Index>
void shrink_to_fit(csc<T, Index>& a) {
  detail::check_format_for("shrink_to_fit", a.view(), checks::basic);
  a.truncate(a.indptr().back());
  csc<T, Index> tight(a);
  a = std::move(tight);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
