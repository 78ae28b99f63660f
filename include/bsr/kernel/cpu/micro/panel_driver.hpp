// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Cuts a product into panels of columns and strips of rows, and runs the panel tile on them.
#include <concepts>
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/micro/panel_tile.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// R, C: the block size of op(A), or dynamic. Turned: the rows of its blocks lie in the direction of memory,
/// else their columns.
template <class Problem, int R, int C, bool Turned>
struct panel_driver;
template <class A, op Op, class B, class Dst, class Epilogue, int R, int C, bool Turned>
struct panel_driver<spmm_problem<A, Op, B, Dst, Epilogue>, R, C, Turned> {
  using problem = spmm_problem<A, Op, B, Dst, Epilogue>;
  using T = typename problem::accumulator;
  using TA = typename A::value_type;
  using TB = typename B::value_type;
  using TC = typename Dst::value_type;
  using Index = typename A::index_type;
  using P = pack<T>;
  using list = block_list<TA, Index>;
  using kernels = panel_kernels<R, C, Turned, T, TA, TB, Index>;
  using tile = panel_tile<T, TA, TB, Index>;

  /// `a`: op(A); the rows of B lie in one piece.
  static void run(const cpu& policy, const list& a, const problem& p) {
    const std::int64_t packs = (p.c.cols() + P::size - 1) / P::size;
    const int block_rows = static_cast<int>(a.block.rows);
    const spmm_tile shape = select_tile(block_rows);
    const strip_cut cut = cut_rows(block_rows, shape.rows);
    const std::int64_t panels = (packs + shape.packs - 1) / shape.packs;
    const strip_schedule<Index> schedule(a.indptr, a.block_rows(), cut.strips,
                                         spmm_block_weight(a.block.cols));
    const int pieces = thread_count(policy, a.num_blocks() * a.area() * packs / 8 + p.c.rows() * packs / 4);
    for_each_piece(policy, pieces, [&](int piece) {
      for_each_range(
          schedule, a.block_rows(), panels, piece, pieces,
          [&](strip_position first, strip_position last, std::int64_t first_panel, std::int64_t last_panel) {
            for (std::int64_t panel = first_panel; panel < last_panel; ++panel)
              run_panel(a, p, cut, first, last, share(packs, panel, panels), share(packs, panel + 1, panels));
          });
    });
  }

 private:
  static constexpr bool writes_through = std::same_as<Epilogue, no_epilogue> && std::same_as<T, TC>;

  /// Packs [first_pack, last_pack) of strips [first, last).
  static void run_panel(const list& a, const problem& p, const strip_cut& cut, strip_position first,
                        strip_position last, std::int64_t first_pack, std::int64_t last_pack) {
    const dims block = a.block;
    const std::int64_t left = first_pack * P::size;
    const int packs = static_cast<int>(last_pack - first_pack);
    const int cols =
        static_cast<int>((p.c.cols() < last_pack * P::size ? p.c.cols() : last_pack * P::size) - left);
    const bool edge = cols < packs * P::size || a.is_padded();
    const auto high = kernels::choose(cut.height, packs, edge);
    const auto low = cut.highest < cut.strips ? kernels::choose(cut.height - 1, packs, edge) : high;
    const std::int64_t num_blocks = a.num_blocks();
    const std::int64_t distance = panel_distance(block.cols);

    alignas(64) T sums[kernels::max_height * 8 * P::size];
    tile t;
    t.block = a.area();
    t.cols = block.cols;
    t.ld = a.col_step;
    t.ldb = p.b.row_stride();
    t.b = p.b.data() + left;
    t.depth = a.shape.cols;
    t.alpha = p.alpha;
    t.mask = P::first(cols - (packs - 1) * P::size);
    for (strip_position s = first; s != last;) {
      const int strip = static_cast<int>(s.strip);
      const std::int64_t top = s.block_row * block.rows + cut.first_row(strip);
      const std::int64_t begin = a.indptr[s.block_row], end = a.indptr[s.block_row + 1];
      const int rows = cut.rows(strip);
      const std::int64_t valid = p.c.rows() - top < rows ? p.c.rows() - top : rows;
      t.first = a.indices + begin;
      t.last = a.indices + end;
      t.ahead = num_blocks - end < distance ? num_blocks - end : distance;
      t.a = a.data + (Turned ? 0 : begin * t.block) + cut.first_row(strip) * a.row_step;
      t.begin = begin;
      t.from = a.from == nullptr ? nullptr : a.from + begin;
      bool through = false;
      if constexpr (writes_through) through = valid == rows && p.c.col_stride() == 1;
      if constexpr (writes_through)
        t.out = through ? &p.c(top, left) : sums;
      else
        t.out = sums;
      t.ldo = through ? p.c.row_stride() : packs * P::size;
      (strip < cut.highest ? high : low)(t);
      if (!through && valid > 0)
        sweep<axis::row>(sums, packs * P::size, p.c, p.epilogue, top, valid, left, cols);
      if (++s.strip == cut.strips) s = {s.block_row + 1, 0};
    }
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
