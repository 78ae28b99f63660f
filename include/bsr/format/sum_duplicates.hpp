// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Every place once. scipy: sum_duplicates.
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/format/check_order.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "bsr/format/sort_indices.hpp"
#include "bsr/storage/csc.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/matrix.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// Adds up neighbours of one column in sorted rows and closes the gaps. Returns how many are left.
template <class T, index Index>
std::int64_t merge_equal(Index* indptr, std::int64_t rows, Index* indices, T* data, std::int64_t area) {
  std::int64_t kept = 0;
  std::int64_t begin = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t end = indptr[i + 1];
    for (std::int64_t k = begin; k < end; ++kept) {
      const std::int64_t next = k + 1;
      indices[kept] = indices[k];
      T* const to = data + kept * area;
      const T* const one = data + k * area;
      if (next < end && indices[next] == indices[k]) {
        // Two are added where the sum goes: it is not copied there first.
        const T* const other = data + next * area;
        for (std::int64_t e = 0; e < area; ++e) to[e] = add(one[e], other[e]);
        for (k = next + 1; k < end && indices[k] == indices[kept]; ++k)
          for (std::int64_t e = 0; e < area; ++e) to[e] = add(to[e], data[k * area + e]);
      } else {
        if (kept != k) copy_elements_of_block(one, to, area);
        k = next;
      }
    }
    indptr[i + 1] = static_cast<Index>(kept);
    begin = end;
  }
  return kept;
}

}  // namespace detail

/// Sorts a, and adds up blocks that lie at the same place, in the order in which they were stored, in place.
/// Sums are formed in T (bool: or; integers wrap) and stay stored even when they are zero. Afterwards
/// has_canonical_format(a). Memory is kept; shrink_to_fit gives it back. O(blocks log(blocks of a row) +
/// nnz). Throws as sort_indices.
template <class T, int R, int C, class Index>
void sum_duplicates(matrix<T, R, C, Index>& a) {
  sort_indices(a);
  if (has_canonical_format(a)) return;
  a.truncate_blocks(detail::merge_equal(a.indptr().data(), a.block_rows(), a.indices().data(),
                                        a.data().data(), a.blocksize().rows * a.blocksize().cols));
}
/// The same for the entries of a CSR matrix.
template <class T, class Index>
void sum_duplicates(csr<T, Index>& a) {
  sort_indices(a);
  if (has_canonical_format(a)) return;
  a.truncate(detail::merge_equal(a.indptr().data(), a.rows(), a.indices().data(), a.data().data(), 1));
}
/// The same for the entries of a CSC matrix.
template <class T, class Index>
void sum_duplicates(csc<T, Index>& a) {
  sort_indices(a);
  if (has_canonical_format(a)) return;
  a.truncate(detail::merge_equal(a.indptr().data(), a.cols(), a.indices().data(), a.data().data(), 1));
}

namespace detail {

/// The matrix that a view shows, for functions that need sorted rows without duplicates: a itself, or a copy
/// with the duplicates added up. An object and not a function that calls another with one of the two: that
/// would be compiled for each function anew.
template <class View>
class canonical_operand {
 public:
  canonical_operand(const View& a, bool is_canonical)
      : copy_(is_canonical ? owner() : owner(a)), view_(is_canonical ? a : view_of_copy()) {}
  canonical_operand(const canonical_operand&) = delete;
  canonical_operand& operator=(const canonical_operand&) = delete;

  const View& view() const { return view_; }

 private:
  using owner = matrix<std::remove_const_t<typename View::value_type>, View::static_rows, View::static_cols,
                       typename View::index_type>;

  View view_of_copy() {
    sum_duplicates(copy_);
    return std::as_const(copy_).view();
  }

  owner copy_;
  View view_;
};

/// a with sorted rows and without duplicates, on behalf of the operation `who`. Checks the indices.
template <class View>
struct without_duplicates : canonical_operand<View> {
  without_duplicates(const char* who, const View& a)
      : canonical_operand<View>(a, check_format_and_order(who, index_arrays(a))) {}
};

}  // namespace detail

}  // namespace bsr::inline v0::inline BSR_TARGET
