// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Other blocks for a pruned layer, without training: those that give back more of what the dense layer
// computes.
#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/gather_blocks.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/check_order.hpp"
#include "bsr/prune/gather.hpp"
#include "bsr/prune/score_table.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// What exchange_for_reconstruction did.
struct reconstruction {
  double before = 0;  ///< expected squared error of the layer's output
  double after = 0;
  std::int64_t exchanges = 0;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::prune

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// One block row on the way to a smaller error.
///
///   J = ||e||^2 + V,   e = sum of c_b,   V = sum of v_b   over the blocks b that are not stored,
///   c_b = W_b mean_b (one number a row),   v_b = sum over the elements of W_b^2 variance_b
class reconstructed_row {
 public:
  reconstructed_row(std::int64_t height, std::int64_t blocks)
      : height_(height), stored_(blocks), mean_(blocks * height), variance_(blocks), error_(height) {}

  template <class W, class V>
  void start(const W& w, const V& mean, const V& variance, dims block, std::int64_t i) {
    rows_ = (std::min)(block.rows, w.rows() - i * block.rows);
    for (std::int64_t j = 0; j < stored_.size(); ++j) {
      stored_[j] = 0;
      variance_[j] = 0;
      const std::int64_t left = j * block.cols, width = (std::min)(block.cols, w.cols() - left);
      for (std::int64_t r = 0; r < rows_; ++r) {
        double sum = 0;
        for (std::int64_t c = 0; c < width; ++c) {
          const auto x = static_cast<double>(w(i * block.rows + r, left + c));
          sum += x * static_cast<double>(mean(left + c));
          variance_[j] += x * x * static_cast<double>(variance(left + c));
        }
        mean_[j * height_ + r] = sum;
      }
    }
  }
  void store(std::int64_t j) { stored_[j] = 1; }
  bool is_stored(std::int64_t j) const { return stored_[j] != 0; }
  /// J, from what is stored now.
  double sum_up() {
    for (double& e : error_) e = 0;
    rest_ = 0;
    for (std::int64_t j = 0; j < stored_.size(); ++j) {
      if (stored_[j] != 0) continue;
      for (std::int64_t r = 0; r < rows_; ++r) error_[r] += mean_[j * height_ + r];
      rest_ += variance_[j];
    }
    double squares = rest_;
    for (std::int64_t r = 0; r < rows_; ++r) squares += error_[r] * error_[r];
    return squares;
  }
  /// J with block j on the other side.
  double without(std::int64_t j) const {
    const double sign = stored_[j] != 0 ? 1 : -1;
    double squares = rest_ + sign * variance_[j];
    for (std::int64_t r = 0; r < rows_; ++r) {
      const double e = error_[r] + sign * mean_[j * height_ + r];
      squares += e * e;
    }
    return squares;
  }
  /// The block on the side `stored` whose change gives the smallest J; of equal ones the first. -1: none.
  std::int64_t best(bool stored) const {
    std::int64_t found = -1;
    double least = 0;
    for (std::int64_t j = 0; j < stored_.size(); ++j) {
      if ((stored_[j] != 0) != stored) continue;
      const double value = without(j);
      if (found >= 0 && value >= least) continue;
      found = j;
      least = value;
    }
    return found;
  }
  double flip(std::int64_t j) {
    stored_[j] = stored_[j] != 0 ? 0 : 1;
    return sum_up();
  }
  /// Grows a block and drops one, and the other way round; the better of both stays if it lowers `error`.
  bool exchange_once(double& error) {
    double least = error;
    std::int64_t first = -1, second = -1;
    for (const bool drop_first : {false, true}) {
      const std::int64_t x = best(drop_first);
      if (x < 0) return false;
      flip(x);
      const std::int64_t y = best(!drop_first);
      const double value = flip(y);
      if (value < least) {
        least = value;
        first = x;
        second = y;
      }
      flip(y);
      flip(x);
    }
    if (first < 0) return false;
    flip(first);
    error = flip(second);
    return true;
  }

 private:
  std::int64_t height_, rows_ = 0;
  buffer<std::uint8_t> stored_;
  buffer<double> mean_, variance_, error_;
  double rest_ = 0;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::detail

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// Exchanges blocks of a pruned layer `a` for others of the dense layer `w` it was made from, within each
/// block row, as long as that lowers the error that is to be expected of its output, at most `cycles` times a
/// row:
///
///   J = E ||W x - A x||^2 for inputs x with this mean and variance, independent of each other
///     = ||sum W_b mean_b||^2 + sum W_b^2 variance_b    over the blocks b that a does not store
///
/// A cycle grows the block that lowers J most, then drops the one that raises it least, or the other
/// way round, whichever is better; the search ends when neither lowers J. No training, no gradient: after
/// Zhang et al. 2023 ("Dynamic sparse no training", arXiv 2310.08915, DSnoT), who exchange single weights by
/// the expected error of a row; the criterion for blocks, with the squared error of all their rows, is bsr's.
/// Every block row keeps its number of blocks, and nothing is allocated for `a`; the values of all blocks
/// become those of w. O(cycles * blocks * R + elements of w). Throws shape_error when w, mean or variance do
/// not fit, format_error when rows of `a` are not sorted, bsr::error when a variance is negative or a number
/// is NaN; then nothing has changed.
template <class T, int R, int C, class Index, class W, class V>
  requires dense_like<const W&> && vector_like<const V&>
reconstruction exchange_for_reconstruction(matrix<T, R, C, Index>& a, const W& w, const V& mean,
                                           const V& variance, std::int64_t cycles = 50) {
  const auto from = input(w);
  const auto means = input(mean);
  const auto variances = input(variance);
  detail::check_pattern_fits("prune: exchange_for_reconstruction", from.shape(), a.shape());
  if (means.size() != a.cols() || variances.size() != a.cols())
    fail<shape_error>("bsr: prune: exchange_for_reconstruction: a is ", a.shape(), ", but there are ",
                      means.size(), " means and ", variances.size(), " variances of its inputs.");
  for (std::int64_t c = 0; c < a.cols(); ++c)
    if (const double m = static_cast<double>(means(c)), v = static_cast<double>(variances(c));
        m != m || !(v >= 0))
      fail<error>("bsr: prune: exchange_for_reconstruction: input ", c, " has the mean ", m,
                  " and the variance ", v, ".");
  if (!detail::check_format_and_order("prune: exchange_for_reconstruction", detail::index_arrays(a.view())))
    fail<format_error>(
        "bsr: prune: exchange_for_reconstruction: block columns are not in order, or repeat; call "
        "sum_duplicates first.");
  for (std::int64_t i = 0; i < from.rows(); ++i)
    for (std::int64_t j = 0; j < from.cols(); ++j)
      if (from(i, j) != from(i, j))
        fail<error>("bsr: prune: exchange_for_reconstruction: the weight at (", i, ", ", j, ") is NaN.");
  const dims block = a.blocksize();
  detail::reconstructed_row row(block.rows, a.block_cols());
  reconstruction result;
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const auto begin = static_cast<std::int64_t>(a.indptr()[static_cast<std::size_t>(i)]);
    const auto end = static_cast<std::int64_t>(a.indptr()[static_cast<std::size_t>(i) + 1]);
    row.start(from, means, variances, block, i);
    for (std::int64_t k = begin; k < end; ++k) row.store(a.indices()[static_cast<std::size_t>(k)]);
    double error = row.sum_up();
    result.before += error;
    for (std::int64_t t = 0; t < cycles && row.exchange_once(error); ++t) ++result.exchanges;
    result.after += error;
    std::int64_t k = begin;
    for (std::int64_t j = 0; j < a.block_cols(); ++j) {
      if (!row.is_stored(j)) continue;
      a.indices()[static_cast<std::size_t>(k)] = static_cast<Index>(j);
      detail::copy_block(from, i * block.rows, j * block.cols, extent<R>(block.rows), extent<C>(block.cols),
                         a.data().data() + k * block.rows * block.cols);
      ++k;
    }
  }
  return result;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::prune
