// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Block columns in order. scipy: sort_indices.
#include <algorithm>
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/csc.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/matrix.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// A column, and where in its row it was stored.
template <index Index>
struct stored_column {
  Index column;
  Index from;
};

/// Copies `area` elements, one block.
template <class T>
BSR_INLINE void copy_elements_of_block(const T* from, T* to, std::int64_t area) {
  for (std::int64_t e = 0; e < area; ++e) to[e] = from[e];
}

/// Sorts every row by column, stable; `area` elements of data go with each column. Every block moves at most
/// once, and rows that are in order are left alone. Strong guarantee for memory that cannot be had: it is got
/// before anything moves.
template <class T, index Index>
void sort_rows(const Index* indptr, std::int64_t rows, Index* indices, T* data, std::int64_t area) {
  std::int64_t longest = 0;
  for (std::int64_t i = 0; i < rows; ++i)
    if (!ascends<false>(indices, indptr[i], indptr[i + 1]))
      longest = (std::max)(longest, std::int64_t{indptr[i + 1]} - indptr[i]);
  if (longest == 0) return;
  buffer<stored_column<Index>> memory(longest, uninitialized);
  buffer<T> spare_block(area, uninitialized);
  stored_column<Index>* const row = memory.data();
  T* const spare = spare_block.data();
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t begin = indptr[i];
    const std::int64_t count = indptr[i + 1] - begin;
    if (ascends<false>(indices, begin, begin + count)) continue;
    for (std::int64_t k = 0; k < count; ++k) row[k] = {indices[begin + k], static_cast<Index>(k)};
    std::sort(row, row + count, [](const stored_column<Index>& x, const stored_column<Index>& y) {
      return x.column != y.column ? x.column < y.column : x.from < y.from;
    });
    for (std::int64_t k = 0; k < count; ++k) indices[begin + k] = row[k].column;
    // Place k shall hold what was at row[k].from: follow each cycle of this permutation once.
    T* const blocks = data + begin * area;
    for (std::int64_t k = 0; k < count; ++k) {
      if (row[k].from == k) continue;
      copy_elements_of_block(blocks + k * area, spare, area);
      std::int64_t to = k;
      for (;;) {
        const std::int64_t from = row[to].from;
        row[to].from = static_cast<Index>(to);
        if (from == k) break;
        copy_elements_of_block(blocks + from * area, blocks + to * area, area);
        to = from;
      }
      copy_elements_of_block(spare, blocks + to * area, area);
    }
  }
}

}  // namespace detail

/// Sorts the blocks of every block row by column, in place. Blocks of the same column keep their order (scipy
/// may exchange them). O(blocks log(blocks of a row) + nnz); what is in order is not touched, and if
/// everything is, nothing is allocated. Throws format_error, before anything has moved, when an index is out
/// of range.
template <class T, int R, int C, class Index>
void sort_indices(matrix<T, R, C, Index>& a) {
  detail::check_format_for("sort_indices", a.pattern(), checks::full);
  detail::sort_rows(a.indptr().data(), a.block_rows(), a.indices().data(), a.data().data(),
                    a.blocksize().rows * a.blocksize().cols);
}
/// The same for the entries of a CSR matrix.
template <class T, class Index>
void sort_indices(csr<T, Index>& a) {
  detail::check_format_for("sort_indices", a.view(), checks::full);
  detail::sort_rows(a.indptr().data(), a.rows(), a.indices().data(), a.data().data(), 1);
}
/// The same for the entries of a CSC matrix: the rows of every column.
template <class T, class Index>
void sort_indices(csc<T, Index>& a) {
  detail::check_format_for("sort_indices", a.view(), checks::full);
  detail::sort_rows(a.indptr().data(), a.cols(), a.indices().data(), a.data().data(), 1);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
