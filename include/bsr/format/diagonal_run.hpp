// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Which blocks a diagonal of elements runs through.
#include <algorithm>
#include <cstdint>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// The part of a diagonal in one block row: its rows, from first to before last, and the block columns that
/// they meet, from first_block to before last_block. Both are empty together.
struct diagonal_run {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t first_block = 0;
  std::int64_t last_block = 0;
};

/// The elements (i, i + k) of a matrix of this shape with blocks of R x C; none when k is out of range.
template <int R, int C>
class diagonal_path {
 public:
  diagonal_path(dims shape, extent<R> rows, extent<C> cols, std::int64_t k)
      : rows_(rows), cols_(cols), offset_(k) {
    if (k >= shape.cols || k <= -shape.rows) return;
    first_ = k < 0 ? -k : 0;
    last_ = (std::min)(shape.rows, shape.cols - k);
  }
  /// No more than its first `count` elements.
  void shorten(std::int64_t count) {
    if (count < last_ - first_) last_ = first_ + count;
  }
  /// Rows of the matrix that the diagonal passes: from first() to before last().
  std::int64_t first() const { return first_; }
  std::int64_t last() const { return last_; }
  std::int64_t length() const { return last_ - first_; }
  std::int64_t offset() const { return offset_; }
  /// The part in block row i.
  BSR_INLINE diagonal_run run(std::int64_t i) const {
    const std::int64_t top = i * rows_.value();
    const std::int64_t first = (std::max)(top, first_);
    const std::int64_t last = top < last_ && last_ - top > rows_.value() ? top + rows_.value() : last_;
    if (first >= last) return {};
    return {first, last, (first + offset_) / cols_.value(), (last - 1 + offset_) / cols_.value() + 1};
  }
  /// Calls f(row, element) for the rows of a run, where its blocks are stored one after the other; element is
  /// counted from the first of them.
  template <class F>
  BSR_INLINE void for_each(std::int64_t i, const diagonal_run& part, const F& f) const {
    const std::int64_t area = rows_.value() * cols_.value();
    std::int64_t col = part.first + offset_ - part.first_block * cols_.value();
    std::int64_t at = (part.first - i * rows_.value()) * cols_.value() + col;
    for (std::int64_t row = part.first; row < part.last; ++row) {
      f(row, at);
      at += cols_.value() + 1;
      if (++col == cols_.value()) {
        col = 0;
        at += area - cols_.value();
      }
    }
  }
  /// Calls f(row, element) for the rows of a run that lie in the block of block column j; element is the
  /// place in the row-major block.
  template <class F>
  BSR_INLINE void for_each_in_block(std::int64_t i, const diagonal_run& part, std::int64_t j,
                                    const F& f) const {
    const std::int64_t left = j * cols_.value() - offset_;
    const std::int64_t first = (std::max)(part.first, left);
    const std::int64_t last = part.last - left > cols_.value() ? left + cols_.value() : part.last;
    for (std::int64_t row = first; row < last; ++row)
      f(row, (row - i * rows_.value()) * cols_.value() + (row - left));
  }

 private:
  [[no_unique_address]] extent<R> rows_;
  [[no_unique_address]] extent<C> cols_;
  std::int64_t offset_;
  std::int64_t first_ = 0;
  std::int64_t last_ = 0;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
