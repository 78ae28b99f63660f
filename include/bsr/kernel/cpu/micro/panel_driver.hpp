// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Cuts a product into panels of columns and strips of rows, and runs the panel tile on them.
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/micro/panel_strips.hpp"
#include "bsr/kernel/cpu/micro/panel_tile.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
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
  /// Whether whole tiles apply the epilogue.
  static constexpr bool finishes = is_light<Epilogue> && std::same_as<T, TC>;
  using kernels =
      panel_kernels<R, C, form_of<A, Turned>, T, TA, TB, Index, std::conditional_t<finishes, problem, void>>;

  /// Elements of a slice of the workspace that run_copied needs for B of so many rows.
  static std::int64_t wanted(std::int64_t depth) { return depth * 4 * P::size; }

  /// `a`: op(A); the rows of B lie in one piece.
  static void run(const cpu& policy, const list& a, const problem& p) {
    for_each_panel<P>(policy, a, {.columns = p.c.cols(), .moved = 2 * p.c.rows()},
                      [&](int, const panel_part& part) {
                        run_panel(a, p, part, {p.b.data() + part.first_pack * P::size, p.b.row_stride()});
                      });
  }

  /// The same with panels of B copied into the workspace, whose slices are as large as wanted(): for wide B,
  /// whose rows lie so far apart that a panel takes the room of many pages.
  template <class Workspace>
  static void run_copied(const cpu& policy, Workspace& work, const list& a, const problem& p) {
    for_each_panel<P>(
        policy, a,
        {.columns = p.c.cols(), .moved = 2 * p.c.rows(), .most_pieces = work.pieces(), .by_panel = true},
        [&](int piece, const panel_part& part) {
          TB* const copy = work.slice(piece);
          copy_panel(p.b, part.first_pack, part.last_pack, copy);
          run_panel(a, p, part, {copy, (part.last_pack - part.first_pack) * P::size});
        });
  }

 private:
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

  static constexpr bool writes_through = std::same_as<Epilogue, no_epilogue> && std::same_as<T, TC>;

  static void run_panel(const list& a, const problem& p, const panel_part& part, const panel_of_b<TB>& b) {
    const std::int64_t left = part.first_pack * P::size;
    const int packs = static_cast<int>(part.last_pack - part.first_pack), width = packs * P::size;
    const int cols = static_cast<int>(p.c.cols() - left < width ? p.c.cols() - left : width);
    const bool edge = cols < width || a.is_padded();
    alignas(64) T sums[kernels::max_height * 8 * P::size];
    run_strips<kernels>(a, part, b, P::first(cols - (packs - 1) * P::size), edge, p.alpha,
                        [&](auto& t, auto kernel, std::int64_t top, int rows) {
                          const std::int64_t valid = p.c.rows() - top < rows ? p.c.rows() - top : rows;
                          t.out = sums;
                          t.ldo = width;
                          if constexpr (writes_through)
                            if (valid == rows && p.c.col_stride() == 1) {
                              t.out = &p.c(top, left);
                              t.ldo = p.c.row_stride();
                            }
                          if constexpr (finishes) {
                            t.problem = &p;
                            t.top = top;
                            t.left = left;
                          }
                          kernel(t);
                          if (finishes && kernels::whole(rows, packs, edge)) return;
                          if (t.out == sums && valid > 0)
                            sweep<axis::row>(sums, width, p.c, p.epilogue, top, valid, left, cols);
                        });
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
