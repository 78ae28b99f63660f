// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Zeros beyond the edge of a padded matrix.
#include <algorithm>
#include <cstdint>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/matrix.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// What lies beyond the edge of a padded matrix becomes zero. Its format must be in order.
template <class T, int R, int C, class Index>
void clear_padding(matrix<T, R, C, Index>& a) {
  if (!a.is_padded()) return;
  const dims block = a.blocksize();
  const dims shape = a.shape();
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const std::int64_t height = (std::min)(block.rows, shape.rows - i * block.rows);
    for (std::int64_t k = a.indptr()[static_cast<std::size_t>(i)];
         k < a.indptr()[static_cast<std::size_t>(i) + 1]; ++k) {
      const std::int64_t left = a.indices()[static_cast<std::size_t>(k)] * block.cols;
      const std::int64_t width = (std::min)(block.cols, shape.cols - left);
      if (height == block.rows && width == block.cols) continue;
      T* const values = a.data().data() + k * block.rows * block.cols;
      for (std::int64_t r = 0; r < block.rows; ++r)
        for (std::int64_t c = r < height ? width : 0; c < block.cols; ++c) values[r * block.cols + c] = T{};
    }
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
