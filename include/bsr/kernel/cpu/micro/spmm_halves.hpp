// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM of half-precision numbers with rows of B that lie in one piece: they become floats on the way into the
// registers.
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/half.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/micro/choose.hpp"
#include "bsr/kernel/cpu/micro/spmm_generic.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/pack_halves.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// Elements from row to row of a strip of A that has become floats: 512 columns, and some more so that rows
/// do not collide in the cache.
inline constexpr int half_columns = 512, half_pitch = half_columns + 8;

/// One tile: a strip of rows of A, as floats, times two packs of columns of B.
template <class TB, class Index>
struct half_tile {
  const float* a;      ///< rows half_pitch apart, a block's columns behind those of the block before
  std::int64_t cols;   ///< columns of a block
  const Index* first;  ///< block columns [first, last)
  const Index* last;
  const TB* b;
  std::int64_t ldb;
  std::int64_t depth;  ///< rows of B
  int count;           ///< columns in use
  float* sums;         ///< two packs a row
  bool continued;      ///< add to what is in sums
};

template <int Rows, bool Masked, class TB, class Index>
[[gnu::noinline]] void half_sums(const half_tile<TB, Index>& t) {
  using P = pack<float>;
  P sums[Rows][2];
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) sums[r][0] = sums[r][1] = P::zero();
  const std::int64_t cols = t.cols, ldb = t.ldb, depth = t.depth;
  const int count = t.count;
  const float* a = t.a;
  for (const Index* i = t.first; i != t.last; ++i, a += cols) {
    const std::int64_t top = static_cast<std::int64_t>(*i) * cols;
    const TB* b = t.b + top * ldb;
    const float* const end = a + (depth - top < cols ? depth - top : cols);
    for (const float* x = a; x != end; ++x, b += ldb) {
      P first, second;
      load_two<Masked>(b, count, first, second);
      first.pin();
      second.pin();
      BSR_UNROLL
      for (int r = 0; r < Rows; ++r) {
        const P one = P::broadcast(x[r * half_pitch]);
        sums[r][0] = fma(one, first, sums[r][0]);
        sums[r][1] = fma(one, second, sums[r][1]);
      }
      BSR_ORDER_MEMORY();
    }
  }
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    // What was loaded in another order is summed up in it.
    float* const to = t.sums + r * 2 * P::size;
    if (t.continued) {
      sums[r][0] = sums[r][0] + P::load(to);
      sums[r][1] = sums[r][1] + P::load(to + P::size);
    }
    sums[r][0].store(to);
    sums[r][1].store(to + P::size);
  }
}

}  // namespace detail

namespace micro {

/// C = epilogue(alpha * A * B), op none, B of float16 or bfloat16, A of one of them or float, sums in float,
/// rows of B in one piece, any block size, any C. Denormals are kept.
///
/// Strips of rows of a block row, which become floats on the stack, 512 columns at a time, x groups of
/// columns of B x pairs of packs x blocks. Sums of a group are kept on the stack from one such chunk to the
/// next. Reads no row of B beyond the last one.
template <class Problem>
struct spmm_halves {
  static constexpr bool fits = false;
};

template <class A, class B, class C, class Epilogue>
  requires(storage_detail::is_half<typename B::value_type> && detail::has_vectors<float> &&
           detail::loads_into<typename A::value_type, float> && !std::integral<typename A::value_type> &&
           !std::same_as<typename B::layout_type, col_major> &&
           std::same_as<typename spmm_problem<A, op::none, B, C, Epilogue>::accumulator, float>)
struct spmm_halves<spmm_problem<A, op::none, B, C, Epilogue>> {
  using problem = spmm_problem<A, op::none, B, C, Epilogue>;
  using TA = typename A::value_type;
  using TB = typename B::value_type;
  using index_type = typename A::index_type;
  using tile = detail::half_tile<TB, index_type>;
  using P = pack<float>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    const dims block = p.a.blocksize();
    if (p.b.col_stride() != 1 || block.cols > detail::half_columns)
      return spmm_generic<problem>::run(policy, p);
    const strip_cut cut = cut_rows(static_cast<int>(block.rows), tallest);
    const std::int64_t groups = (p.c.cols() + group_cols - 1) / group_cols;
    const strip_schedule<index_type> schedule(p.a.indptr().data(), p.a.block_rows(), cut.strips);
    const int pieces =
        thread_count(policy, p.a.nnz() / P::size * p.c.cols() / 6 + p.c.rows() * p.c.cols() / P::size);
    for_each_range(policy, schedule, groups, pieces, [&](int, const strip_range& range) {
      for (strip_position s = range.first; s != range.last; s = schedule.next(s))
        run_strip(p, cut, s, range.first_panel * group_cols, range.last_panel * group_cols);
    });
  }

 private:
  static constexpr int tallest = vector_registers == 32 ? 12 : 4;
  static constexpr int width = 2 * P::size, panels = 16384 / (tallest * width * 4);
  static constexpr std::int64_t group_cols = panels * width;
  using kernel = void (*)(const tile&);

  template <bool Masked>
  static kernel choose(int rows) {
    return detail::choose_for<tallest>(
        rows, []<int Rows>() -> kernel { return &detail::half_sums<Rows, Masked, TB, index_type>; });
  }

  /// One strip, columns [left, right) of C.
  static void run_strip(const problem& p, const strip_cut& cut, strip_position s, std::int64_t left,
                        std::int64_t right) {
    const dims block = p.a.blocksize();
    const int strip = static_cast<int>(s.strip), rows = cut.rows(strip), first_row = cut.first_row(strip);
    const index_type* const indptr = p.a.indptr().data();
    const index_type* const indices = p.a.indices().data();
    const std::int64_t begin = indptr[s.block_row], end = indptr[s.block_row + 1];
    const std::int64_t top = s.block_row * block.rows + first_row;
    const std::int64_t valid = p.c.rows() - top < rows ? p.c.rows() - top : rows;
    const std::int64_t fitting = detail::half_columns / block.cols;
    const kernel whole = choose<false>(rows), edge = choose<true>(rows);

    alignas(64) float a[tallest * detail::half_pitch];
    alignas(64) float sums[tallest * group_cols];
    tile t;
    t.a = a;
    t.cols = block.cols;
    t.ldb = p.b.row_stride();
    t.depth = p.a.cols();
    if (right > p.c.cols()) right = p.c.cols();
    for (std::int64_t group = left; group < right; group += group_cols) {
      const std::int64_t cols = right - group < group_cols ? right - group : group_cols;
      std::int64_t k = begin;
      do {
        const std::int64_t last = end - k < fitting ? end : k + fitting;
        if (group == left || end - begin > fitting)
          widen(p.a.data().data() + (k * block.rows + first_row) * block.cols, block, last - k, rows, a);
        t.first = indices + k;
        t.last = indices + last;
        t.continued = k != begin;
        t.sums = sums;
        for (std::int64_t j = 0; j < cols; j += width, t.sums += tallest * width) {
          t.b = p.b.data() + group + j;
          t.count = cols - j < width ? static_cast<int>(cols - j) : width;
          (t.count == width ? whole : edge)(t);
        }
        k = last;
      } while (k < end);
      float* from = sums;
      for (std::int64_t j = 0; j < cols && valid > 0; j += width, from += tallest * width) {
        scale(from, rows, p.alpha);
        detail::sweep<axis::row>(from, width, p.c, p.epilogue, top, valid, group + j,
                                 cols - j < width ? cols - j : width);
      }
    }
  }

  /// to[r * pitch + k * cols + c] = element (r, c) of block k, for so many blocks and rows.
  static void widen(const TA* from, dims block, std::int64_t blocks, int rows, float* to) {
    for (std::int64_t k = 0; k < blocks; ++k, from += block.rows * block.cols, to += block.cols)
      for (int r = 0; r < rows; ++r) {
        const TA* const row = from + r * block.cols;
        float* const line = to + r * detail::half_pitch;
        std::int64_t c = 0;
        for (; c + P::size <= block.cols; c += P::size) P::load_from(row + c).store(line + c);
        if (c < block.cols) {
          const auto mask = P::first(static_cast<int>(block.cols - c));
          P::load_from(row + c, mask).store(line + c, mask);
        }
      }
  }

  /// In order, times alpha.
  static void scale(float* sums, int rows, float alpha) {
    const P factor = P::broadcast(alpha);
    for (int r = 0; r < rows; ++r, sums += width) {
      P first = P::load(sums), second = P::load(sums + P::size);
      detail::order_two<TB>(first, second);
      (factor * first).store(sums);
      (factor * second).store(sums + P::size);
    }
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
