// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SDDMM of X by columns and Y by rows, as in dW = transpose(dy) x of samples that lie one behind the other:
// every k is an outer product of elements that lie side by side on both sides.
#include <concepts>
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/micro/rank_one.hpp"
#include "bsr/kernel/cpu/micro/sddmm_panel.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// out[r * ldo + c] = alpha * (sums[r * ldo + c] if `continued`, plus the sum over k of
/// x[k * Rows + r] * y[k * y_step + c]), c < Packs packs.
template <class T>
struct outer_tile {
  const T* x;
  const T* y;
  std::int64_t y_step;
  std::int64_t depth;  ///< how many k
  bool continued;      ///< with what is in `out`; alpha is 1 then
  T alpha;
  T* out;
  std::int64_t ldo;
};

template <int Rows, int Packs, class T>
[[gnu::noinline]] void outer_sums(const outer_tile<T>& t) {
  using P = pack<T>;
  P sums[Rows][Packs];
  const std::int64_t ldo = t.ldo, y_step = t.y_step;
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v)
      sums[r][v] = t.continued ? P::load(t.out + r * ldo + v * P::size) : P::zero();
  }
  const T *x = t.x, *y = t.y;
  for (std::int64_t k = t.depth; k > 0; --k, x += Rows, y += y_step)
    rank_one_update<false, false>(sums, x, 1, y, y, P::first(P::size));
  store_sums<false>(sums, t.alpha, t.out, ldo, P::first(P::size));
}

}  // namespace detail

namespace micro {

/// S = alpha * X Y + beta * D at the blocks of S, float or double throughout, X by columns and Y by rows.
///
/// Strips of rows of a block row x the blocks of that row x k. A strip of X is copied to the stack (24 KiB, k
/// cut to fit), because its lines are as far apart as samples are, and serves all blocks of the row; its
/// elements are broadcast. Columns lie in the lanes and are read where they are, each once. An element's sum
/// runs over k in order, one fused multiply-add after the other. Blocks whose columns do not fill registers
/// go to sddmm_panel. Reads no row of X and no column of Y beyond the edge of S.
template <class Problem>
struct sddmm_outer {
  static constexpr bool fits = false;
};

template <class X, class Y, class S, class D>
  requires(detail::has_vectors<typename X::value_type> && std::floating_point<typename X::value_type> &&
           std::same_as<typename Y::value_type, typename X::value_type> &&
           std::same_as<typename S::value_type, typename X::value_type> &&
           std::same_as<typename D::value_type, typename X::value_type> &&
           std::same_as<typename X::layout_type, col_major> &&
           std::same_as<typename Y::layout_type, row_major>)
struct sddmm_outer<sddmm_problem<X, Y, S, D>> {
  using problem = sddmm_problem<X, Y, S, D>;
  using T = typename problem::accumulator;
  using P = pack<T>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    const dims block = p.s.blocksize();
    if (block.cols % P::size != 0 || p.s.is_padded() || p.x.cols() == 0)
      return sddmm_panel<problem>::run(policy, p);
    const int tall = block.cols == P::size && block.rows > outer_rows(2) ? outer_rows(1) : outer_rows(2);
    const std::int64_t strips = (block.rows + tall - 1) / tall;
    const int pieces = thread_count(policy, p.s.nnz() / P::size * (p.x.cols() + 16) / 2);
    for_each_strip(policy, p.s.indptr().data(), p.s.block_rows(), strips, pieces,
                   [&](std::int64_t block_row, std::int64_t strip, std::int64_t first, std::int64_t last) {
                     run_strip(p, block_row, strip * tall, tall, first, last);
                   });
  }

 private:
  static constexpr std::int64_t panel_size = 24576 / static_cast<std::int64_t>(sizeof(T));
  /// Tiles whose sums lie on the stack while k is cut.
  static constexpr std::int64_t most_tiles = 8, tile_size = outer_rows(1) * P::size;
  static_assert(outer_rows(1) == 2 * outer_rows(2),
                "a tile of two packs has as many sums as one of one pack");

  /// Rows [first_row, + tall) of the blocks [first, last) of a block row.
  static void run_strip(const problem& p, std::int64_t block_row, std::int64_t first_row, int tall,
                        std::int64_t first, std::int64_t last) {
    const dims block = p.s.blocksize();
    const std::int64_t depth = p.x.cols(), top = block_row * block.rows + first_row;
    const std::int64_t left_rows = block.rows - first_row;
    const int rows = left_rows < tall ? static_cast<int>(left_rows) : tall;
    const std::int64_t packs = block.cols / P::size, tiles = (packs + 1) / 2, count = (last - first) * tiles;
    const std::int64_t most_depth = panel_size / tall, chunks = (depth + most_depth - 1) / most_depth;
    const bool through = chunks == 1 && p.beta == T{} && rows == tall;
    T* const data = p.s.data().data();
    alignas(64) T panel[panel_size];
    alignas(64) T sums[most_tiles * tile_size];
    for (std::int64_t begin = 0; begin < count; begin += most_tiles) {
      const std::int64_t end = count - begin < most_tiles ? count : begin + most_tiles;
      for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
        const std::int64_t low = share(depth, chunk, chunks), high = share(depth, chunk + 1, chunks);
        if (chunks > 1 || begin == 0) copy_rows(p.x, top, rows, low, high, panel, tall);
        for (std::int64_t i = begin; i < end; ++i) {
          const std::int64_t k = first + i / tiles, c = i % tiles * 2 * P::size;
          const bool two = c + P::size < block.cols;
          detail::outer_tile<T> t;
          t.x = panel;
          t.y = &p.y(low, static_cast<std::int64_t>(p.s.indices().data()[k]) * block.cols + c);
          t.y_step = p.y.row_stride();
          t.depth = high - low;
          t.continued = chunk != 0;
          t.alpha = through ? p.alpha : T(1);
          t.out =
              through ? data + (k * block.rows + first_row) * block.cols + c : sums + (i - begin) * tile_size;
          t.ldo = through ? block.cols : two ? 2 * P::size : P::size;
          if (two)
            detail::outer_sums<outer_rows(2), 2>(t);
          else if (tall == outer_rows(2))
            detail::outer_sums<outer_rows(2), 1>(t);
          else
            detail::outer_sums<outer_rows(1), 1>(t);
        }
      }
      if (through) continue;
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t k = first + i / tiles, c = i % tiles * 2 * P::size;
        store(p, (k * block.rows + first_row) * block.cols + c, rows, c + P::size < block.cols ? 2 : 1,
              sums + (i - begin) * tile_size);
      }
    }
  }

  /// panel[(k - low) * tall + r] = x(top + r, k) for low <= k < high and r < rows, 0 for the other r < tall.
  [[gnu::noinline]] static void copy_rows(const X& x, std::int64_t top, int rows, std::int64_t low,
                                          std::int64_t high, T* panel, int tall) {
    for (std::int64_t k = low; k < high; ++k, panel += tall) {
      const T* const from = &x(top, k);
      for (int r = 0; r < tall; r += P::size) {
        const int some = tall - r < P::size ? tall - r : P::size, there = rows - r < some ? rows - r : some;
        if (there == P::size)
          P::load(from + r).store(panel + r);
        else
          P::load(from + r, there < 0 ? 0 : there).store(panel + r, some);
      }
    }
  }

  /// A tile of `rows` rows of S from place `at` on: alpha * sums + beta * D.
  static void store(const problem& p, std::int64_t at, int rows, int packs, const T* sums) {
    const P alpha = P::broadcast(p.alpha), beta = P::broadcast(p.beta);
    const std::int64_t width = p.s.blocksize().cols;
    for (int r = 0; r < rows; ++r, at += width)
      for (int v = 0; v < packs; ++v, sums += P::size) {
        P value = alpha * P::load(sums);
        if (p.beta != T{}) value = fma(beta, P::load(p.d.data().data() + at + v * P::size), value);
        value.store(p.s.data().data() + at + v * P::size);
      }
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
