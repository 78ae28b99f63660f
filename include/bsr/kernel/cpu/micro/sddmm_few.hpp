// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SDDMM of few k with columns of a block in the lanes: the sums become rows of the block as they are.
#include <concepts>
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/micro/lanes_tile.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/pack_columns.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET::micro {

/// S = alpha * X Y + beta * D at the blocks of S, float or double throughout, X by rows and Y by columns, at
/// most as many k as a block has rows.
///
/// Blocks x two packs of their columns x rows. A block's columns of Y are turned into rows on the stack, 32
/// KiB of them; elements of X are broadcast from where they lie. Lanes of rows would turn X once for a block
/// row, but every block's sums as well. An element's sum runs over k in order, one fused multiply-add after
/// the other.
template <class Problem>
struct sddmm_few;

template <class X, class Y, class S, class D>
struct sddmm_few<sddmm_problem<X, Y, S, D>> {
  using problem = sddmm_problem<X, Y, S, D>;
  using T = typename problem::accumulator;
  using P = pack<T>;

  static bool fits(const problem& p) {
    const dims block = p.s.blocksize();
    const std::int64_t depth = p.x.cols();
    return block.cols % width == 0 && depth <= block.rows && depth * block.cols <= panel_size &&
           !p.s.is_padded();
  }

  static void run(const cpu& policy, const problem& p) {
    const int pieces = thread_count(policy, p.s.nnz() * (p.x.cols() + 16) / P::size / 2);
    for_each_strip(policy, p.s.indptr().data(), p.s.block_rows(), 1, pieces,
                   [&](std::int64_t block_row, std::int64_t, std::int64_t first, std::int64_t last) {
                     for (std::int64_t k = first; k < last; ++k) run_block(p, block_row, k);
                   });
  }

 private:
  static constexpr std::int64_t width = 2 * P::size;
  static constexpr std::int64_t panel_size = 32768 / static_cast<std::int64_t>(sizeof(T));
  using kernels = detail::lanes_kernels<detail::broadcast_from::columns, 2, T, typename S::index_type>;

  static void run_block(const problem& p, std::int64_t block_row, std::int64_t k) {
    const dims block = p.s.blocksize();
    const std::int64_t left = static_cast<std::int64_t>(p.s.indices().data()[k]) * block.cols;
    T* const data = p.s.data().data() + k * block.rows * block.cols;
    alignas(64) T panel[panel_size];
    alignas(64) T sums[kernels::widest * width];
    detail::pack_columns(p.y.data() + left * p.y.col_stride(), p.y.col_stride(), p.x.cols(), block.cols,
                         block.cols, panel);
    // To the tile the panel is a block, and the rows of X are columns of a dense matrix.
    const typename S::index_type only = 0;
    detail::lanes_tile<T, typename S::index_type> t{};
    t.cols = t.depth = p.x.cols();
    t.ld = block.cols;
    t.first = &only;
    t.last = &only + 1;
    t.ldx = p.x.row_stride();
    t.alpha = p.alpha;
    for (std::int64_t c = 0; c < block.cols; c += width)
      for (std::int64_t r = 0; r < block.rows;) {
        const auto kernel = kernels::choose(block.rows - r);
        t.a = panel + c;
        t.x = p.x.data() + (block_row * block.rows + r) * t.ldx;
        t.out = p.beta == T{} ? data + r * block.cols + c : sums;
        t.ldo = p.beta == T{} ? block.cols : width;
        kernel.run(t);
        if (p.beta != T{}) add(p, (k * block.rows + r) * block.cols + c, kernel.taken, sums);
        r += kernel.taken;
      }
  }

  /// `rows` rows of S from place `at` on = sums + beta * D.
  static void add(const problem& p, std::int64_t at, int rows, const T* sums) {
    const P beta = P::broadcast(p.beta);
    for (int r = 0; r < rows; ++r, at += p.s.blocksize().cols, sums += width)
      for (std::int64_t n = 0; n < width; n += P::size)
        fma(beta, P::load(p.d.data().data() + at + n), P::load(sums + n)).store(p.s.data().data() + at + n);
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::micro
