// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The transposed matrix, a copy. scipy: transpose. (transpose(a) in an expression copies nothing.)
#include <cstdint>
#include <utility>

#include "bsr/base/target.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/result_memory.hpp"
#include "bsr/convert/transpose_block.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/compressed.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// Entries that are spread over memory arrive sooner when they are asked for so many entries ahead.
inline constexpr std::int64_t scatter_distance = 16;

/// Asks for the memory that a small piece at `to` is going to be written to; a large one is soon found by the
/// hardware.
template <class T>
BSR_INLINE void prefetch_to_write(const T* to, std::int64_t bytes = 1) {
  if (bytes <= 64) __builtin_prefetch(to, 1);
}

/// Whether blocks are written where they go: several of them fill a line of the cache. Others are fetched
/// from where they lie.
BSR_INLINE bool fills_cache_lines(std::int64_t block_bytes) {
  return block_bytes > 0 && block_bytes <= 64 && 64 % block_bytes == 0;
}

/// Where each column begins when columns become rows: next[j] is the place of column j's next entry, if who
/// places one counts on. In the end that is the transposed indptr.
template <index Index, index From>
Index* begin_columns(const compressed<From>& a, buffer<Index>& indptr) {
  // next[j + 1] counts column j, then is the place of its next entry, and in the end the beginning of column
  // j + 1.
  indptr = buffer<Index>(a.cols + 1);
  Index* const next = indptr.data() + 1;
  for (std::int64_t k = 0; k < a.indptr[a.rows]; ++k) ++next[a.indices[k]];
  Index sum = 0;
  for (std::int64_t j = 0; j < a.cols; ++j) {
    const Index size = next[j];
    next[j] = sum;
    sum += size;
  }
  return next;
}

/// Where each entry goes when rows become columns, or columns rows: calls move(from, to) for every entry in
/// stored order, after the transposed indptr and indices have been made; `indices` has the right size
/// already, or gets memory. Rows of the result are sorted, equal columns keep their order. Entry `to` is
/// `area` elements long, from data + to * area on.
template <index Index, index From, class T, class Move>
void transpose_entries(const compressed<From>& a, buffer<Index>& indptr, buffer<Index>& indices,
                       const T* data, std::int64_t area, const Move& move) {
  const std::int64_t stored = a.indptr[a.rows];
  Index* const next = begin_columns(a, indptr);
  if (indices.size() != stored) indices = buffer<Index>(stored, uninitialized);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t k = a.indptr[i]; k < a.indptr[i + 1]; ++k) {
      // About where an entry further on will go.
      const std::int64_t later = k + scatter_distance < stored ? k + scatter_distance : stored - 1;
      const std::int64_t ahead = next[a.indices[later]];
      prefetch_to_write(indices.data() + ahead);
      prefetch_to_write(data + ahead * area, area * static_cast<std::int64_t>(sizeof(T)));
      const Index to = next[a.indices[k]]++;
      indices[to] = static_cast<Index>(i);
      move(k, std::int64_t{to});
    }
}

/// The same for single numbers, which go from `from` to `data`. Where the caches do not hold them, a number
/// and its row are written to one place, and separated afterwards: what takes the time is how many places are
/// waited for.
template <index Index, index From, class T>
void transpose_numbers(const compressed<From>& a, buffer<Index>& indptr, buffer<Index>& indices,
                       const T* from, T* BSR_RESTRICT data) {
  struct entry {
    T value;
    Index row;
  };
  constexpr std::int64_t cached_bytes = 1 << 20;
  const std::int64_t stored = a.indptr[a.rows];
  if (sizeof(T) > 8 || stored * static_cast<std::int64_t>(sizeof(entry)) < cached_bytes) {
    transpose_entries(a, indptr, indices, data, 1,
                      [&](std::int64_t k, std::int64_t to) { data[to] = from[k]; });
    return;
  }
  buffer<entry> moved(stored, uninitialized);
  entry* const entries = moved.data();
  Index* const next = begin_columns(a, indptr);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t k = a.indptr[i]; k < a.indptr[i + 1]; ++k) {
      const std::int64_t later = k + scatter_distance < stored ? k + scatter_distance : stored - 1;
      prefetch_to_write(entries + next[a.indices[later]]);
      entries[next[a.indices[k]]++] = {from[k], static_cast<Index>(i)};
    }
  if (indices.size() != stored) indices = buffer<Index>(stored, uninitialized);
  Index* BSR_RESTRICT const rows = indices.data();
  for (std::int64_t k = 0; k < stored; ++k) {
    data[k] = entries[k].value;
    rows[k] = entries[k].row;
  }
}

/// to_transposed(a), which `who` asks for; maybe in the memory of `old`.
template <class View, class Result = matrix<typename View::value_type, View::static_cols, View::static_rows,
                                            typename View::index_type>>
Result transposed(const char* who, const View& a, Result* old = nullptr) {
  using T = typename View::value_type;
  using Index = typename View::index_type;
  check_format_for(who, a, checks::full);
  const std::int64_t num_blocks = a.indptr()[static_cast<std::size_t>(a.block_rows())];
  if (num_blocks > 0) check_range_fits<Index>(who, a.block_rows(), "block rows");
  const extent<View::static_rows> rows(a.blocksize().rows);
  const extent<View::static_cols> cols(a.blocksize().cols);
  const std::int64_t area = rows.value() * cols.value();
  auto made = result_memory(old, num_blocks * area, num_blocks, a);
  const T* const from_data = a.data().data();
  T* const to_data = made.data.data();
  if (area == 1) {
    transpose_numbers(index_arrays(a), made.indptr, made.indices, from_data, to_data);
  } else if (fills_cache_lines(area * static_cast<std::int64_t>(sizeof(T)))) {
    transpose_entries(index_arrays(a), made.indptr, made.indices, to_data, area,
                      [&](std::int64_t from, std::int64_t to) {
                        transpose_block(from_data + from * area, to_data + to * area, rows, cols);
                      });
  } else {
    // Where each block comes from is scattered, the blocks are gathered: memory is written in order.
    buffer<Index> origin(num_blocks, uninitialized);
    transpose_entries(index_arrays(a), made.indptr, made.indices, origin.data(), 1,
                      [&](std::int64_t from, std::int64_t to) { origin[to] = static_cast<Index>(from); });
    constexpr std::int64_t distance = 8;
    for (std::int64_t k = 0; k < num_blocks; ++k) {
      if (k + distance < num_blocks) {
        const char* const ahead = reinterpret_cast<const char*>(from_data + origin[k + distance] * area);
        for (std::int64_t b = 0; b < area * static_cast<std::int64_t>(sizeof(T)) && b < 1024; b += 64)
          __builtin_prefetch(ahead + b);
      }
      transpose_block(from_data + origin[k] * area, to_data + k * area, rows, cols);
    }
  }
  return Result(dims(a.cols(), a.rows()), std::move(made.data), std::move(made.indices),
                std::move(made.indptr), dims(cols.value(), rows.value()), padded);
}

}  // namespace detail

/// The transposed matrix: blocks of R x C become blocks of C x R, each transposed. Block rows of the result
/// are sorted; duplicates stay, in the order in which they were stored; explicit zeros and padding stay.
/// Counting sort, O(blocks + block rows + block columns + nnz).
/// Throws format_error when an index is out of range, shape_error when a block row is too large for an index.
/// scipy: transpose().
template <class A>
  requires sparse_like<const A&>
auto to_transposed(const A& matrix_to_turn) {
  return detail::transposed("to_transposed", input(matrix_to_turn));
}

/// The transposed CSR matrix; what other libraries call its CSC form. The same rules, entry by entry.
template <class A>
  requires csr_like<const A&>
auto to_transposed(const A& matrix_to_turn) {
  const auto a = input(matrix_to_turn);
  using T = typename decltype(a)::value_type;
  using Index = typename decltype(a)::index_type;
  detail::check_format_for("to_transposed", a, checks::full);
  const std::int64_t stored = a.indptr()[static_cast<std::size_t>(a.rows())];
  if (stored > 0) detail::check_range_fits<Index>("to_transposed", a.rows(), "rows");
  buffer<Index> indptr;
  buffer<Index> indices;
  buffer<T> data(stored, uninitialized);
  detail::transpose_numbers(detail::index_arrays(a), indptr, indices, a.data().data(), data.data());
  return csr<T, Index>(dims(a.cols(), a.rows()), std::move(data), std::move(indices), std::move(indptr));
}

}  // namespace bsr::inline v0::inline BSR_TARGET
