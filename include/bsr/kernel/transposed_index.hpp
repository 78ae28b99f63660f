// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The index of a transposed matrix, made once for a structure: plans on every device walk through it.
#include <cstdint>

#include "bsr/base/error.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Where the blocks of a transposed matrix are: the index arrays of A', rows sorted, and for each of its
/// blocks which block of A it is. Blocks that share a place stay in storage order. No values.
template <class Index>
class transposed_index {
 public:
  BSR_INLINE const Index* indptr() const { return indptr_.data(); }
  BSR_INLINE const Index* indices() const { return indices_.data(); }
  BSR_INLINE const Index* from() const { return from_.data(); }

  /// Made anew for a structure. O(blocks); allocates when there are more blocks or columns than ever before.
  template <class Pattern>
  void update(const Pattern& a) {
    const std::int64_t rows = a.block_rows(), cols = a.block_cols(), blocks = a.num_blocks();
    if (static_cast<std::int64_t>(static_cast<Index>(rows)) != rows)
      fail<shape_error>("bsr: plan: ", rows, " block rows are more than the type of the indices can count.");
    if (indptr_.size() < cols + 1) indptr_ = buffer<Index>(cols + 1, uninitialized);
    if (indices_.size() < blocks) {
      indices_ = buffer<Index>(blocks, uninitialized);
      from_ = buffer<Index>(blocks, uninitialized);
    }
    const Index* const indptr = a.indptr().data();
    const Index* const indices = a.indices().data();
    for (std::int64_t j = 0; j <= cols; ++j) indptr_[j] = 0;
    for (std::int64_t k = 0; k < blocks; ++k) ++indptr_[indices[k]];
    Index begin = 0;
    for (std::int64_t j = 0; j <= cols; ++j) {
      const Index count = indptr_[j];
      indptr_[j] = begin;
      begin = static_cast<Index>(begin + count);
    }
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
        const std::int64_t to = indptr_[indices[k]]++;
        indices_[to] = static_cast<Index>(i);
        from_[to] = static_cast<Index>(k);
      }
    for (std::int64_t j = cols; j > 0; --j) indptr_[j] = indptr_[j - 1];
    indptr_[0] = 0;
  }

 private:
  buffer<Index> indptr_, indices_, from_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET
