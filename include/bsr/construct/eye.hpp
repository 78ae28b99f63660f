// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Ones on a diagonal. scipy: eye_array, identity.
#include <concepts>
#include <cstdint>
#include <utility>

#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/format/diagonal_run.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

template <class T, int R, int C, index Index>
matrix<T, R, C, Index> make_eye(dims shape, dims block, std::int64_t k, bool may_pad) {
  storage_detail::check_blocksize("eye", shape, block, may_pad);
  const extent<R> height(block.rows);
  const extent<C> width(block.cols);
  check_range_fits<Index>("eye", storage_detail::ceil_div(shape.cols, block.cols), "block columns");
  const diagonal_path<R, C> path(shape, height, width, k);
  const std::int64_t block_rows = storage_detail::ceil_div(shape.rows, block.rows);
  buffer<Index> indptr(block_rows + 1, uninitialized);
  indptr[0] = 0;
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < block_rows; ++i) {
    const auto part = path.run(i);
    count += part.last_block - part.first_block;
    indptr[i + 1] = static_cast<Index>(count);
  }
  check_count_fits<Index>("eye", count, "blocks");
  const std::int64_t area = height.value() * width.value();
  buffer<Index> indices(count, uninitialized);
  buffer<T> data(storage_detail::count_elements("eye", count, block));
  Index* out_index = indices.data();
  T* out = data.data();
  for (std::int64_t i = 0; i < block_rows; ++i) {
    const auto part = path.run(i);
    for (std::int64_t j = part.first_block; j < part.last_block; ++j) {
      *out_index++ = static_cast<Index>(j);
      path.for_each_in_block(i, part, j, [&](std::int64_t, std::int64_t at) { out[at] = static_cast<T>(1); });
      out += area;
    }
  }
  return matrix<T, R, C, Index>(shape, std::move(data), std::move(indices), std::move(indptr), block, padded);
}

}  // namespace detail

/// The m x n matrix with ones at (i, i + k) and nothing elsewhere: eye<double, 2>(4, 4),
/// eye<float, 2, 3>(4, 6, -1). Stored are the blocks that hold a one, sorted; none when k is out of range.
/// O(block rows + stored elements). Throws shape_error when the block size does not divide the shape, unless
/// `padded` is passed, and when Index is too narrow. scipy: eye_array(m, n, k=k, format='bsr'), which has
/// blocks of 1x1.
template <scalar T, int R, int C = R, index Index = std::int32_t, std::integral Rows, std::integral Cols>
  requires(R != dynamic && C != dynamic)
matrix<T, R, C, Index> eye(Rows m, Cols n, std::int64_t k = 0) {
  return detail::make_eye<T, R, C, Index>(dims(m, n), dims(R, C), k, false);
}
template <scalar T, int R, int C = R, index Index = std::int32_t, std::integral Rows, std::integral Cols>
  requires(R != dynamic && C != dynamic)
matrix<T, R, C, Index> eye(Rows m, Cols n, std::int64_t k, padded_t) {
  return detail::make_eye<T, R, C, Index>(dims(m, n), dims(R, C), k, true);
}
/// The m x m identity: eye<double, 3>(9). scipy: identity(m, format='bsr'). (bsr::identity is the epilogue
/// that changes nothing.)
template <scalar T, int R, int C = R, index Index = std::int32_t, std::integral Size>
  requires(R != dynamic && C != dynamic)
matrix<T, R, C, Index> eye(Size m) {
  return detail::make_eye<T, R, C, Index>(dims(m, m), dims(R, C), 0, false);
}
/// The same with a block size that is known at run time: eye<double>({4, 6}, {2, 3}).
template <scalar T, index Index = std::int32_t>
matrix<T, dynamic, dynamic, Index> eye(dims shape, dims block, std::int64_t k = 0) {
  return detail::make_eye<T, dynamic, dynamic, Index>(shape, block, k, false);
}
template <scalar T, index Index = std::int32_t>
matrix<T, dynamic, dynamic, Index> eye(dims shape, dims block, std::int64_t k, padded_t) {
  return detail::make_eye<T, dynamic, dynamic, Index>(shape, block, k, true);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
