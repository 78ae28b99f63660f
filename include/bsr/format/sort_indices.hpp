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

/// Rows up to this length are sorted by counting, for each entry, how many come before it.
inline constexpr std::int64_t longest_counted_row = 64;

/// order[n] = what comes n-th in a row of at most longest_counted_row columns, stable. Counts in pieces of a
/// fixed length, without a branch.
template <index Index>
void order_by_counting(const Index* columns, std::int64_t count, Index* order) {
  constexpr std::int64_t piece = 16;
  Index padded[longest_counted_row];
  Index before[longest_counted_row];
  for (std::int64_t k = 0; k < count; ++k) padded[k] = columns[k];
  for (std::int64_t k = count; k % piece != 0; ++k) padded[k] = 0;
  for (std::int64_t first = 0; first < count; first += piece) {
    // Entries in front count when they are not larger, those behind when they are smaller.
    Index sum[piece] = {};
    for (std::int64_t j = 0; j < first; ++j)
      for (std::int64_t k = 0; k < piece; ++k) sum[k] += padded[j] <= padded[first + k];
    const std::int64_t middle = (std::min)(first + piece, count);
    for (std::int64_t j = first; j < middle; ++j)
      for (std::int64_t k = 0; k < piece; ++k)
        sum[k] += (padded[j] < padded[first + k]) | ((padded[j] == padded[first + k]) & (j < first + k));
    for (std::int64_t j = middle; j < count; ++j)
      for (std::int64_t k = 0; k < piece; ++k) sum[k] += padded[j] < padded[first + k];
    for (std::int64_t k = 0; k < piece; ++k) before[first + k] = sum[k];
  }
  for (std::int64_t k = 0; k < count; ++k) order[before[k]] = static_cast<Index>(k);
}

/// order[n] = what comes n-th in the row, stable. `memory` has room for the row.
template <index Index>
void order_of_row(const Index* columns, std::int64_t count, stored_column<Index>* memory, Index* order) {
  if (count <= longest_counted_row) {
    order_by_counting(columns, count, order);
    return;
  }
  for (std::int64_t k = 0; k < count; ++k) memory[k] = {columns[k], static_cast<Index>(k)};
  std::sort(memory, memory + count, [](const stored_column<Index>& x, const stored_column<Index>& y) {
    return x.column != y.column ? x.column < y.column : x.from < y.from;
  });
  for (std::int64_t k = 0; k < count; ++k) order[k] = memory[k].from;
}

/// Place k of `count` blocks gets what was at order[k], which is changed. Every block moves at most once:
/// each cycle is followed.
template <class T, index Index>
void permute_blocks(Index* order, std::int64_t count, T* blocks, T* spare, std::int64_t area) {
  for (std::int64_t k = 0; k < count; ++k) {
    if (order[k] == k) continue;
    copy_elements_of_block(blocks + k * area, spare, area);
    std::int64_t to = k;
    for (;;) {
      const std::int64_t from = order[to];
      order[to] = static_cast<Index>(to);
      if (from == k) break;
      copy_elements_of_block(blocks + from * area, blocks + to * area, area);
      to = from;
    }
    copy_elements_of_block(spare, blocks + to * area, area);
  }
}

/// The same by way of a copy of them all in `spare`. Area: that of a block.
template <int Area, class T, index Index>
void permute_small_blocks(const Index* order, std::int64_t count, T* blocks, T* spare) {
  for (std::int64_t e = 0; e < count * Area; ++e) spare[e] = blocks[e];
  for (std::int64_t k = 0; k < count; ++k)
    for (int e = 0; e < Area; ++e) blocks[k * Area + e] = spare[order[k] * Area + e];
}

/// Sorts every row by column, stable; `area` elements of data go with each column. Rows that are in order are
/// left alone. Strong guarantee for memory that cannot be had: it is got before anything moves.
template <class T, index Index>
void sort_rows(const Index* indptr, std::int64_t rows, Index* indices, T* data, std::int64_t area) {
  std::int64_t longest = 0;
  for (std::int64_t i = 0; i < rows; ++i)
    if (!ascends<false>(indices, indptr[i], indptr[i + 1]))
      longest = (std::max)(longest, std::int64_t{indptr[i + 1]} - indptr[i]);
  if (longest == 0) return;
  const bool by_copy = area == 1 || area == 4;
  buffer<stored_column<Index>> memory(longest > longest_counted_row ? longest : 0, uninitialized);
  buffer<Index> order_memory(longest, uninitialized);
  buffer<Index> old_columns(longest, uninitialized);
  buffer<T> spare_memory(by_copy ? longest * area : area, uninitialized);
  Index* const order = order_memory.data();
  Index* const old = old_columns.data();
  T* const spare = spare_memory.data();
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t begin = indptr[i];
    const std::int64_t count = indptr[i + 1] - begin;
    Index* const columns = indices + begin;
    if (ascends<false>(indices, begin, begin + count)) continue;
    order_of_row(columns, count, memory.data(), order);
    for (std::int64_t k = 0; k < count; ++k) old[k] = columns[k];
    for (std::int64_t k = 0; k < count; ++k) columns[k] = old[order[k]];
    T* const blocks = data + begin * area;
    if (area == 1)
      permute_small_blocks<1>(order, count, blocks, spare);
    else if (area == 4)
      permute_small_blocks<4>(order, count, blocks, spare);
    else
      permute_blocks(order, count, blocks, spare, area);
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
