// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Another shape. scipy: resize.
#include <algorithm>
#include <cstdint>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/clear_padding.hpp"
#include "bsr/format/eliminate_zeros.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

template <class T, int R, int C, class Index>
void change_shape(matrix<T, R, C, Index>& a, dims shape, bool may_pad) {
  if (shape.rows < 0 || shape.cols < 0)
    fail<shape_error>("bsr: resize: 'shape' elements cannot be negative. Got ", shape, ".");
  const dims block = a.blocksize();
  if (!may_pad && (shape.rows % block.rows != 0 || shape.cols % block.cols != 0))
    fail<shape_error>("bsr: resize: shape must be divisible into ", block, " blocks. Got ", shape,
                      "; pass bsr::padded if the last blocks shall reach beyond the edge.");
  check_format_for("resize", a.pattern(), checks::full);
  const std::int64_t rows = storage_detail::ceil_div(shape.rows, block.rows);
  const std::int64_t cols = storage_detail::ceil_div(shape.cols, block.cols);
  const std::int64_t common = (std::min)(rows, a.block_rows());
  buffer<Index> indptr(rows + 1, uninitialized);
  for (std::int64_t i = 0; i <= common; ++i) indptr[i] = a.indptr()[static_cast<std::size_t>(i)];
  clear_padding(a);
  if (cols < a.block_cols()) {
    const Index* const indices = a.indices().data();
    keep_if(indptr.data(), common, a.indices().data(), a.data().data(), block.rows * block.cols,
            [&](std::int64_t, std::int64_t k) { return indices[k] < cols; });
  }
  for (std::int64_t i = common; i < rows; ++i) indptr[i + 1] = indptr[common];
  a.restructure(shape, std::move(indptr));
}

}  // namespace detail

/// Gives a another shape, in place. What lies outside of it is dropped, block by block; new rows and columns
/// are empty. Order, duplicates and memory are kept. O(blocks + block rows), and the stored elements where
/// block columns are dropped. The block size must divide the shape, unless `padded` is passed; what had been
/// padding is zero where it comes inside. Throws shape_error in scipy's words, and format_error (an index out
/// of range), before anything has changed. scipy: a.resize(m, n).
template <class T, int R, int C, class Index>
void resize(matrix<T, R, C, Index>& a, dims shape) {
  detail::change_shape(a, shape, false);
}
template <class T, int R, int C, class Index>
void resize(matrix<T, R, C, Index>& a, dims shape, padded_t) {
  detail::change_shape(a, shape, true);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
