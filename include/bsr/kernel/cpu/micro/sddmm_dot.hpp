// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SDDMM with k in the lanes: for low blocks, when the rows of X and the columns of Y lie in one piece.
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/micro/choose.hpp"
#include "bsr/kernel/cpu/micro/sddmm_generic.hpp"
#include "bsr/kernel/cpu/micro/sddmm_panel.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// The sums of the lanes of N packs, N a power of two and at least P::size: packs[0] gets those of the first
/// P::size packs, and so on. Lanes are added in pairs, pairs in pairs.
template <int N, int Step = 1, class P, int Size>
BSR_INLINE void lane_sums(P (&packs)[Size]) {
  if constexpr (Step < P::size) {
    BSR_UNROLL
    for (int i = 0; i < N / 2; ++i) packs[i] = P::pair_sums(packs[2 * i], packs[2 * i + 1]);
    lane_sums<N / 2, 2 * Step>(packs);
  }
}

/// How many columns a tile of four rows has.
inline constexpr int dot_cols = vector_registers == 32 ? 4 : 2;

/// sums[r * dot_cols + c] = sum over k of rows[r][k] * cols[c][k], r < Rows. Lane l of the sum of an element
/// takes k = l, l + size, ...; then lanes are added in pairs.
template <int Rows, class T>
[[gnu::noinline]] void dot_products(const T* const (&rows)[4], const T* const (&cols)[dot_cols],
                                    std::int64_t depth, T* sums) {
  using P = pack<T>;
  static_assert(4 * dot_cols >= P::size);
  P lanes[4 * dot_cols];
  const T *x[Rows], *y[dot_cols];
  BSR_UNROLL
  for (int i = 0; i < 4 * dot_cols; ++i) lanes[i] = P::zero();
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) x[r] = rows[r];
  BSR_UNROLL
  for (int c = 0; c < dot_cols; ++c) y[c] = cols[c];
  P right[dot_cols];
  std::int64_t k = 0;
  for (; k + P::size <= depth; k += P::size) {
    BSR_UNROLL
    for (int c = 0; c < dot_cols; ++c) {
      right[c] = P::load(y[c] + k);
      right[c].pin();
    }
    BSR_UNROLL
    for (int r = 0; r < Rows; ++r) {
      const P left = P::load(x[r] + k);
      BSR_UNROLL
      for (int c = 0; c < dot_cols; ++c)
        lanes[r * dot_cols + c] = fma(left, right[c], lanes[r * dot_cols + c]);
    }
  }
  if (k < depth) {
    const auto mask = P::first(static_cast<int>(depth - k));
    BSR_UNROLL
    for (int c = 0; c < dot_cols; ++c) right[c] = P::load(y[c] + k, mask);
    BSR_UNROLL
    for (int r = 0; r < Rows; ++r) {
      const P left = P::load(x[r] + k, mask);
      BSR_UNROLL
      for (int c = 0; c < dot_cols; ++c)
        lanes[r * dot_cols + c] = fma(left, right[c], lanes[r * dot_cols + c]);
    }
  }
  lane_sums<4 * dot_cols>(lanes);
  BSR_UNROLL
  for (int i = 0; i < 4 * dot_cols / P::size; ++i) lanes[i].store(sums + i * P::size);
}

}  // namespace detail

namespace micro {

/// S = alpha * X Y + beta * D at the blocks of S, float or double, X by rows and Y by columns.
///
/// Tiles of up to 4 rows of a block row x 4 columns of its blocks, which may belong to different blocks; k
/// lies in the lanes. Nothing is packed. Blocks that fill the lanes with their rows go to sddmm_panel. Reads
/// no row of X and no column of Y beyond the edge of S.
template <class Problem>
struct sddmm_dot {
  static constexpr bool fits = false;
};

template <class X, class Y, class S, class D>
  requires(detail::has_vectors<typename sddmm_problem<X, Y, S, D>::accumulator> &&
           std::floating_point<typename sddmm_problem<X, Y, S, D>::accumulator> &&
           std::same_as<typename X::value_type, typename sddmm_problem<X, Y, S, D>::accumulator> &&
           std::same_as<typename Y::value_type, typename X::value_type> &&
           !std::same_as<typename X::layout_type, col_major> &&
           !std::same_as<typename Y::layout_type, row_major>)
struct sddmm_dot<sddmm_problem<X, Y, S, D>> {
  using problem = sddmm_problem<X, Y, S, D>;
  using T = typename problem::accumulator;
  using P = pack<T>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    const std::int64_t rows = p.s.blocksize().rows, lanes = (rows + P::size - 1) / P::size * P::size;
    if (p.x.col_stride() != 1 || p.y.row_stride() != 1 || p.x.cols() == 0 || 4 * rows >= 3 * lanes)
      return sddmm_panel<problem>::run(policy, p);
    const std::int64_t strips = (rows + max_height - 1) / max_height;
    const int pieces = thread_count(policy, p.s.nnz() * (p.x.cols() / P::size + 4) / 4);
    for_each_strip(policy, p.s.indptr().data(), p.s.block_rows(), strips, pieces,
                   [&](std::int64_t block_row, std::int64_t strip, std::int64_t first, std::int64_t last) {
                     run_strip(p, block_row, strip * max_height, first, last);
                   });
  }

 private:
  static constexpr int max_height = 16;
  using kernel = void (*)(const T* const (&)[4], const T* const (&)[detail::dot_cols], std::int64_t, T*);

  static kernel choose(int rows) {
    return detail::choose_for<4>(rows, []<int Rows>() -> kernel { return &detail::dot_products<Rows, T>; });
  }

  /// Rows [first_row, + max_height) of the blocks [first, last) of a block row.
  static void run_strip(const problem& p, std::int64_t block_row, std::int64_t first_row, std::int64_t first,
                        std::int64_t last) {
    const dims block = p.s.blocksize();
    const std::int64_t top = block_row * block.rows + first_row;
    const int height = smaller(block.rows - first_row, max_height);
    const int rows = top < p.s.rows() ? smaller(p.s.rows() - top, height) : 0;
    if (p.s.is_padded()) clear_edges(p, first_row, height, rows, first, last);
    if (rows == 0) return;
    const strip_cut cut = cut_rows(rows, 4);
    std::int64_t k = first, c = 0;
    while (k < last) {
      // The next columns, whichever blocks they are in; the last one stands in for those that are missing.
      const T* cols[detail::dot_cols];
      std::int64_t places[detail::dot_cols];
      int count = 0;
      for (; count < detail::dot_cols && k < last; ++count) {
        const std::int64_t left = static_cast<std::int64_t>(p.s.indices().data()[k]) * block.cols;
        cols[count] = &p.y(0, left + c);
        places[count] = (k * block.rows + first_row) * block.cols + c;
        if (++c == block.cols || left + c == p.s.cols()) ++k, c = 0;
      }
      for (int n = count; n < detail::dot_cols; ++n) cols[n] = cols[count - 1];
      for (int strip = 0; strip < cut.strips; ++strip) {
        const int r = cut.first_row(strip), tall = cut.rows(strip);
        const T* lines[4];
        for (int i = 0; i < 4; ++i) lines[i] = &p.x(top + r + (i < tall ? i : 0), 0);
        alignas(64) T sums[4 * detail::dot_cols];
        choose(tall)(lines, cols, p.x.cols(), sums);
        for (int i = 0; i < tall; ++i)
          for (int n = 0; n < count; ++n) {
            const std::int64_t at = places[n] + (r + i) * block.cols;
            p.s.data().data()[at] = detail::sampled_element(p, sums[i * detail::dot_cols + n], at);
          }
      }
    }
  }

  BSR_INLINE static int smaller(std::int64_t a, int b) { return a < b ? static_cast<int>(a) : b; }

  /// What the blocks hold beyond the edge of S becomes 0.
  static void clear_edges(const problem& p, std::int64_t first_row, int height, int rows, std::int64_t first,
                          std::int64_t last) {
    const dims block = p.s.blocksize();
    for (std::int64_t k = first; k < last; ++k) {
      const std::int64_t left = static_cast<std::int64_t>(p.s.indices().data()[k]) * block.cols;
      auto* const to = p.s.data().data() + (k * block.rows + first_row) * block.cols;
      for (int r = 0; r < height; ++r)
        for (std::int64_t c = r < rows ? p.s.cols() - left : 0; c < block.cols; ++c)
          to[r * block.cols + c] = typename S::value_type{};
    }
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
