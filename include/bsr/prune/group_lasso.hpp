// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Group lasso: a price on the norm of every block, which drives whole blocks to zero.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/prune/block_fold.hpp"
#include "bsr/prune/score.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Calls f(block, norm) for every block of a dense matrix, or every stored block of a sparse one: `block` is
/// the part of it inside the matrix, `norm` its l2 norm as prune::scores has it.
template <class T, class Layout, class F>
void for_each_norm(const dense_view<T, Layout>& w, dims block, bool may_pad, const F& f) {
  const dense_view<const T, Layout> from = w;
  storage_detail::check_blocksize("prune: group_lasso", w.shape(), block, may_pad);
  fold_space sums(block.cols);
  dense_lines<std::remove_const_t<T>, Layout> lines(from, block.cols);
  for (std::int64_t i = 0; i < w.rows(); i += block.rows)
    for (std::int64_t j = 0; j < w.cols(); j += block.cols) {
      const std::int64_t height = (std::min)(block.rows, w.rows() - i),
                         width = (std::min)(block.cols, w.cols() - j);
      fold_rows<true>(prune::l2_norm{}, width, sums.data(), lines(i, j, width, false));
      for (std::int64_t r = 1; r < height; ++r)
        fold_rows<false>(prune::l2_norm{}, width, sums.data(), lines(i + r, j, width, false));
      for (std::int64_t c = width; c < block.cols; ++c) sums[c] = 0;
      fold_columns(prune::l2_norm{}, 1, block.cols, sums.data());
      f(w.block(i, j, height, width), std::sqrt(sums[0]));
    }
}
template <class View, class F>
void for_each_stored_norm(const View& a, const F& f) {
  const dims block = a.blocksize();
  const std::int64_t area = block.rows * block.cols;
  fold_space sums(block.cols);
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (std::int64_t k = a.indptr()[static_cast<std::size_t>(i)];
         k < a.indptr()[static_cast<std::size_t>(i) + 1]; ++k) {
      const std::int64_t j = a.indices()[static_cast<std::size_t>(k)];
      const std::int64_t height = (std::min)(block.rows, a.rows() - i * block.rows);
      const std::int64_t width = (std::min)(block.cols, a.cols() - j * block.cols);
      using T = typename View::value_type;
      const T* const elements = a.data().data() + k * area;
      f(a.block(k).block(0, 0, height, width), k,
        score_stored_block(prune::l2_norm{}, block, height, width, sums.data(), elements));
    }
}

/// block *= factor.
template <class Block>
void scale_block(const Block& block, double factor) {
  using T = typename Block::value_type;
  for (std::int64_t r = 0; r < block.rows(); ++r)
    for (std::int64_t c = 0; c < block.cols(); ++c)
      block(r, c) = static_cast<T>(static_cast<double>(block(r, c)) * factor);
}

/// What the proximal step multiplies a block by.
inline double shrink_factor(double norm, double amount) { return norm > amount ? 1 - amount / norm : 0; }
inline void check_amount(const char* who, double amount) {
  if (!(amount >= 0))
    fail<error>("bsr: prune: ", who, ": what is charged for a norm is not negative, and is not ", amount,
                ".");
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// lambda * sum of ||w_b||_2 over the blocks b of a dense matrix, or the stored blocks of a sparse one: the
/// regulariser of Yuan and Lin 2006 with a block a group, as Narang, Undersander, Diamos 2017 (arXiv
/// 1711.02782) train block-sparse networks. Norms are those of l2_norm, added in the order of the blocks.
/// O(elements).
template <class A>
  requires sparse_like<const A&>
double group_lasso(const A& a, double lambda) {
  double sum = 0;
  detail::for_each_stored_norm(input(a), [&](const auto&, std::int64_t, double norm) { sum += norm; });
  return lambda * sum;
}
template <class W>
  requires dense_like<const W&>
double group_lasso(const W& w, dims blocksize, double lambda) {
  double sum = 0;
  detail::for_each_norm(input(w), blocksize, true, [&](const auto&, double norm) { sum += norm; });
  return lambda * sum;
}

/// The subgradient of group_lasso, added to a gradient with the blocks of `a`: g_b += lambda w_b / ||w_b||,
/// and nothing where w_b = 0. Throws shape_error when g does not have the blocks of a.
template <class G, class A>
  requires sparse_like<G&> && sparse_like<const A&>
void add_group_lasso_gradient(G&& g, const A& a, double lambda) {
  const auto to = view(g);
  const auto from = input(a);
  if (to.shape() != from.shape() || to.blocksize() != from.blocksize() ||
      to.num_blocks() != from.num_blocks())
    fail<shape_error>("bsr: prune: add_group_lasso_gradient: the gradient is ", to.shape(), " with ",
                      to.num_blocks(), " blocks of ", to.blocksize(), ", the weights are ", from.shape(),
                      " with ", from.num_blocks(), " of ", from.blocksize(), ".");
  detail::for_each_stored_norm(from, [&](const auto& block, std::int64_t k, double norm) {
    if (norm == 0) return;
    const auto out = to.block(k);
    using T = typename std::remove_cvref_t<decltype(out)>::value_type;
    const double factor = lambda / norm;
    for (std::int64_t r = 0; r < block.rows(); ++r)
      for (std::int64_t c = 0; c < block.cols(); ++c)
        out(r, c) =
            static_cast<T>(static_cast<double>(out(r, c)) + factor * static_cast<double>(block(r, c)));
  });
}
/// The same for dense weights and a dense gradient.
template <class G, class W>
  requires dense_like<G&> && dense_like<const W&>
void add_group_lasso_gradient(G&& g, const W& w, dims blocksize, double lambda) {
  const auto to = view(g);
  const auto from = input(w);
  detail::check_same_shape("prune: add_group_lasso_gradient", from.shape(), to.shape());
  std::int64_t i = 0, j = 0;
  detail::for_each_norm(from, blocksize, true, [&](const auto& block, double norm) {
    const auto out = to.block(i, j, block.rows(), block.cols());
    using T = typename std::remove_cvref_t<decltype(out)>::value_type;
    if (norm != 0)
      for (std::int64_t r = 0; r < block.rows(); ++r)
        for (std::int64_t c = 0; c < block.cols(); ++c)
          out(r, c) = static_cast<T>(static_cast<double>(out(r, c)) +
                                     lambda / norm * static_cast<double>(block(r, c)));
    j += blocksize.cols;
    if (j >= from.cols()) {
      j = 0;
      i += blocksize.rows;
    }
  });
}

/// The proximal step of group lasso, in place: w_b *= max(0, 1 - amount / ||w_b||), amount = the learning
/// rate times lambda. Blocks with a norm of `amount` or less become exactly zero; they stay stored, so that
/// patterns and plans remain good (keep_only drops them). O(elements). Throws bsr::error when amount is
/// negative or NaN.
template <class A>
  requires sparse_like<A&>
void shrink_blocks(A&& a, double amount) {
  detail::check_amount("shrink_blocks", amount);
  const auto to = view(a);
  detail::for_each_stored_norm(to, [&](const auto& block, std::int64_t, double norm) {
    detail::scale_block(block, detail::shrink_factor(norm, amount));
  });
}
template <class W>
  requires dense_like<W&>
void shrink_blocks(W&& w, dims blocksize, double amount) {
  detail::check_amount("shrink_blocks", amount);
  detail::for_each_norm(view(w), blocksize, true, [&](const auto& block, double norm) {
    detail::scale_block(block, detail::shrink_factor(norm, amount));
  });
}

}  // namespace bsr::inline v0::inline BSR_TARGET::prune
