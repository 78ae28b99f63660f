// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM with columns of B that lie in one piece, for any block: panels of columns of B are copied so that
// their rows lie in one piece, and tiles of C are turned back when they are complete.
#include <concepts>
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/micro/panel_tile.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/pack_columns.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET::micro {

/// C = epilogue(alpha * op(A) * B), columns of B in one piece, float or double throughout, any blocks, any C.
/// R, C: the block size of op(A), or dynamic. Turned: the rows of its blocks lie in the direction of memory.
///
/// The copy of a panel lies in the workspace of the piece; work is cut into panels first, so that few panels
/// are copied twice. Rows of tiles are gathered until they fill a pack and are then stored as columns. An
/// element's sum runs in the order of the list, one fused multiply-add after the other.
template <class Problem, int R, int C, bool Turned>
struct spmm_flipped;

template <class A, op Op, class B, class Dst, class Epilogue, int R, int C, bool Turned>
struct spmm_flipped<spmm_problem<A, Op, B, Dst, Epilogue>, R, C, Turned> {
  using problem = spmm_problem<A, Op, B, Dst, Epilogue>;
  using T = typename problem::accumulator;
  using P = pack<T>;
  using Index = typename A::index_type;
  using list = block_list<T, Index>;

  /// Elements of the workspace that a piece needs for B of so many rows.
  static std::int64_t wanted(std::int64_t depth) { return depth * 4 * P::size; }

  template <class Workspace>
  static void run(const cpu& policy, Workspace& work, const list& a, const problem& p) {
    const std::int64_t packs = (p.c.cols() + P::size - 1) / P::size;
    const spmm_tile shape = select_tile(static_cast<int>(a.block.rows));
    const strip_cut cut = cut_rows(static_cast<int>(a.block.rows), shape.rows);
    const std::int64_t panels = (packs + shape.packs - 1) / shape.packs;
    const strip_schedule<Index> schedule(a.indptr, a.block_rows(), cut.strips,
                                         spmm_block_weight(a.block.cols));
    int pieces = thread_count(policy, (a.num_blocks() * a.area() + p.b.rows() + p.c.rows()) * packs / 8);
    if (pieces > work.pieces()) pieces = work.pieces();
    for_each_piece(policy, pieces, [&](int piece) {
      for_each_range(
          schedule, a.block_rows(), panels, piece, pieces,
          [&](strip_position first, strip_position last, std::int64_t first_panel, std::int64_t last_panel) {
            for (std::int64_t panel = first_panel; panel < last_panel; ++panel)
              run_panel(a, p, cut, first, last, share(packs, panel, panels), share(packs, panel + 1, panels),
                        work.slice(piece));
          },
          true);
    });
  }

 private:
  using kernels = detail::panel_kernels<R, C, Turned, T, T, T, Index>;
  static constexpr int widest = 4 * P::size;

  /// Complete rows of C's transposed tile.
  struct held_rows {
    alignas(64) T values[(P::size + kernels::max_height) * widest] = {};
    std::int64_t top = 0;
    int count = 0;
  };

  /// Packs [first_pack, last_pack) of strips [first, last).
  static void run_panel(const list& a, const problem& p, const strip_cut& cut, strip_position first,
                        strip_position last, std::int64_t first_pack, std::int64_t last_pack, T* copy) {
    const std::int64_t left = first_pack * P::size;
    const int packs = static_cast<int>(last_pack - first_pack), width = packs * P::size;
    const std::int64_t columns = p.c.cols() - left < width ? p.c.cols() - left : width;
    detail::pack_columns(p.b.data() + left * p.b.col_stride(), p.b.col_stride(), p.b.rows(), columns, width,
                         copy);
    const auto high = kernels::choose(cut.height, packs, a.is_padded());
    const auto low = cut.highest < cut.strips ? kernels::choose(cut.height - 1, packs, a.is_padded()) : high;
    const std::int64_t num_blocks = a.num_blocks(), distance = panel_distance(a.block.cols);
    held_rows held;
    detail::panel_tile<T, T, T, Index> t;
    t.block = a.area();
    t.cols = a.block.cols;
    t.ld = a.col_step;
    t.ldb = width;
    t.b = copy;
    t.depth = a.shape.cols;
    t.alpha = p.alpha;
    t.mask = P::first(P::size);
    t.ldo = width;
    for (strip_position s = first; s != last;) {
      const int strip = static_cast<int>(s.strip);
      const std::int64_t top = s.block_row * a.block.rows + cut.first_row(strip);
      const std::int64_t begin = a.indptr[s.block_row], end = a.indptr[s.block_row + 1];
      const int rows = cut.rows(strip);
      t.first = a.indices + begin;
      t.last = a.indices + end;
      t.ahead = num_blocks - end < distance ? num_blocks - end : distance;
      t.a = a.data + (Turned ? 0 : begin * t.block) + cut.first_row(strip) * a.row_step;
      t.begin = begin;
      t.from = a.from == nullptr ? nullptr : a.from + begin;
      if (held.count + rows > P::size && held.count < P::size) store(p, held, width, left, columns);
      if (held.count == 0) held.top = top;
      t.out = held.values + held.count * width;
      (strip < cut.highest ? high : low)(t);
      held.count += rows;
      if (held.count >= P::size) store(p, held, width, left, columns);
      if (++s.strip == cut.strips) s = {s.block_row + 1, 0};
    }
    store(p, held, width, left, columns);
  }

  /// The rows that are held, as columns of C; none are held afterwards.
  [[gnu::noinline]] static void store(const problem& p, held_rows& held, int width, std::int64_t left,
                                      std::int64_t columns) {
    const std::int64_t valid = p.c.rows() - held.top < held.count ? p.c.rows() - held.top : held.count;
    for (std::int64_t row = 0; row < valid; row += P::size) {
      const int count = valid - row < P::size ? static_cast<int>(valid - row) : P::size;
      for (std::int64_t n = 0; n < columns; n += P::size) {
        P square[P::size];
        detail::load_columns(held.values + row * width + n, width, square);
        const std::int64_t width_left = columns - n < P::size ? columns - n : P::size;
        BSR_UNROLL
        for (int j = 0; j < P::size; ++j)
          if (j < width_left)
            detail::store_lanes<axis::column>(square[j], p.c, p.epilogue, held.top + row, left + n + j,
                                              count);
      }
    }
    held.count = 0;
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::micro
