// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM with rows of op(A) in the lanes, for blocks whose rows lie in the direction of memory: transposed
// factors, and packed ones.
#include <concepts>
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/cost.hpp"
#include "bsr/kernel/cpu/micro/lanes_tile.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/pack_columns.hpp"
#include "bsr/kernel/cpu/pack_squares.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET::micro {

/// C = epilogue(alpha * op(A) * B), B by rows or by columns, float or double throughout, blocks of op(A)
/// whose rows are a multiple of a pack, any C.
///
/// Strips of two packs of rows (one pack where the blocks have an odd number of them) x a few columns of B.
/// One pack of rows reads columns of B from a copy in the workspace in which their elements lie side by side;
/// two packs read B where it lies. Matrices that fit the cache are read once for each panel of columns,
/// larger ones once for many panels. An element's sum runs in the order of the list, one fused multiply-add
/// after the other.
template <class Problem>
struct spmm_lanes;

template <class A, op Op, class B, class C, class Epilogue>
struct spmm_lanes<spmm_problem<A, Op, B, C, Epilogue>> {
  using problem = spmm_problem<A, Op, B, C, Epilogue>;
  using T = typename problem::accumulator;
  using P = pack<T>;
  using Index = typename A::index_type;
  using list = block_list<T, Index>;
  static constexpr bool by_column = std::same_as<typename B::layout_type, col_major>;

  static bool fits(dims block) { return block.rows % P::size == 0; }
  /// For messages and costs.
  static detail::planned_kernel kernel_for(dims block) {
    using detail::planned_kernel;
    if (!by_column) return planned_kernel::lanes_rows;
    return block.rows / P::size % 2 == 0 ? planned_kernel::lanes_columns : planned_kernel::lanes_copied;
  }
  /// Elements of the workspace that a piece wants, and the least it needs, for B of so many rows.
  static std::int64_t wanted(std::int64_t depth) {
    constexpr std::int64_t budget = (std::int64_t{1} << 19) / static_cast<std::int64_t>(sizeof(T));
    const std::int64_t one = depth * widest<1>;
    return by_column ? (one < budget / 8 ? 8 * one : one < budget ? budget / one * one : one) : 0;
  }

  template <class Workspace>
  static void run(const cpu& policy, Workspace& work, const list& a, const problem& p) {
    if (a.block.rows / P::size % 2 == 0)
      run_strips<2>(policy, work, a, p);
    else
      run_strips<1>(policy, work, a, p);
  }

 private:
  template <int Packs>
  static constexpr bool copies = by_column && Packs == 1;
  template <int Packs>
  static constexpr auto source = copies<Packs> ? detail::broadcast_from::panel
                                 : by_column   ? detail::broadcast_from::columns
                                               : detail::broadcast_from::rows;
  template <int Packs>
  using kernels = detail::lanes_kernels<source<Packs>, Packs, T, Index>;
  template <int Packs>
  static constexpr std::int64_t widest = kernels<Packs>::widest;
  static constexpr bool writes_through =
      std::same_as<Epilogue, no_epilogue> && std::same_as<T, typename C::value_type>;

  template <int Packs, class Workspace>
  static void run_strips(const cpu& policy, Workspace& work, const list& a, const problem& p) {
    constexpr std::int64_t width = widest<Packs>;
    const std::int64_t n = p.c.cols(), panels = (n + width - 1) / width;
    const strip_schedule<Index> schedule(a.indptr, a.block_rows(), a.block.rows / (Packs * P::size),
                                         spmm_block_weight(a.block.cols));
    const std::int64_t elements = a.num_blocks() * a.area();
    int pieces = thread_count(policy, elements / P::size * n / 6 + p.c.rows() * n / P::size);
    if (copies<Packs> && pieces > work.pieces()) pieces = work.pieces();
    const bool once = elements * static_cast<std::int64_t>(sizeof(T)) > blocks_stay_in_cache;
    const std::int64_t together = copies<Packs> ? work.slice_size() / (p.b.rows() * width + 1)
                                  : once        ? 16
                                                : 1;
    const std::int64_t group = together < 1 ? 1 : together;
    for_each_range(
        policy, schedule, panels, pieces,
        [&](int piece, const strip_range& range) {
          for (std::int64_t begin = range.first_panel; begin < range.last_panel; begin += group) {
            const std::int64_t end = range.last_panel - begin < group ? range.last_panel : begin + group;
            T* const copy = copies<Packs> ? work.slice(piece) : nullptr;
            if constexpr (copies<Packs>)
              for (std::int64_t panel = begin; panel < end; ++panel) {
                const std::int64_t left = panel * width, columns = n - left < width ? n - left : width;
                detail::pack_columns(p.b.data() + left * p.b.col_stride(), p.b.col_stride(), p.b.rows(),
                                     columns, width, copy + (panel - begin) * p.b.rows() * width);
              }
            const auto run_one = [&](strip_position s, std::int64_t panel) {
              tile<Packs>(a, p, s, panel * width,
                          copies<Packs> ? copy + (panel - begin) * p.b.rows() * width : nullptr);
            };
            if (once) {
              for (strip_position s = range.first; s != range.last; s = schedule.next(s))
                for (std::int64_t panel = begin; panel < end; ++panel) run_one(s, panel);
            } else {
              for (std::int64_t panel = begin; panel < end; ++panel)
                for (strip_position s = range.first; s != range.last; s = schedule.next(s)) run_one(s, panel);
            }
          }
        },
        copies<Packs>);
  }

  /// One strip times the columns from `left` on, up to a panel of them.
  template <int Packs>
  static void tile(const list& a, const problem& p, strip_position s, std::int64_t left, const T* copy) {
    constexpr std::int64_t width = widest<Packs>, height = Packs * P::size;
    const std::int64_t top = s.block_row * a.block.rows + s.strip * height;
    const std::int64_t valid = p.c.rows() - top < height ? p.c.rows() - top : height;
    const std::int64_t columns = p.c.cols() - left < width ? p.c.cols() - left : width;
    if (valid <= 0) return;
    alignas(64) T sums[(width + P::size - 1) / P::size * P::size * height];
    detail::lanes_tile<T, Index> t{};
    t.a = a.data + s.strip * height;
    t.block = a.area();
    t.cols = a.block.cols;
    t.ld = a.col_step;
    t.begin = a.indptr[s.block_row];
    const std::int64_t end = a.indptr[s.block_row + 1];
    t.first = a.indices + t.begin;
    t.last = a.indices + end;
    t.from = a.from == nullptr ? nullptr : a.from + t.begin;
    t.ahead = end < a.num_blocks() ? 1 : 0;
    t.depth = a.shape.cols;
    t.alpha = p.alpha;
    t.x_step = p.b.row_stride();
    t.ldx = by_column ? p.b.col_stride() : 1;
    bool through = false;
    if constexpr (writes_through) through = valid == height && p.c.row_stride() == 1;
    for (std::int64_t n = 0; n < columns;) {
      const auto kernel = kernels<Packs>::choose(columns - n);
      t.x = copies<Packs> ? copy + n : &p.b(0, left + n);
      if constexpr (writes_through)
        t.out = through ? &p.c(top, left + n) : sums + n * height;
      else
        t.out = sums + n * height;
      t.ldo = through ? p.c.col_stride() : height;
      kernel.run(t);
      n += kernel.taken;
    }
    if (through) return;
    if (p.c.row_stride() == 1 || columns == 1)
      detail::sweep<axis::column>(sums, height, p.c, p.epilogue, top, valid, left, columns);
    else
      store_by_rows<Packs>(sums, p, top, valid, left, columns);
  }

  template <int Packs>
  [[gnu::noinline]] static void store_by_rows(const T* sums, const problem& p, std::int64_t top,
                                              std::int64_t valid, std::int64_t left, std::int64_t columns) {
    for (std::int64_t n = 0; n < columns; n += P::size)
      for (std::int64_t r = 0; r < valid; r += P::size) {
        P square[P::size];
        detail::load_columns(sums + n * Packs * P::size + r, Packs * P::size, square);
        const std::int64_t rows = valid - r < P::size ? valid - r : P::size;
        const int count = columns - n < P::size ? static_cast<int>(columns - n) : P::size;
        BSR_UNROLL
        for (int i = 0; i < P::size; ++i)
          if (i < rows)
            detail::store_lanes<axis::row>(square[i], p.c, p.epilogue, top + r + i, left + n, count);
      }
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::micro
