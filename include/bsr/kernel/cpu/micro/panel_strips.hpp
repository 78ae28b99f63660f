// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What products made of panel tiles have in common: how they are cut for the threads, and the walk along the
// strips of a panel.
#include <cstdint>

#include "bsr/base/extent.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/micro/panel_tile.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// What to cut, and how.
struct panel_order {
  std::int64_t columns;       ///< of B
  std::int64_t moved;         ///< elements of a column of B and C that are moved beside the multiplications
  int most_pieces = 1 << 30;  ///< there is room for so many
  bool by_panel = false;      ///< see for_each_range
};

/// The first strip of the block row at which the blocks from strip `first` on fill a chunk; `last` at most.
template <class T, class Index>
strip_position chunk_end(const block_list<T, Index>& a, strip_position first, strip_position last) {
  const std::int64_t blocks = chunk_of_a / (a.area() * static_cast<std::int64_t>(sizeof(T))) + 1;
  std::int64_t row = first.block_row + 1;
  while (row < last.block_row && a.indptr[row] - a.indptr[first.block_row] < blocks) ++row;
  return row < last.block_row ? strip_position{row, 0} : last;
}

/// Strips [first, last) of packs [first_pack, last_pack) of columns.
struct panel_part {
  strip_cut cut;
  strip_position first, last;
  std::int64_t first_pack, last_pack;
};

/// Cuts the product of `a` with B into panels of packs P of columns and strips of rows, and calls
/// f(piece, panel_part) for every panel of every piece, pieces beside each other. Blocks that no cache holds
/// are taken in pieces that it does, all panels for each, but not with `by_panel`: what is done once for a
/// panel would be done again.
template <class P, class T, class Index, class F>
void for_each_panel(const cpu& policy, const block_list<T, Index>& a, const panel_order& order, const F& f) {
  const int block_rows = static_cast<int>(a.block.rows);
  const spmm_tile shape = select_tile(block_rows);
  const strip_cut cut = cut_rows(block_rows, shape.rows);
  const std::int64_t packs = (order.columns + P::size - 1) / P::size,
                     panels = (packs + shape.packs - 1) / shape.packs;
  const strip_schedule<Index> schedule(a.indptr, a.block_rows(), cut.strips, spmm_block_weight(a.block.cols));
  // Panels that are copied are taken one by one.
  const std::int64_t panel_bytes =
      a.shape.cols * shape.packs * P::size * static_cast<std::int64_t>(sizeof(typename P::value_type));
  const std::int64_t group =
      order.by_panel || panel_bytes > group_of_b ? 1 : group_of_b / (panel_bytes + 1) + 1;
  int pieces = thread_count(policy, (a.num_blocks() * a.area() + order.moved) * packs / 8);
  if (pieces > order.most_pieces) pieces = order.most_pieces;
  for_each_range(
      policy, schedule, panels, pieces,
      [&](int piece, const strip_range& range) {
        for (std::int64_t panel = range.first_panel; panel < range.last_panel;) {
          const std::int64_t left = range.last_panel - panel, next = panel + (left < group ? left : group);
          for (strip_position first = range.first; first != range.last;) {
            const strip_position last = next - panel == 1 ? range.last : chunk_end(a, first, range.last);
            for (std::int64_t n = panel; n < next; ++n)
              f(piece, panel_part{cut, first, last, share(packs, n, panels), share(packs, n + 1, panels)});
            first = last;
          }
          panel = next;
        }
      },
      order.by_panel);
}

/// Where the rows of a panel of B lie.
template <class TB>
struct panel_of_b {
  const TB* data;
  std::int64_t ld;
};

/// Runs Kernels (panel_kernels) along the strips of a part of a product with `a`. b: the part's panel of B,
/// the last pack with the lanes `mask`. `edge`: that pack is not full, or blocks reach beyond B's last row.
/// Calls f(t, kernel, top, rows) for each strip, which says where the sums of rows [top, top + rows) of op(A)
/// go (t.out, t.ldo) and calls kernel(t).
template <class Kernels, class List, class TB, class T, class F>
void run_strips(const List& a, const panel_part& part, const panel_of_b<TB>& b, typename pack<T>::mask mask,
                bool edge, T alpha, const F& f) {
  const strip_cut cut = part.cut;
  const int packs = static_cast<int>(part.last_pack - part.first_pack);
  const auto high = Kernels::choose(cut.height, packs, edge);
  const auto low = cut.highest < cut.strips ? Kernels::choose(cut.height - 1, packs, edge) : high;
  const std::int64_t num_blocks = a.num_blocks();
  const std::int64_t distance = panel_distance(a.block.cols);

  typename Kernels::tile t;
  t.block = a.area();
  t.cols = a.block.cols;
  t.ld = a.col_step;
  t.flags = a.mask;
  // Of a transposed matrix the flags of block columns are those of the list's rows.
  if (a.transposed) t.flags.active = nullptr;
  t.row_step = a.row_step;
  t.col_step = a.col_step;
  t.ldb = b.ld;
  t.b = b.data;
  t.depth = a.shape.cols;
  t.alpha = alpha;
  t.mask = mask;
  for (strip_position s = part.first; s != part.last; s = next_strip(s, cut.strips)) {
    const int strip = static_cast<int>(s.strip);
    const std::int64_t begin = a.indptr[s.block_row], end = a.indptr[s.block_row + 1];
    t.first = a.indices + begin;
    t.last = a.indices + end;
    if constexpr (Kernels::form == panel_form::gated)
      if (a.transposed && a.mask.active != nullptr && a.mask.active[s.block_row] == 0) t.last = t.first;
    t.ahead = num_blocks - end < distance ? num_blocks - end : distance;
    // Turned and gated tiles find blocks by their numbers, the others walk from one to the next.
    t.a = a.data + (Kernels::form == panel_form::natural ? begin * t.block : 0) +
          cut.first_row(strip) * a.row_step;
    t.begin = begin;
    t.from = a.from == nullptr ? nullptr : a.from + begin;
    f(t, strip < cut.highest ? high : low, s.block_row * a.block.rows + cut.first_row(strip),
      cut.rows(strip));
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
