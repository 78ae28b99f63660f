// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Anything to compressed sparse rows. scipy: tocsr.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "bsr/base/target.hpp"
#include "bsr/convert/assemble.hpp"
#include "bsr/convert/gather_blocks.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/to_transposed.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/compressed.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "bsr/format/sort_indices.hpp"
#include "bsr/format/sum_duplicates.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/csc.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// Copies `count` indices into another index type that is known to hold them.
template <index To, index From>
buffer<To> copy_indices(const From* from, std::int64_t count) {
  buffer<To> to(count, uninitialized);
  for (std::int64_t k = 0; k < count; ++k) to[k] = static_cast<To>(from[k]);
  return to;
}

/// A copy of the columns of `from`, whose indptr has been checked; they are checked as they pass.
template <index To, index From>
buffer<To> copy_columns(const char* who, const compressed<From>& from) {
  using Unsigned = std::make_unsigned_t<From>;
  const std::int64_t count = from.indptr[from.rows];
  const From* const indices = from.indices;
  buffer<To> result(count, uninitialized);
  To* const to = result.data();
  Unsigned highest = 0;
  for (std::int64_t k = 0; k < count; ++k) {
    const auto value = static_cast<Unsigned>(indices[k]);
    highest = value > highest ? value : highest;
    to[k] = static_cast<To>(indices[k]);
  }
  check_highest(who, from, highest);
  return result;
}

template <class T>
buffer<T> copy_values(const T* from, std::int64_t count) {
  buffer<T> to(count, uninitialized);
  if (count > 0)
    std::memcpy(static_cast<void*>(to.data()), from, static_cast<std::size_t>(count) * sizeof(T));
  return to;
}

/// The arrays of a CSR matrix with the elements of a.
template <class Asked, class T, int R, int C, class From>
auto row_arrays(const char* who, const matrix_view<const T, R, C, From>& a) {
  using Index = result_index_t<Asked, From>;
  check_format_for(who, a, checks::full);
  const dims block = a.blocksize();
  const std::int64_t block_rows = a.block_rows();
  const std::int64_t block_cols = a.block_cols();
  const auto* const from_indptr = a.indptr().data();
  const auto* const from_indices = a.indices().data();
  if (from_indptr[block_rows] > 0) check_range_fits<Index>(who, a.cols(), "columns");
  const std::int64_t last_width = a.cols() - (block_cols - 1) * block.cols;

  // What a scalar row of each block row holds, and so indptr.
  buffer<Index> indptr(a.rows() + 1, uninitialized);
  indptr[0] = 0;
  std::int64_t stored = 0;
  for (std::int64_t i = 0; i < block_rows; ++i) {
    std::int64_t width = (std::int64_t{from_indptr[i + 1]} - from_indptr[i]) * block.cols;
    if (last_width != block.cols)
      for (std::int64_t k = from_indptr[i]; k < from_indptr[i + 1]; ++k)
        if (from_indices[k] == block_cols - 1) width -= block.cols - last_width;
    const std::int64_t end = (std::min)((i + 1) * block.rows, a.rows());
    for (std::int64_t row = i * block.rows; row < end; ++row) {
      stored += width;
      indptr[row + 1] = static_cast<Index>(stored);
    }
    check_count_fits<Index>(who, stored, "stored elements");
  }

  buffer<Index> indices(stored, uninitialized);
  buffer<T> data(stored, uninitialized);
  Index* out_index = indices.data();
  T* out_value = data.data();
  for (std::int64_t i = 0; i < block_rows; ++i) {
    const std::int64_t height = (std::min)(block.rows, a.rows() - i * block.rows);
    for (std::int64_t r = 0; r < height; ++r)
      for (std::int64_t k = from_indptr[i]; k < from_indptr[i + 1]; ++k) {
        const std::int64_t first = from_indices[k] * block.cols;
        const std::int64_t width = (std::min)(block.cols, a.cols() - first);
        const T* const values = a.data().data() + (k * block.rows + r) * block.cols;
        const auto emit = [&](std::int64_t n) {
          for (std::int64_t c = 0; c < n; ++c) {
            out_index[c] = static_cast<Index>(first + c);
            out_value[c] = values[c];
          }
        };
        width == block.cols ? emit(block.cols) : emit(width);
        out_index += width;
        out_value += width;
      }
  }
  return block_arrays<T, Index>{std::move(data), std::move(indices), std::move(indptr)};
}

template <class Asked, class T, class From>
auto row_arrays(const char* who, const csr_view<const T, From>& a) {
  using Index = result_index_t<Asked, From>;
  const auto from = index_arrays(a);
  check_indptr(who, from);
  const std::int64_t stored = a.indptr()[static_cast<std::size_t>(a.rows())];
  if constexpr (sizeof(Index) < sizeof(From)) {
    check_count_fits<Index>(who, stored, "stored elements");
    if (stored > 0) check_range_fits<Index>(who, a.cols(), "columns");
  }
  return block_arrays<T, Index>{copy_values(a.data().data(), stored), copy_columns<Index>(who, from),
                                copy_indices<Index>(a.indptr().data(), a.rows() + 1)};
}

/// The entries of a CSR matrix by columns, or of a CSC matrix by rows: in each of them sorted, and what lies
/// at one place in its old order. The format has been checked. `lines` is what becomes of rows or columns:
/// "columns".
template <index Index, class T, class View>
block_arrays<T, Index> other_compressed(const char* who, const View& a, const char* lines) {
  const auto from = index_arrays(a);
  const std::int64_t stored = from.indptr[from.rows];
  check_count_fits<Index>(who, stored, "stored elements");
  if (stored > 0) check_range_fits<Index>(who, from.rows, lines);
  block_arrays<T, Index> result;
  result.data = buffer<T>(stored, uninitialized);
  transpose_numbers(from, result.indptr, result.indices, a.data().data(), result.data.data());
  return result;
}

template <class Asked, class T, class From>
auto row_arrays(const char* who, const csc_view<const T, From>& a) {
  check_format_for(who, a, checks::full);
  return other_compressed<result_index_t<Asked, From>, T>(who, a, "columns");
}

/// Entries put into lines: entry k, of n, into line[k] with the index other[k]. Lines are sorted, and what
/// lies at one place is added up in the order of the entries.
template <index Index, class T, index From>
block_arrays<T, Index> compress_entries(const char* who, const T* values, const From* line, const From* other,
                                        std::int64_t n, std::int64_t lines) {
  check_count_fits<Index>(who, n, "stored elements");
  block_arrays<T, Index> result{buffer<T>(n, uninitialized), buffer<Index>(n, uninitialized),
                                buffer<Index>(lines + 1)};
  // next[i] counts line i, then is the place of its next entry, and in the end its end.
  Index* const next = result.indptr.data() + 1;
  for (std::int64_t k = 0; k < n; ++k) ++next[line[k]];
  Index sum = 0;
  for (std::int64_t i = 0; i < lines; ++i) {
    const Index size = next[i];
    next[i] = sum;
    sum += size;
  }
  for (std::int64_t k = 0; k < n; ++k) {
    const std::int64_t ahead = next[line[k + scatter_distance < n ? k + scatter_distance : n - 1]];
    prefetch_to_write(result.indices.data() + ahead);
    prefetch_to_write(result.data.data() + ahead);
    const Index to = next[line[k]]++;
    result.indices[to] = static_cast<Index>(other[k]);
    result.data[to] = values[k];
  }
  const compressed<Index> made{result.indptr.data(), result.indices.data(), lines, 0, n, "line"};
  if (!rows_ascend<true>(made)) {
    sort_rows(result.indptr.data(), lines, result.indices.data(), result.data.data(), 1);
    const std::int64_t kept =
        merge_equal(result.indptr.data(), lines, result.indices.data(), result.data.data(), 1);
    result.indices.truncate(kept);
    result.data.truncate(kept);
  }
  return result;
}

template <class Asked, class T, class From>
auto row_arrays(const char* who, const coo_view<const T, From>& a) {
  using Index = result_index_t<Asked, From>;
  check_format_for(who, a, checks::full);
  if (a.nnz() > 0) check_range_fits<Index>(who, a.cols(), "columns");
  return compress_entries<Index>(who, a.data().data(), a.row().data(), a.col().data(), a.nnz(), a.rows());
}

template <class Asked, class T, class Layout>
auto row_arrays(const char* who, const dense_view<const T, Layout>& a) {
  using Index = result_index_t<Asked, std::int32_t>;
  return gather_blocks<Index>(who, a, extent<1>(), extent<1>());
}

}  // namespace detail

/// What can be converted to a block-sparse or another format: sparse_like (BSR), csr_like, csc_like,
/// coo_like, dense_like.
template <class X>
concept matrix_like = sparse_like<X> || csr_like<X> || csc_like<X> || coo_like<X> || dense_like<X>;

/// x as a csr<T, Index>; a copy. Index: that of x (std::int32_t for a dense x), or what is asked for:
/// to_csr<std::int64_t>(x).
///   BSR    every element of every block in the order it is stored, explicit zeros and duplicates included;
///   padding is
///          cut off. O(nnz).
///   CSC    every entry, columns sorted, explicit zeros and duplicates included. O(nnz + rows + columns).
///   COO    rows in order, columns sorted, duplicates added up (bool: or; integers wrap). O(nnz log row).
///   dense  what is not zero: 0 and -0.0 are left out, NaN is not. O(m n).
///   CSR    a copy.
/// Throws format_error when x has an index out of range, shape_error when Index is too narrow. scipy: tocsr.
template <class Index = void, class X>
  requires matrix_like<const X&> && detail::index_choice<Index>
auto to_csr(const X& x) {
  const auto a = input(x);
  auto arrays = detail::row_arrays<Index>("to_csr", a);
  using made = decltype(arrays);
  return csr<typename made::value_type, typename made::index_type>(
      a.shape(), std::move(arrays.data), std::move(arrays.indices), std::move(arrays.indptr));
}

}  // namespace bsr::inline v0::inline BSR_TARGET
