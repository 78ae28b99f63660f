// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// One number for every block of a matrix, stored or not: what rules choose from.
#include <cstdint>
#include <limits>
#include <span>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/result_size.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// The score of a block that is not there: no rule keeps such a block.
inline constexpr double absent = -std::numeric_limits<double>::infinity();

/// A score for each of the block_rows() x block_cols() blocks of a matrix of `shape`, in double, row-major.
/// The higher, the more a block is worth. Scores are never NaN; `absent` means that there is no such block.
class score_table {
 public:
  score_table() = default;
  /// Every block scores 0. Throws shape_error as to_bsr does.
  score_table(dims shape, dims blocksize) : score_table(shape, blocksize, false) {}
  score_table(dims shape, dims blocksize, padded_t) : score_table(shape, blocksize, true) {}
  /// Scores of the user's own: one for each block of a matrix of `shape`, block_rows x block_cols of them.
  /// Throws shape_error when there are more or fewer, bsr::error when one is NaN.
  template <class D>
    requires dense_like<const D&>
  score_table(dims shape, dims blocksize, const D& given) : score_table(shape, blocksize, false) {
    take(input(given));
  }
  template <class D>
    requires dense_like<const D&>
  score_table(dims shape, dims blocksize, const D& given, padded_t) : score_table(shape, blocksize, true) {
    take(input(given));
  }

  /// For the library: scores that nobody has set.
  score_table(dims shape, dims blocksize, bool may_pad, uninitialized_t)
      : shape_(shape), blocksize_(blocksize) {
    storage_detail::check_blocksize("prune: scores", shape, blocksize, may_pad);
    values_ = buffer<double>(detail::size_product("prune: scores", block_rows(), block_cols(), "blocks"),
                             uninitialized);
  }

  dims shape() const { return shape_; }
  dims blocksize() const { return blocksize_; }
  std::int64_t block_rows() const { return storage_detail::ceil_div(shape_.rows, blocksize_.rows); }
  std::int64_t block_cols() const { return storage_detail::ceil_div(shape_.cols, blocksize_.cols); }
  /// How many blocks there are, present or absent.
  std::int64_t size() const { return values_.size(); }
  std::span<double> values() { return values_.span(); }
  std::span<const double> values() const { return values_.span(); }
  std::span<const double> row(std::int64_t i) const {
    const auto n = static_cast<std::size_t>(block_cols());
    return values().subspan(static_cast<std::size_t>(i) * n, n);
  }
  double& operator()(std::int64_t i, std::int64_t j) { return values_[i * block_cols() + j]; }
  double operator()(std::int64_t i, std::int64_t j) const { return values_[i * block_cols() + j]; }

  /// Throws bsr::error naming the first block whose score is NaN. O(blocks).
  void check(const char* who) const {
    bool any = false;
    for (const double s : values_) any |= s != s;
    if (!any) return;
    std::int64_t p = 0;
    while (values_[p] == values_[p]) ++p;
    fail<error>("bsr: ", who, ": the score of block (", p / block_cols(), ", ", p % block_cols(),
                ") is NaN. Nothing can be chosen by it; the block has its first element at (",
                p / block_cols() * blocksize_.rows, ", ", p % block_cols() * blocksize_.cols, ").");
  }

 private:
  score_table(dims shape, dims blocksize, bool may_pad)
      : score_table(shape, blocksize, may_pad, uninitialized) {
    for (double& s : values_) s = 0;
  }
  template <class View>
  void take(const View& given) {
    if (given.shape() != dims(block_rows(), block_cols()))
      fail<shape_error>("bsr: prune: scores: a ", shape_, " matrix has ", dims(block_rows(), block_cols()),
                        " blocks of ", blocksize_, ", but ", given.shape(), " scores are given.");
    for (std::int64_t i = 0; i < given.rows(); ++i)
      for (std::int64_t j = 0; j < given.cols(); ++j) (*this)(i, j) = static_cast<double>(given(i, j));
    check("prune: scores");
  }

  dims shape_;
  dims blocksize_{1, 1};
  buffer<double> values_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::prune
