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
  using kernels = panel_kernels<R, C, form_of<A, Turned>, T, TA, TB, Index>;
  using tile = panel_tile<T, TA, TB, Index>;

  /// Elements of a slice of the workspace that run_copied needs for B of so many rows.
  static std::int64_t wanted(std::int64_t depth) { return depth * 4 * P::size; }

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
            for_each_cached(a, first, last, last_panel - first_panel,
                            [&](strip_position from, strip_position to) {
                              for (std::int64_t panel = first_panel; panel < last_panel; ++panel)
                                run_panel(a, p, cut, from, to, share(packs, panel, panels),
                                          share(packs, panel + 1, panels));
                            });
          });
    });
  }

  /// The same with panels of B copied into the workspace, whose slices are as large as wanted(): for wide B,
  /// whose rows lie so far apart that a panel takes the room of many pages.
  template <class Workspace>
  static void run_copied(const cpu& policy, Workspace& work, const list& a, const problem& p) {
    const std::int64_t packs = (p.c.cols() + P::size - 1) / P::size;
    const spmm_tile shape = select_tile(static_cast<int>(a.block.rows));
    const strip_cut cut = cut_rows(static_cast<int>(a.block.rows), shape.rows);
    const std::int64_t panels = (packs + shape.packs - 1) / shape.packs;
    const strip_schedule<Index> schedule(a.indptr, a.block_rows(), cut.strips,
                                         spmm_block_weight(a.block.cols));
    int pieces = thread_count(policy, a.num_blocks() * a.area() * packs / 8 + p.c.rows() * packs / 4);
    if (pieces > work.pieces()) pieces = work.pieces();
    for_each_piece(policy, pieces, [&](int piece) {
      TB* const copy = work.slice(piece);
      for_each_range(
          schedule, a.block_rows(), panels, piece, pieces,
          [&](strip_position first, strip_position last, std::int64_t first_panel, std::int64_t last_panel) {
            for (std::int64_t panel = first_panel; panel < last_panel; ++panel) {
              const std::int64_t begin = share(packs, panel, panels), end = share(packs, panel + 1, panels);
              copy_panel(p.b, begin, end, copy);
              run_panel(a, p, cut, first, last, begin, end, copy);
            }
          },
          true);
    });
  }

 private:
  /// Calls f(from, to) for pieces of the strips [first, last), whole block rows whose blocks stay in the
  /// cache while panel after panel reads them; for all at once where they stay anyway, or are read once.
  template <class F>
  BSR_INLINE static void for_each_cached(const list& a, strip_position first, strip_position last,
                                         std::int64_t panels, const F& f) {
    const std::int64_t bytes = a.area() * static_cast<std::int64_t>(sizeof(TA));
    if (panels < 2 || a.num_blocks() * bytes <= blocks_stay_in_cache) return f(first, last);
    const std::int64_t most = blocks_stay_in_cache / 2 / bytes;
    while (first != last) {
      const std::int64_t begin = a.indptr[first.block_row];
      std::int64_t row = first.block_row + 1;
      while (row < last.block_row && a.indptr[row + 1] - begin <= most) ++row;
      const strip_position to = row < last.block_row ? strip_position{row, 0} : last;
      f(first, to);
      first = to;
    }
  }
  /// Packs [first, last) of every row of B, one row after the other; lanes beyond the last column are zero.
  [[gnu::noinline]] static void copy_panel(const B& b, std::int64_t first, std::int64_t last, TB* to) {
    using Q = pack<TB>;
    const std::int64_t left = first * P::size, width = (last - first) * P::size;
    const std::int64_t valid = b.cols() - left < width ? b.cols() - left : width;
    for (std::int64_t k = 0; k < b.rows(); ++k, to += width) {
      const TB* const from = &b(k, left);
      for (std::int64_t n = 0; n < width; n += Q::size) {
        const std::int64_t rest = valid - n;
        (rest >= Q::size ? Q::load(from + n) : Q::load(from + n, rest > 0 ? static_cast<int>(rest) : 0))
            .store(to + n);
      }
    }
  }

  /// Blocks are found by their numbers, not one behind the other.
  static constexpr bool by_index = Turned || is_masked_view<A>;
  static constexpr bool writes_through = std::same_as<Epilogue, no_epilogue> && std::same_as<T, TC>;

  /// Packs [first_pack, last_pack) of strips [first, last).
  static void run_panel(const list& a, const problem& p, const strip_cut& cut, strip_position first,
                        strip_position last, std::int64_t first_pack, std::int64_t last_pack,
                        const TB* copied = nullptr) {
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
    t.gate = a.gate;
    t.row_step = a.row_step;
    t.col_step = a.col_step;
    t.ldb = copied == nullptr ? p.b.row_stride() : packs * P::size;
    t.b = copied == nullptr ? p.b.data() + left : copied;
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
      if constexpr (is_masked_view<A>) {
        t.active = a.transposed ? nullptr : a.active;
        if (a.transposed && a.active != nullptr && a.active[s.block_row] == 0) t.last = t.first;
      }
      t.ahead = num_blocks - end < distance ? num_blocks - end : distance;
      t.a = a.data + (by_index ? 0 : begin * t.block) + cut.first_row(strip) * a.row_step;
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
