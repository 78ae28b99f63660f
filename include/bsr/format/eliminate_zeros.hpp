// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// No stored zeros. scipy: eliminate_zeros.
#include <algorithm>
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/sort_indices.hpp"
#include "bsr/storage/csc.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/matrix.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// Keeps what keep(row, k) says and closes the gaps. Returns how many are left.
template <class T, index Index, class Keep>
std::int64_t keep_if(Index* indptr, std::int64_t rows, Index* indices, T* data, std::int64_t area,
                     const Keep& keep) {
  std::int64_t kept = 0;
  std::int64_t begin = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t end = indptr[i + 1];
    for (std::int64_t k = begin; k < end; ++k) {
      if (!keep(i, k)) continue;
      if (kept != k) {
        indices[kept] = indices[k];
        copy_elements_of_block(data + k * area, data + kept * area, area);
      }
      ++kept;
    }
    indptr[i + 1] = static_cast<Index>(kept);
    begin = end;
  }
  return kept;
}

}  // namespace detail

/// Removes the blocks that hold nothing but zeros, in place: 0 and -0.0 are zero, NaN is not; padding beyond
/// the edge does not count. Blocks that only cancel each other (duplicates) stay: call sum_duplicates first.
/// Order and memory are kept. O(nnz). Throws format_error, before anything has moved, when an index is out of
/// range.
template <class T, int R, int C, class Index>
void eliminate_zeros(matrix<T, R, C, Index>& a) {
  detail::check_format_for("eliminate_zeros", a.pattern(), checks::full);
  const dims block = a.blocksize();
  const std::int64_t rows = a.rows();
  const std::int64_t cols = a.cols();
  const T* const data = a.data().data();
  const Index* const indices = a.indices().data();
  const auto holds_something = [&](std::int64_t i, std::int64_t k) {
    const std::int64_t height = (std::min)(block.rows, rows - i * block.rows);
    const std::int64_t width = (std::min)(block.cols, cols - indices[k] * block.cols);
    bool any = false;
    for (std::int64_t r = 0; r < height && !any; ++r)
      for (std::int64_t c = 0; c < width; ++c) any |= data[(k * block.rows + r) * block.cols + c] != T{};
    return any;
  };
  a.truncate_blocks(detail::keep_if(a.indptr().data(), a.block_rows(), a.indices().data(), a.data().data(),
                                    block.rows * block.cols, holds_something));
}
/// Removes the entries of a CSR matrix that are zero.
template <class T, class Index>
void eliminate_zeros(csr<T, Index>& a) {
  detail::check_format_for("eliminate_zeros", a.view(), checks::full);
  const T* const data = a.data().data();
  a.truncate(detail::keep_if(a.indptr().data(), a.rows(), a.indices().data(), a.data().data(), 1,
                             [&](std::int64_t, std::int64_t k) { return data[k] != T{}; }));
}
/// Removes the entries of a CSC matrix that are zero.
template <class T, class Index>
void eliminate_zeros(csc<T, Index>& a) {
  detail::check_format_for("eliminate_zeros", a.view(), checks::full);
  const T* const data = a.data().data();
  a.truncate(detail::keep_if(a.indptr().data(), a.cols(), a.indices().data(), a.data().data(), 1,
                             [&](std::int64_t, std::int64_t k) { return data[k] != T{}; }));
}

}  // namespace bsr::inline v0::inline BSR_TARGET
