// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Patterns of blocks that a matrix does not have, or of all: where gradients are asked for before blocks are
// grown.
#include <cstdint>
#include <utility>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/result_size.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/prune/gather.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/growing_buffer.hpp"
#include "bsr/storage/pattern.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// Every block of a matrix of this shape, sorted. A matrix on it holds the whole gradient,
///
///   g = sddmm(all, transpose(dy), x);   update_scores(candidates, g, l2_norm{});
///
/// which is what RigL grows by. O(blocks). Throws shape_error as to_bsr does.
template <int R = dynamic, int C = R, index Index = std::int32_t>
pattern<R, C, Index> all_blocks(dims shape, dims blocksize) {
  storage_detail::check_static_blocksize<R, C>("prune: all_blocks", blocksize);
  storage_detail::check_blocksize("prune: all_blocks", shape, blocksize, true);
  const std::int64_t m = storage_detail::ceil_div(shape.rows, blocksize.rows);
  const std::int64_t n = storage_detail::ceil_div(shape.cols, blocksize.cols);
  const std::int64_t count = detail::size_product("prune: all_blocks", m, n, "blocks");
  detail::check_count_fits<Index>("prune: all_blocks", count, "blocks");
  buffer<Index> indices(count, uninitialized), indptr(m + 1);
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) indices[i * n + j] = static_cast<Index>(j);
    indptr[i + 1] = static_cast<Index>((i + 1) * n);
  }
  return {shape, std::move(indices), std::move(indptr), blocksize, padded};
}
template <int R, int C = R, index Index = std::int32_t>
  requires(R != dynamic && C != dynamic)
pattern<R, C, Index> all_blocks(dims shape) {
  return all_blocks<R, C, Index>(shape, dims(R, C));
}

/// The blocks that a pattern does not have, sorted. O(block rows * block columns). Throws format_error when
/// an index is out of range.
template <int R, int C, class Index>
pattern<R, C, Index> other_blocks(const pattern_view<R, C, Index>& where) {
  detail::check_format_for("prune: other_blocks", where, checks::full);
  const std::int64_t m = where.block_rows(), n = where.block_cols();
  buffer<Index> indptr(m + 1);
  storage_detail::growing_buffer<Index> indices;
  detail::block_places<Index> places(n);
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < m; ++i) {
    places.enter(where, i);
    indices.reserve(count, n);
    for (std::int64_t j = 0; j < n; ++j)
      if (places(j) < 0) indices[count++] = static_cast<Index>(j);
    places.leave(where, i);
    detail::check_count_fits<Index>("prune: other_blocks", count, "blocks");
    indptr[i + 1] = static_cast<Index>(count);
  }
  return {where.shape(), indices.take(count), std::move(indptr), where.blocksize(), padded};
}

}  // namespace bsr::inline v0::inline BSR_TARGET::prune
