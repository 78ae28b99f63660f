// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// From a choice of blocks to a matrix: the blocks of a dense or sparse matrix at the places of a pattern.
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/gather_blocks.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/prune/largest_elements.hpp"
#include "bsr/prune/rule.hpp"
#include "bsr/prune/score.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/pattern.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

inline void check_pattern_fits(const char* who, dims shape, dims pattern_shape) {
  if (shape != pattern_shape)
    fail<shape_error>("bsr: ", who, ": the matrix is ", shape, ", but the pattern is of a ", pattern_shape,
                      " matrix.");
}

template <class T, class Layout, int R, int C, class Index>
void gather_into(const dense_view<const T, Layout>& w, matrix<T, R, C, Index>& to, const cpu& policy) {
  const dims block = to.blocksize();
  const std::int64_t area = block.rows * block.cols;
  constexpr std::int64_t ahead = 4;
  const Index* const indptr = to.indptr().data();
  const Index* const indices = to.indices().data();
  T* const data = to.data().data();
  for_each_share(policy, to.block_rows(), to.nnz(), [&](std::int64_t first, std::int64_t last) {
    const auto run = [&](auto rows, auto cols) {
      for (std::int64_t i = first; i < last; ++i)
        for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
          // The hardware does not see where the next block is; edge blocks are asked for, too, never read.
          if constexpr (std::same_as<Layout, row_major>)
            if (k + ahead < indptr[i + 1])
              for (std::int64_t r = 0; r < (std::min)(rows.value(), w.rows() - i * rows.value()); ++r)
                __builtin_prefetch(&w(i * rows.value() + r, indices[k + ahead] * cols.value()));
          copy_block(w, i * rows.value(), indices[k] * cols.value(), rows, cols, data + k * area);
        }
    };
    run(extent<R>(block.rows), extent<C>(block.cols));
  });
}

/// Where the blocks of a block row are: place(j) is the number of the one in column j, or -1.
template <class Index>
class block_places {
 public:
  explicit block_places(std::int64_t block_cols) : place_(block_cols, uninitialized) {
    for (std::int64_t j = 0; j < block_cols; ++j) place_[j] = -1;
  }
  template <class View>
  void enter(const View& a, std::int64_t i) {
    for (std::int64_t k = a.indptr()[static_cast<std::size_t>(i)];
         k < a.indptr()[static_cast<std::size_t>(i) + 1]; ++k)
      place_[a.indices()[static_cast<std::size_t>(k)]] = k;
  }
  template <class View>
  void leave(const View& a, std::int64_t i) {
    for (std::int64_t k = a.indptr()[static_cast<std::size_t>(i)];
         k < a.indptr()[static_cast<std::size_t>(i) + 1]; ++k)
      place_[a.indices()[static_cast<std::size_t>(k)]] = -1;
  }
  std::int64_t operator()(std::int64_t j) const { return place_[j]; }

 private:
  buffer<std::int64_t> place_;
};

template <class View, class T, int R, int C, class Index>
void gather_stored(const View& w, matrix<T, R, C, Index>& to) {
  const std::int64_t area = to.blocksize().rows * to.blocksize().cols;
  block_places<typename View::index_type> places(w.block_cols());
  for (std::int64_t i = 0; i < w.block_rows(); ++i) {
    places.enter(w, i);
    for (std::int64_t k = to.indptr()[static_cast<std::size_t>(i)];
         k < to.indptr()[static_cast<std::size_t>(i) + 1]; ++k) {
      const std::int64_t from = places(to.indices()[static_cast<std::size_t>(k)]);
      if (from < 0) continue;
      for (std::int64_t e = 0; e < area; ++e)
        to.data()[static_cast<std::size_t>(k * area + e)] =
            w.data()[static_cast<std::size_t>(from * area + e)];
    }
    places.leave(w, i);
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Whether blocks of one element are chosen by the magnitudes of the elements of a row-major W, as many as a
/// rule says: the norms of such a block are |w|, exactly, unless squares of doubles leave their range.
template <int R, int C, class W, class Rule, class Score>
inline constexpr bool chosen_by_magnitude = false;
template <class T, class Rule, class Score>
inline constexpr bool chosen_by_magnitude<1, 1, dense_view<const T, row_major>, Rule, Score> =
    std::floating_point<T> && requires(const Rule& rule) { rule.count(std::int64_t{1}); } &&
    (std::same_as<Score, prune::l1_norm> || std::same_as<Score, prune::max_abs> ||
     (std::same_as<Score, prune::l2_norm> && std::same_as<T, float>));

}  // namespace bsr::inline v0::inline BSR_TARGET::detail

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// The blocks of w at the places of a pattern: gather(w, select<16>(scores, rule)). Elements beyond the edge
/// of a padded matrix are 0. O(stored elements). Throws shape_error when w and the pattern differ in shape,
/// format_error when the pattern has an index out of range.
template <class W, int R, int C, class Index>
  requires dense_like<const W&>
auto gather(const W& w, const pattern<R, C, Index>& where, const cpu& policy = {}) {
  const auto from = input(w);
  using T = typename std::remove_cvref_t<decltype(from)>::value_type;
  detail::check_pattern_fits("prune: gather", from.shape(), where.shape());
  matrix<T, R, C, Index> result(
      where.shape(),
      buffer<T>(storage_detail::count_elements("prune: gather", where.num_blocks(), where.blocksize()),
                uninitialized),
      buffer<Index>(where.indices()), buffer<Index>(where.indptr()), where.blocksize(), padded);
  detail::check_format_for("prune: gather", result.view(), checks::full);
  detail::gather_into(from, result, policy);
  return result;
}
/// The same of a block-sparse matrix; a place where w has no block becomes a block of zeros.
template <class W, int R, int C, class Index>
  requires sparse_like<const W&>
auto gather(const W& w, const pattern<R, C, Index>& where) {
  const auto from = input(w);
  using T = typename std::remove_cvref_t<decltype(from)>::value_type;
  detail::check_pattern_fits("prune: gather", from.shape(), where.shape());
  if (from.blocksize() != where.blocksize())
    fail<shape_error>("bsr: prune: gather: the matrix has blocks of ", from.blocksize(), ", the pattern of ",
                      where.blocksize(), ".");
  detail::check_format_for("prune: gather", from, checks::full);
  matrix<T, R, C, Index> result(where.view());
  detail::check_format_for("prune: gather", result.view(), checks::full);
  detail::gather_stored(from, result);
  return result;
}

/// A dense layer as a block-sparse one, in one step: to_bsr<16>(w, keep_density{0.1}),
/// to_bsr<1, 16>(w, keep_per_row{8}, max_abs{}). Scores are l2 norms unless another score is given.
/// Throws what scores, the rule and select throw.
template <int R, int C = R, class W, class Rule, class Score = l2_norm>
  requires dense_like<const W&> && (R != dynamic) && (C != dynamic)
auto to_bsr(const W& w, const Rule& rule, const Score& score = {}, const cpu& policy = {}) {
  if constexpr (detail::chosen_by_magnitude<R, C, input_t<const W&>, Rule, Score>) {
    const auto from = input(w);
    auto chosen = detail::largest_elements<std::int32_t>(from, rule.count(from.rows() * from.cols()));
    if (chosen) return *std::move(chosen);
  }
  return gather(w, select<R, C>(scores<R, C>(w, score, policy), rule), policy);
}
template <int R, int C = R, class W, class Rule, class Score = l2_norm>
  requires dense_like<const W&> && (R != dynamic) && (C != dynamic)
auto to_bsr(const W& w, const Rule& rule, const Score& score, padded_t, const cpu& policy = {}) {
  return gather(w, select<R, C>(scores<R, C>(w, score, padded, policy), rule), policy);
}
template <class W, class Rule, class Score = l2_norm>
  requires dense_like<const W&>
auto to_bsr(const W& w, dims blocksize, const Rule& rule, const Score& score = {}, const cpu& policy = {}) {
  return gather(w, select(scores(w, blocksize, score, policy), rule), policy);
}

/// Drops the blocks of `a` that are not in a pattern, in place: memory is kept, nothing moves but blocks to
/// the front. Blocks that stay keep their order; places of the pattern where `a` has no block stay empty.
/// Arrays of an optimizer, buffers with one number for each element of `a`, lose the same blocks:
/// keep_only(a, where, s.first, s.second). Throws shape_error when shape, block size or the length of a
/// buffer differ, format_error when an index is out of range; then nothing has changed. O(blocks + moved
/// elements), and one mark for each block column.
template <class T, int R, int C, class Index, int PR, int PC, class PIndex, class... State>
void keep_only(matrix<T, R, C, Index>& a, const pattern<PR, PC, PIndex>& where, buffer<State>&... states) {
  detail::check_pattern_fits("prune: keep_only", a.shape(), where.shape());
  if (a.blocksize() != where.blocksize())
    fail<shape_error>("bsr: prune: keep_only: the matrix has blocks of ", a.blocksize(), ", the pattern of ",
                      where.blocksize(), ".");
  detail::check_format_for("prune: keep_only", a.view(), checks::full);
  detail::check_format_for("prune: keep_only", where.view(), checks::full);
  [[maybe_unused]] const auto check_state = [&](std::int64_t size) {
    if (size != a.nnz())
      fail<shape_error>("bsr: prune: keep_only: the matrix has ", a.nnz(),
                        " stored elements, but a state has ", size, ".");
  };
  (check_state(states.size()), ...);
  const std::int64_t area = a.blocksize().rows * a.blocksize().cols;
  const auto move = [&](auto* data, std::int64_t to, std::int64_t from) {
    for (std::int64_t e = 0; e < area; ++e) data[to * area + e] = data[from * area + e];
  };
  detail::block_places<PIndex> places(a.block_cols());
  std::int64_t kept = 0, begin = 0;
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    places.enter(where, i);
    const std::int64_t end = a.indptr()[static_cast<std::size_t>(i) + 1];
    for (std::int64_t k = begin; k < end; ++k) {
      const Index j = a.indices()[static_cast<std::size_t>(k)];
      if (places(j) < 0) continue;
      a.indices()[static_cast<std::size_t>(kept)] = j;
      if (kept != k) {
        move(a.data().data(), kept, k);
        (move(states.data(), kept, k), ...);
      }
      ++kept;
    }
    begin = end;
    a.indptr()[static_cast<std::size_t>(i) + 1] = static_cast<Index>(kept);
    places.leave(where, i);
  }
  a.truncate_blocks(kept);
  (states.truncate(kept * area), ...);
}

}  // namespace bsr::inline v0::inline BSR_TARGET::prune
