// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The blocks of op(A), block row after block row, as the kernels of plans walk through them.
#include <cstdint>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/masked_view.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Block row i of op(A) has the blocks k in [indptr[i], indptr[i + 1]), each in block column indices[k].
/// Element (r, c) of block k is values(k)[r * row_step + c * col_step].
template <class T, class Index>
struct block_list {
  const T* data;
  const Index* indptr;
  const Index* indices;
  const Index* from;  ///< where block k lies among the blocks of data; null: at k
  dims shape;         ///< of op(A)
  dims block;         ///< of a block of op(A)
  std::int64_t row_step;
  std::int64_t col_step;
  /// Of a masked_view: flags of the blocks of data, and of the block columns of A, which are the block
  /// columns of the list, or with `transposed` its block rows.
  block_mask mask = {};
  bool transposed = false;

  BSR_INLINE std::int64_t block_rows() const { return storage_detail::ceil_div(shape.rows, block.rows); }
  BSR_INLINE std::int64_t num_blocks() const { return indptr[block_rows()]; }
  BSR_INLINE bool is_padded() const { return shape.rows % block.rows != 0 || shape.cols % block.cols != 0; }
  BSR_INLINE std::int64_t area() const { return block.rows * block.cols; }
  /// Whether block k of block row i counts.
  BSR_INLINE bool kept(std::int64_t i, std::int64_t k) const {
    return mask.keeps(from == nullptr ? k : from[k], transposed ? i : indices[k]);
  }
  BSR_INLINE const T* values(std::int64_t k) const { return data + (from == nullptr ? k : from[k]) * area(); }
};

/// The blocks of A itself.
template <class A>
BSR_INLINE block_list<typename A::value_type, typename A::index_type> natural_blocks(const A& a) {
  const dims block = a.blocksize();
  return {a.data().data(),   a.indptr().data(), a.indices().data(), nullptr, a.shape(), block, block.cols, 1,
          detail::mask_of(a)};
}

}  // namespace bsr::inline v0::inline BSR_TARGET
