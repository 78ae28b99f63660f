// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Anything to compressed sparse columns. scipy: tocsc.
#include <algorithm>
#include <cstdint>
#include <utility>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/assemble.hpp"
#include "bsr/convert/gather_blocks.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/to_csr.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/coo.hpp"
#include "bsr/storage/csc.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// In a row where a block column comes more than once: how often it does, and how often it came already.
/// (place(k, of, before) is called for every block k of the row in order.)
template <index Index, class Place>
void place_repeated(const Index* indices, std::int64_t begin, std::int64_t end, buffer<Index>& times,
                    buffer<Index>& come, const Place& place) {
  for (std::int64_t k = begin; k < end; ++k) ++times[indices[k]];
  for (std::int64_t k = begin; k < end; ++k)
    place(k, std::int64_t{times[indices[k]]}, std::int64_t{come[indices[k]]++});
  for (std::int64_t k = begin; k < end; ++k) times[indices[k]] = come[indices[k]] = 0;
}

/// The arrays of a CSC matrix with the elements of a. All columns of a block column hold equally many, so one
/// counter for each block column says where a block goes; it is written column by column, in runs of its
/// height.
template <class Asked, class T, int R, int C, class From>
auto column_arrays(const char* who, const matrix_view<const T, R, C, From>& a) {
  using Index = result_index_t<Asked, From>;
  check_format_for(who, a, checks::full);
  const dims block = a.blocksize();
  const From* const from_indptr = a.indptr().data();
  const From* const from_indices = a.indices().data();
  const std::int64_t num_blocks = from_indptr[a.block_rows()];
  if (num_blocks > 0) check_range_fits<Index>(who, a.rows(), "rows");
  const auto height_of = [&](std::int64_t i) { return (std::min)(block.rows, a.rows() - i * block.rows); };

  // What a column of each block column holds, and so indptr; then where its next element goes.
  buffer<std::int64_t> next(a.block_cols());
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (std::int64_t k = from_indptr[i]; k < from_indptr[i + 1]; ++k) next[from_indices[k]] += height_of(i);
  block_arrays<T, Index> result;
  result.indptr = buffer<Index>(a.cols() + 1, uninitialized);
  result.indptr[0] = 0;
  std::int64_t stored = 0;
  for (std::int64_t j = 0; j < a.block_cols(); ++j) {
    const std::int64_t first = stored;
    for (std::int64_t col = j * block.cols; col < (std::min)((j + 1) * block.cols, a.cols()); ++col) {
      stored += next[j];
      result.indptr[col + 1] = static_cast<Index>(stored);
    }
    check_count_fits<Index>(who, stored, "stored elements");
    next[j] = first;
  }
  result.indices = buffer<Index>(stored, uninitialized);
  result.data = buffer<T>(stored, uninitialized);
  Index* const indices = result.indices.data();
  T* const data = result.data.data();

  buffer<From> times;
  buffer<From> come;
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const std::int64_t begin = from_indptr[i];
    const std::int64_t end = from_indptr[i + 1];
    const std::int64_t height = height_of(i);
    // The one that came `before` out of `of` blocks at one place: their elements take turns.
    const auto put = [&](std::int64_t k, std::int64_t of, std::int64_t before) {
      const std::int64_t j = from_indices[k];
      const std::int64_t first = j * block.cols;
      const std::int64_t column = std::int64_t{result.indptr[first + 1]} - result.indptr[first];
      const T* const x = a.data().data() + k * block.rows * block.cols;
      const auto copy = [&](std::int64_t rows, std::int64_t cols, std::int64_t step) {
        for (std::int64_t c = 0; c < cols; ++c) {
          const std::int64_t to = next[j] + c * column + before;
          for (std::int64_t r = 0; r < rows; ++r) {
            indices[to + r * step] = static_cast<Index>(i * block.rows + r);
            data[to + r * step] = x[r * block.cols + c];
          }
        }
      };
      const std::int64_t width = (std::min)(block.cols, a.cols() - first);
      if (of == 1 && height == block.rows && width == block.cols)
        copy(block.rows, block.cols, 1);
      else
        copy(height, width, of);
      if (before + 1 == of) next[j] += height * of;
    };
    if (ascends<true>(from_indices, begin, end)) {
      for (std::int64_t k = begin; k < end; ++k) {
        const std::int64_t later = k + scatter_distance < num_blocks ? k + scatter_distance : num_blocks - 1;
        const std::int64_t j = from_indices[later];
        const std::int64_t column =
            std::int64_t{result.indptr[j * block.cols + 1]} - result.indptr[j * block.cols];
        for (std::int64_t c = 0; c < block.cols && c < 4; ++c) {
          prefetch_to_write(indices + next[j] + c * column);
          prefetch_to_write(data + next[j] + c * column);
        }
        put(k, 1, 0);
      }
    } else {
      if (times.empty()) {
        times = buffer<From>(a.block_cols());
        come = buffer<From>(a.block_cols());
      }
      place_repeated(from_indices, begin, end, times, come, put);
    }
  }
  return result;
}

template <class Asked, class T, class From>
auto column_arrays(const char* who, const csr_view<const T, From>& a) {
  check_format_for(who, a, checks::full);
  return other_compressed<result_index_t<Asked, From>, T>(who, a, "rows");
}

template <class Asked, class T, class From>
auto column_arrays(const char* who, const csc_view<const T, From>& a) {
  using Index = result_index_t<Asked, From>;
  check_format_for(who, a, checks::full);
  const std::int64_t stored = a.indptr()[static_cast<std::size_t>(a.cols())];
  if constexpr (sizeof(Index) < sizeof(From)) {
    check_count_fits<Index>(who, stored, "stored elements");
    if (stored > 0) check_range_fits<Index>(who, a.rows(), "rows");
  }
  return block_arrays<T, Index>{copy_values(a.data().data(), stored),
                                copy_indices<Index>(a.indices().data(), stored),
                                copy_indices<Index>(a.indptr().data(), a.cols() + 1)};
}

template <class Asked, class T, class From>
auto column_arrays(const char* who, const coo_view<const T, From>& a) {
  check_format_for(who, a, checks::full);
  using Index = result_index_t<Asked, From>;
  if (a.nnz() > 0) check_range_fits<Index>(who, a.rows(), "rows");
  return compress_entries<Index>(who, a.data().data(), a.col().data(), a.row().data(), a.nnz(), a.cols());
}

template <class Asked, class T, class Layout>
auto column_arrays(const char* who, const dense_view<const T, Layout>& a) {
  return gather_blocks<result_index_t<Asked, std::int32_t>>(who, transpose(a), extent<1>(), extent<1>());
}

}  // namespace detail

/// x as a csc<T, Index>; a copy. Index: that of x (std::int32_t for a dense x), or what is asked for:
/// to_csc<std::int64_t>(x).
///   BSR    every element of every block, rows sorted in each column, explicit zeros and duplicates included
///          in the order in which they are stored; padding is cut off. O(nnz + rows + columns).
///   CSR    every entry, rows sorted, explicit zeros and duplicates included. O(nnz + rows + columns).
///   COO    rows sorted, duplicates added up (bool: or; integers wrap). O(nnz log column).
///   dense  what is not zero: 0 and -0.0 are left out, NaN is not. O(m n).
///   CSC    a copy.
/// Throws format_error when x has an index out of range, shape_error when Index is too narrow. scipy: tocsc.
template <class Index = void, class X>
  requires matrix_like<const X&> && detail::index_choice<Index>
auto to_csc(const X& x) {
  const auto a = input(x);
  auto arrays = detail::column_arrays<Index>("to_csc", a);
  using made = decltype(arrays);
  return csc<typename made::value_type, typename made::index_type>(
      a.shape(), std::move(arrays.data), std::move(arrays.indices), std::move(arrays.indptr));
}

}  // namespace bsr::inline v0::inline BSR_TARGET
