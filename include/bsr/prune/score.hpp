// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What a block is worth: norms, movement, a function of the user's; random numbers.
#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/construct/random.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/prune/block_fold.hpp"
#include "bsr/prune/score_table.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// sum |w|. Complex numbers: sqrt(re^2 + im^2) of each.
struct l1_norm : detail::folded_score {
  BSR_INLINE static lane_pack term(lane_pack w) { return detail::magnitude(w); }
  BSR_INLINE static lane_pack join(lane_pack a, lane_pack b) { return a + b; }
  BSR_INLINE static lane_pack finish(lane_pack sum) { return sum; }
};
/// sqrt(sum w^2). Squares of doubles above 1e154 are infinite.
struct l2_norm : detail::folded_score {
  BSR_INLINE static lane_pack term(lane_pack w) { return detail::rounded(w * w); }
  BSR_INLINE static lane_pack join(lane_pack a, lane_pack b) { return a + b; }
  BSR_INLINE static lane_pack finish(lane_pack sum) { return sqrt(sum); }
};
/// max |w|: what represents a block in "Block-Sparse Recurrent Neural Networks" (Narang, Undersander, Diamos
/// 2017, arXiv 1711.02782).
struct max_abs : detail::folded_score {
  BSR_INLINE static lane_pack term(lane_pack w) { return detail::magnitude(w); }
  BSR_INLINE static lane_pack join(lane_pack a, lane_pack b) { return max_or_nan(a, b); }
  BSR_INLINE static lane_pack finish(lane_pack most) { return most; }
};
/// -sum w g, g the gradient of the loss: high where a step of gradient descent moves the weights away from
/// zero (Sanh, Wolf, Rush 2020, "Movement pruning", arXiv 2005.07683). One step's worth: add the tables of
/// several steps up. g is a dense matrix of w's shape, or, for a block-sparse w, one with w's structure.
template <class Gradient>
struct movement : detail::folded_score {
  Gradient gradient;
  template <class G>
    requires(dense_like<G> || sparse_like<G>)
  explicit movement(G&& g) : gradient(input(std::forward<G>(g))) {}
  BSR_INLINE static lane_pack term(lane_pack w, lane_pack g) {
    return lane_pack::zero() - detail::rounded(w * g);
  }
  BSR_INLINE static lane_pack join(lane_pack a, lane_pack b) { return a + b; }
  BSR_INLINE static lane_pack finish(lane_pack sum) { return sum; }
};
template <class G>
movement(G&&) -> movement<input_t<G>>;

/// A uniform random number in [0, 1) for every block, the same on every machine for the same seed: random
/// pruning with any rule, so with an exact count. Block p, row-major, has number p of stream 2 of `seed`.
inline void randomize(score_table& scores, std::uint64_t seed) {
  const detail::random_stream numbers(seed, 2);
  const auto values = scores.values();
  for (std::size_t p = 0; p < values.size(); ++p)
    values[p] = detail::random_value<double>(numbers.bits(static_cast<std::int64_t>(p)));
}
/// Random scores as a score; the weights do not matter.
struct random_score {
  std::uint64_t seed = 0;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::prune

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// So many columns are summed up together: their sums stay in the first-level cache (1024 and 512 take three
/// quarters of the time of 2048, 4096 x 4096 floats).
inline constexpr std::int64_t score_chunk_columns = 1024;
/// Blocks of so few rows are summed in registers: as many streams as the caches follow.
inline constexpr std::int64_t low_block = 8;

/// The blocks of block row i of dense matrices: their scores go to out[0 ... block columns - 1]. `lines`
/// finds the elements of one row in a contiguous place. Returns whether one of the scores is NaN.
template <class Score, class... Lines>
bool score_block_row(const Score& score, dims shape, dims block, std::int64_t i, double* sums, double* out,
                     Lines&... lines) {
  const std::int64_t n = storage_detail::ceil_div(shape.cols, block.cols);
  const std::int64_t step = (std::max)(score_chunk_columns / block.cols, std::int64_t{1});
  const std::int64_t top = i * block.rows;
  const std::int64_t bottom = (std::min)(top + block.rows, shape.rows);
  bool nan = false;
  for (std::int64_t j = 0; j < n; j += step) {
    const std::int64_t last = (std::min)(j + step, n);
    const std::int64_t left = j * block.cols;
    const std::int64_t width = (std::min)(last * block.cols, shape.cols) - left;
    std::int64_t cols = block.cols;  // of a block, that are left to join
    bool folded = false;
    if constexpr ((requires { lines.from(top, left); } && ...)) {
      // Of low blocks, columns are joined in registers as far as may be.
      folded = block.rows <= low_block && cols % 4 == 0;
      if (folded && cols % 16 == 0)
        fold_groups<4>(score, bottom - top, width, (last - j) * cols, sums, lines.from(top, left)...);
      else if (folded)
        fold_groups<2>(score, bottom - top, width, (last - j) * cols, sums, lines.from(top, left)...);
      if (folded) cols /= cols % 16 == 0 ? 16 : 4;
    }
    if (!folded) {
      fold_rows<true>(score, width, sums, lines(top, left, width, top + 1 < bottom)...);
      for (std::int64_t r = top + 1; r < bottom; ++r)
        fold_rows<false>(score, width, sums, lines(r, left, width, r + 1 < bottom)...);
      for (std::int64_t k = width; k < (last - j) * cols; ++k) sums[k] = 0;
    }
    fold_columns(score, last - j, cols, sums);
    nan |= finish_folds(score, last - j, sums, out + j);
  }
  return nan;
}

/// Rows of a dense matrix, one piece at a time, contiguous.
template <class T, class Layout>
class dense_lines {
 public:
  dense_lines(const dense_view<const T, Layout>& x, std::int64_t longest) : x_(x) {
    if constexpr (!std::same_as<Layout, row_major>) copy_ = buffer<T>(longest, uninitialized);
  }
  /// Elements (row, left) ... (row, left + width - 1); those below are asked for when they come next.
  const T* operator()(std::int64_t row, std::int64_t left, std::int64_t width, bool more) {
    if constexpr (std::same_as<Layout, row_major>) {
      const T* const from = x_.data() + row * x_.ld() + left;
      if (more) {
        const char* const next = reinterpret_cast<const char*>(from + x_.ld());
        for (std::int64_t b = 0; b < width * static_cast<std::int64_t>(sizeof(T)); b += 64)
          __builtin_prefetch(next + b, 0, 2);
      }
      return from;
    } else {
      for (std::int64_t c = 0; c < width; ++c) copy_[c] = x_(row, left + c);
      return copy_.data();
    }
  }

  /// All rows from element (row, left) on, where they are.
  fold_source<T> from(std::int64_t row, std::int64_t left) const
    requires std::same_as<Layout, row_major>
  {
    return {x_.data() + row * x_.ld() + left, x_.ld()};
  }

 private:
  dense_view<const T, Layout> x_;
  buffer<T> copy_;
};

inline void check_same_shape(const char* who, dims w, dims g) {
  if (w != g) fail<shape_error>("bsr: ", who, ": the weights are ", w, ", but the gradient is ", g, ".");
}

/// Runs f(first, last) on pieces of [0, count) that take `nanoseconds` together.
template <class F>
void for_each_share(const cpu& policy, std::int64_t count, std::int64_t nanoseconds, const F& f) {
  const int pieces = static_cast<int>((std::min)(std::int64_t{thread_count(policy, nanoseconds)}, count));
  for_each_piece(policy, pieces, [&](int p) {
    f(count / pieces * p + (std::min)(std::int64_t{p}, count % pieces),
      count / pieces * (p + 1) + (std::min)(std::int64_t{p} + 1, count % pieces));
  });
}

/// Returns whether one of the scores is NaN.
template <class T, class Layout, class Score>
bool score_dense(const dense_view<const T, Layout>& w, const Score& score, prune::score_table& scores,
                 const cpu& policy) {
  const dims block = scores.blocksize();
  const std::int64_t n = scores.block_cols();
  const std::int64_t chunk = (std::max)(score_chunk_columns, block.cols);
  std::atomic<bool> nan{false};
  for_each_share(
      policy, scores.block_rows(), w.rows() * w.cols() / 4, [&](std::int64_t first, std::int64_t last) {
        fold_space sums(chunk);
        dense_lines<T, Layout> lines(w, chunk);
        double* out = scores.values().data() + first * n;
        const auto run = [&](auto&... all) {
          for (std::int64_t i = first; i < last; ++i, out += n)
            if (score_block_row(score, w.shape(), block, i, sums.data(), out, all...)) nan = true;
        };
        if constexpr (requires { score.gradient; }) {
          using view = std::remove_cvref_t<decltype(score.gradient)>;
          dense_lines<typename view::value_type, typename view::layout_type> gradient(score.gradient, chunk);
          run(lines, gradient);
        } else {
          run(lines);
        }
      });
  return nan;
}

/// A function of a block.
template <class T, class Layout, class Function>
void score_dense_by(const dense_view<const T, Layout>& w, const Function& f, prune::score_table& scores,
                    const cpu& policy) {
  const dims block = scores.blocksize();
  for_each_share(
      policy, scores.block_rows(), w.rows() * w.cols() / 2, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i)
          for (std::int64_t j = 0; j < scores.block_cols(); ++j)
            scores(i, j) = static_cast<double>(
                f(w.block(i * block.rows, j * block.cols, (std::min)(block.rows, w.rows() - i * block.rows),
                          (std::min)(block.cols, w.cols() - j * block.cols))));
      });
}

/// The score of a stored block: the same sums in the same order as in a dense matrix.
template <class Score, class... T>
double score_stored_block(const Score& score, dims block, std::int64_t height, std::int64_t width,
                          double* sums, const T*... elements) {
  fold_rows<true>(score, width, sums, elements...);
  for (std::int64_t r = 1; r < height; ++r)
    fold_rows<false>(score, width, sums, (elements + r * block.cols)...);
  for (std::int64_t c = width; c < block.cols; ++c) sums[c] = 0;
  fold_columns(score, 1, block.cols, sums);
  finish_folds(score, 1, sums, sums);
  return sums[0];
}

template <class View, class F>
void score_stored(const View& w, prune::score_table& scores, const cpu& policy, const F& f) {
  check_format_for("prune: scores", w, checks::full);
  const dims block = w.blocksize();
  for (double& s : scores.values()) s = prune::absent;
  for_each_share(policy, w.block_rows(), w.nnz() / 2, [&](std::int64_t first, std::int64_t last) {
    fold_space sums(block.cols);
    for (std::int64_t i = first; i < last; ++i)
      for (std::int64_t k = w.indptr()[static_cast<std::size_t>(i)];
           k < w.indptr()[static_cast<std::size_t>(i) + 1]; ++k) {
        const std::int64_t j = w.indices()[static_cast<std::size_t>(k)];
        if (scores(i, j) != prune::absent)
          fail<format_error>("bsr: prune: scores: block (", i, ", ", j,
                             ") is stored more than once; call sum_duplicates first.");
        scores(i, j) = f(k, (std::min)(block.rows, w.rows() - i * block.rows),
                         (std::min)(block.cols, w.cols() - j * block.cols), sums.data());
      }
  });
}

template <class View, class Score>
void score_sparse(const View& w, const Score& score, prune::score_table& scores, const cpu& policy) {
  const dims block = w.blocksize();
  const std::int64_t area = block.rows * block.cols;
  if constexpr (requires { score.gradient; }) {
    const auto& g = score.gradient;
    check_same_shape("prune: scores", w.shape(), g.shape());
    if (g.blocksize() != block || g.num_blocks() != w.num_blocks() ||
        !std::equal(g.indices().begin(), g.indices().end(), w.indices().begin(),
                    [](auto x, auto y) { return x == y; }) ||
        !std::equal(g.indptr().begin(), g.indptr().end(), w.indptr().begin(),
                    [](auto x, auto y) { return x == y; }))
      fail<shape_error>("bsr: prune: scores: the gradient does not have the blocks of the weights.");
    score_stored(w, scores, policy,
                 [&](std::int64_t k, std::int64_t height, std::int64_t width, double* sums) {
                   return score_stored_block(score, block, height, width, sums, w.data().data() + k * area,
                                             g.data().data() + k * area);
                 });
  } else if constexpr (std::derived_from<Score, folded_score>) {
    score_stored(w, scores, policy,
                 [&](std::int64_t k, std::int64_t height, std::int64_t width, double* sums) {
                   return score_stored_block(score, block, height, width, sums, w.data().data() + k * area);
                 });
  } else {
    score_stored(w, scores, policy, [&](std::int64_t k, std::int64_t height, std::int64_t width, double*) {
      return static_cast<double>(score(w.block(k).block(0, 0, height, width)));
    });
  }
}

/// Scores of w, dense or sparse, into a table of its size.
template <class View, class Score>
void score_into(const View& w, const Score& score, prune::score_table& scores, const cpu& policy) {
  constexpr bool is_dense = storage_detail::is_dense_view<View>;
  if constexpr (std::same_as<Score, prune::random_score>) {
    if constexpr (is_dense) {
      prune::randomize(scores, score.seed);
    } else {
      score_stored(w, scores, policy, [](std::int64_t, std::int64_t, std::int64_t, double*) { return 0.0; });
      const random_stream numbers(score.seed, 2);
      const auto values = scores.values();
      for (std::size_t p = 0; p < values.size(); ++p)
        if (values[p] != prune::absent)
          values[p] = random_value<double>(numbers.bits(static_cast<std::int64_t>(p)));
    }
  } else {
    if constexpr (requires { score.gradient; })
      static_assert(!is_complex<typename View::value_type>, "bsr: movement is defined for real weights.");
    if constexpr (!is_dense)
      score_sparse(w, score, scores, policy);
    else if constexpr (std::derived_from<Score, folded_score>) {
      if constexpr (requires { score.gradient; }) {
        static_assert(storage_detail::is_dense_view<std::remove_cvref_t<decltype(score.gradient)>>,
                      "bsr: the movement of dense weights needs a dense gradient.");
        check_same_shape("prune: scores", w.shape(), score.gradient.shape());
      }
      if (!score_dense(w, score, scores, policy)) return;
    } else
      score_dense_by(w, score, scores, policy);
    scores.check("prune: scores");
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// The score of every block of a dense matrix:
///
///   scores<16>(w, l2_norm{})        scores<1, 16>(w, max_abs{})        scores(w, {r, c}, movement(g))
///
/// A score is l1_norm, l2_norm, max_abs, movement(g), random_score{seed}, or a function of a block (a dense
/// view; at the edge of a padded matrix what there is of it) that returns a number.
///
/// Numbers are added as doubles in an order that depends on the block size alone: down every column from the
/// top; then neighbouring columns in pairs, again and again, while their number is even; then from the left.
/// Terms are rounded before they are added. So a score has the same bits for every layout, instruction set
/// and number of threads (not with -ffast-math). O(m n), at the speed of memory.
///
/// Throws shape_error when the block size does not divide the shape (unless `padded` is passed), bsr::error
/// when a score is NaN, naming the block.
template <int R, int C = R, class W, class Score>
  requires dense_like<const W&> && (R != dynamic) && (C != dynamic)
score_table scores(const W& w, const Score& score, const cpu& policy = {}) {
  const auto from = input(w);
  score_table result(from.shape(), dims(R, C), false, uninitialized);
  detail::score_into(from, score, result, policy);
  return result;
}
template <int R, int C = R, class W, class Score>
  requires dense_like<const W&> && (R != dynamic) && (C != dynamic)
score_table scores(const W& w, const Score& score, padded_t, const cpu& policy = {}) {
  const auto from = input(w);
  score_table result(from.shape(), dims(R, C), true, uninitialized);
  detail::score_into(from, score, result, policy);
  return result;
}
template <class W, class Score>
  requires dense_like<const W&>
score_table scores(const W& w, dims blocksize, const Score& score, const cpu& policy = {}) {
  const auto from = input(w);
  score_table result(from.shape(), blocksize, false, uninitialized);
  detail::score_into(from, score, result, policy);
  return result;
}
template <class W, class Score>
  requires dense_like<const W&>
score_table scores(const W& w, dims blocksize, const Score& score, padded_t, const cpu& policy = {}) {
  const auto from = input(w);
  score_table result(from.shape(), blocksize, true, uninitialized);
  detail::score_into(from, score, result, policy);
  return result;
}
/// The score of every stored block of a block-sparse matrix, the same number as in the dense one; the others
/// are `absent`. Throws format_error when a block is stored twice.
template <class W, class Score>
  requires sparse_like<const W&>
score_table scores(const W& w, const Score& score, const cpu& policy = {}) {
  const auto from = input(w);
  score_table result(from.shape(), from.blocksize(), true, uninitialized);
  detail::score_into(from, score, result, policy);
  return result;
}

/// The same into a table that is there, which gives the shape and the block size; allocates nothing. Throws
/// shape_error when w has another shape (a block-sparse w: another block size), and what scores throws; the
/// table then holds no scores to be used.
template <class W, class Score>
  requires dense_like<const W&> || sparse_like<const W&>
void update_scores(score_table& table, const W& w, const Score& score, const cpu& policy = {}) {
  const auto from = input(w);
  if (from.shape() != table.shape())
    fail<shape_error>("bsr: prune: update_scores: the table is of a ", table.shape(),
                      " matrix, and the weights are ", from.shape(), ".");
  if constexpr (sparse_like<const W&>)
    if (from.blocksize() != table.blocksize())
      fail<shape_error>("bsr: prune: update_scores: the table is of blocks of ", table.blocksize(),
                        ", and the weights have blocks of ", from.blocksize(), ".");
  detail::score_into(from, score, table, policy);
}

}  // namespace bsr::inline v0::inline BSR_TARGET::prune
