// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SDDMM with four k times some rows in the lanes: for high blocks, when the rows of X and the columns of Y
// lie in one piece.
#include <concepts>
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/micro/rank_one.hpp"
#include "bsr/kernel/cpu/micro/sddmm_dot.hpp"
#include "bsr/kernel/cpu/micro/sddmm_few.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/part_pack.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/strips.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// Four packs of rows, each with four k of a quarter as many rows as it has lanes.
inline constexpr int quad_packs = 4;
template <class T>
inline constexpr int quad_rows = quad_packs * pack<T>::size / 4;

/// sums[r * 4 + c] (+)= sum over k < depth of x(r, k) * y[c * y_step + k], c < 4.
template <class T>
struct quad_tile {
  const T* x;  ///< for every four k: quad_rows rows, four elements each; zeros behind the last k
  const T* y;
  std::int64_t y_step;
  const T* next;  ///< as y, what will be needed next
  std::int64_t depth;
  T* sums;
  bool continued;  ///< add to what is in sums
};

/// The sums of the four k of every row, for four columns: lane 4 g + c is that of row g of columns[c].
template <class P>
BSR_INLINE P quad_sums(const P (&columns)[4]) {
  const auto pair = [](P a, P b) {
    return P::shuffle(a, b, [](int l) { return (l % 4 < 2 ? 0 : P::size) + l / 4 * 4 + l % 2 * 2; }) +
           P::shuffle(a, b, [](int l) { return (l % 4 < 2 ? 0 : P::size) + l / 4 * 4 + l % 2 * 2 + 1; });
  };
  return pair(pair(columns[0], columns[1]), pair(columns[2], columns[3]));
}

/// Four k.
template <class P, class T>
BSR_INLINE void quad_step(P (&sums)[quad_packs][4], const T* x, const T* y, std::int64_t y_step) {
  P rows[quad_packs];
  BSR_UNROLL
  for (int p = 0; p < quad_packs; ++p) {
    rows[p] = P::load(x + p * P::size);
    rows[p].pin();
  }
  BSR_UNROLL
  for (int c = 0; c < 4; ++c) {
    const P one = P::template load_repeated<4>(y + c * y_step);
    BSR_UNROLL
    for (int p = 0; p < quad_packs; ++p) sums[p][c] = fma(one, rows[p], sums[p][c]);
  }
}

template <class T>
[[gnu::noinline]] void add_quads(const quad_tile<T>& t) {
  using P = pack<T>;
  P sums[quad_packs][4];
  clear(sums);
  const T *x = t.x, *y = t.y, *next = t.next;
  const std::int64_t step = t.y_step;
  constexpr int line = 64 / static_cast<int>(sizeof(T)), width = quad_packs * P::size;
  std::int64_t k = t.depth;
  for (; k >= line; k -= line, next += line) {
    BSR_UNROLL
    for (int c = 0; c < 4; ++c) __builtin_prefetch(next + c * step);
    BSR_UNROLL
    for (int i = 0; i < line; i += 4, x += width, y += 4) quad_step(sums, x, y, step);
  }
  for (; k >= 4; k -= 4, x += width, y += 4) quad_step(sums, x, y, step);
  if (k > 0) {
    T few[16];
    for (int c = 0; c < 4; ++c)
      for (int i = 0; i < 4; ++i) few[4 * c + i] = i < k ? y[c * step + i] : T{};
    quad_step(sums, x, few, 4);
  }
  BSR_UNROLL
  for (int p = 0; p < quad_packs; ++p) {
    T* const to = t.sums + p * P::size;
    const P sum = quad_sums(sums[p]);
    (t.continued ? P::load(to) + sum : sum).store(to);
  }
}

}  // namespace detail

namespace micro {

/// S = alpha * X Y + beta * D at the blocks of S, float or double throughout, X by rows and Y by columns.
///
/// Strips of rows of a block row x the columns of its blocks x k. A strip of X is copied to 24 KiB of the
/// stack, four k of all its rows after the other, and k cut to fit; four columns of Y are read where they
/// lie, four k at a time. So there is half a load for each multiply-add, where lanes of rows alone need one.
/// Four sums for an element, of k = 0, 4, ..., of 1, 5, ... and so on, are added in pairs at the end. As few
/// k as a block has rows go to sddmm_few, blocks whose sizes are no multiples, few k and padded matrices to
/// sddmm_dot.
template <class Problem>
struct sddmm_quads {
  static constexpr bool fits = false;
};

template <class X, class Y, class S, class D>
  requires(vector_registers == 32 && detail::has_part_pack<typename X::value_type, 4> &&
           std::same_as<typename Y::value_type, typename X::value_type> &&
           std::same_as<typename S::value_type, typename X::value_type> &&
           std::same_as<typename D::value_type, typename X::value_type> &&
           std::same_as<typename X::layout_type, row_major> &&
           std::same_as<typename Y::layout_type, col_major>)
struct sddmm_quads<sddmm_problem<X, Y, S, D>> {
  using problem = sddmm_problem<X, Y, S, D>;
  using T = typename problem::accumulator;
  using P = pack<T>;
  using quad = detail::part_pack<T, 4>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    const dims block = p.s.blocksize();
    if (sddmm_few<problem>::fits(p)) return sddmm_few<problem>::run(policy, p);
    if (block.rows % height != 0 || block.cols % 4 != 0 || p.s.is_padded() ||
        p.x.cols() < sddmm_quads_depth(block.rows))
      return sddmm_dot<problem>::run(policy, p);
    const std::int64_t strips = block.rows / height;
    const int pieces = thread_count(policy, p.s.nnz() * (p.x.cols() + 16) / P::size / 2);
    for_each_strip(policy, p.s.indptr().data(), p.s.block_rows(), strips, pieces,
                   [&](std::int64_t block_row, std::int64_t strip, std::int64_t first, std::int64_t last) {
                     run_strip(p, block_row, strip * height, first, last);
                   });
  }

 private:
  static constexpr int height = detail::quad_rows<T>, tile_size = 4 * height;
  static constexpr std::int64_t panel_size = 24576 / static_cast<std::int64_t>(sizeof(T));
  static constexpr std::int64_t most_depth = panel_size / height;
  /// Tiles whose sums lie on the stack.
  static constexpr std::int64_t most_tiles = 32;

  /// Rows [first_row, + height) of the blocks [first, last) of a block row.
  static void run_strip(const problem& p, std::int64_t block_row, std::int64_t first_row, std::int64_t first,
                        std::int64_t last) {
    const dims block = p.s.blocksize();
    const std::int64_t depth = p.x.cols(), chunks = (depth + most_depth - 1) / most_depth;
    const std::int64_t tiles = block.cols / 4, count = (last - first) * tiles;
    alignas(64) T panel[panel_size];
    alignas(64) T sums[most_tiles * tile_size];
    const auto column = [&](std::int64_t i) {
      return static_cast<std::int64_t>(p.s.indices().data()[first + i / tiles]) * block.cols + i % tiles * 4;
    };
    for (std::int64_t begin = 0; begin < count; begin += most_tiles) {
      const std::int64_t end = count - begin < most_tiles ? count : begin + most_tiles;
      for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
        const std::int64_t quads = (depth + 3) / 4, low = share(quads, chunk, chunks) * 4,
                           beyond = share(quads, chunk + 1, chunks) * 4,
                           high = beyond < depth ? beyond : depth;
        if (chunks > 1 || begin == 0) copy_rows(p.x, block_row * block.rows + first_row, low, high, panel);
        for (std::int64_t i = begin; i < end; ++i) {
          detail::quad_tile<T> t;
          t.x = panel;
          t.y = &p.y(low, column(i));
          t.y_step = p.y.col_stride();
          t.next = &p.y(low, column(i + 1 < end ? i + 1 : begin));
          t.depth = high - low;
          t.sums = sums + (i - begin) * tile_size;
          t.continued = chunk != 0;
          detail::add_quads(t);
        }
      }
      for (std::int64_t i = begin; i < end; ++i)
        store(p, ((first + i / tiles) * block.rows + first_row) * block.cols + i % tiles * 4,
              sums + (i - begin) * tile_size);
    }
  }

  /// panel[(k - low) / 4 * 4 * height + 4 * r + k % 4] = x(top + r, k) for low <= k < high, low a multiple of
  /// four, and zeros up to the next multiple.
  [[gnu::noinline]] static void copy_rows(const X& x, std::int64_t top, std::int64_t low, std::int64_t high,
                                          T* panel) {
    const T* from = &x(top, low);
    const std::int64_t step = x.row_stride();
    std::int64_t k = low;
    for (; k + 4 <= high; k += 4, from += 4, panel += tile_size)
      for (int r = 0; r < height; ++r) quad::load(from + r * step).store(panel + 4 * r);
    if (k < high)
      for (int r = 0; r < height; ++r)
        for (int i = 0; i < 4; ++i) panel[4 * r + i] = k + i < high ? from[r * step + i] : T{};
  }

  /// Four columns of S from place `at` on = alpha * sums + beta * D.
  static void store(const problem& p, std::int64_t at, const T* sums) {
    const quad alpha = quad::broadcast(p.alpha), beta = quad::broadcast(p.beta);
    const std::int64_t width = p.s.blocksize().cols;
    for (int r = 0; r < height; ++r, at += width, sums += 4) {
      quad value = alpha * quad::load(sums);
      if (p.beta != T{}) value = fma(beta, quad::load(p.d.data().data() + at), value);
      value.store(p.s.data().data() + at);
    }
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
