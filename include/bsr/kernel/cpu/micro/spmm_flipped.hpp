// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM with columns of B that lie in one piece, for any block: panels of columns of B are copied so that
// their rows lie in one piece, and tiles of C are turned back when they are complete.
#include <concepts>
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/micro/panel_strips.hpp"
#include "bsr/kernel/cpu/micro/panel_tile.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/pack_columns.hpp"
#include "bsr/kernel/cpu/pack_squares.hpp"
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
    detail::for_each_panel<P>(
        policy, a,
        {.columns = p.c.cols(),
         .moved = p.b.rows() + p.c.rows(),
         .most_pieces = work.pieces(),
         .by_panel = true},
        [&](int piece, const detail::panel_part& part) { run_panel(a, p, part, work.slice(piece)); });
  }

 private:
  using kernels = detail::panel_kernels<R, C, detail::form_of<A, Turned>, T, T, T, Index>;
  static constexpr int widest = 4 * P::size;

  /// Complete rows of C's transposed tile.
  struct held_rows {
    alignas(64) T values[(P::size + kernels::max_height) * widest] = {};
    std::int64_t top = 0;
    int count = 0;
  };

  static void run_panel(const list& a, const problem& p, const detail::panel_part& part, T* copy) {
    const std::int64_t left = part.first_pack * P::size;
    const int width = static_cast<int>(part.last_pack - part.first_pack) * P::size;
    const std::int64_t columns = p.c.cols() - left < width ? p.c.cols() - left : width;
    detail::pack_columns(p.b.data() + left * p.b.col_stride(), p.b.col_stride(), p.b.rows(), columns, width,
                         copy);
    held_rows held;
    detail::run_strips<kernels>(a, part, detail::panel_of_b<T>{copy, width}, P::first(P::size), a.is_padded(),
                                p.alpha, [&](auto& t, auto kernel, std::int64_t top, int rows) {
                                  if (held.count + rows > P::size && held.count < P::size)
                                    store(p, held, width, left, columns);
                                  if (held.count == 0) held.top = top;
                                  t.out = held.values + held.count * width;
                                  t.ldo = width;
                                  kernel(t);
                                  held.count += rows;
                                  if (held.count >= P::size) store(p, held, width, left, columns);
                                });
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
