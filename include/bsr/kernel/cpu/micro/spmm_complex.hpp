// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM of complex numbers with rows of B that lie in one piece.
#include <complex>
#include <concepts>
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/micro/choose.hpp"
#include "bsr/kernel/cpu/micro/complex_lanes.hpp"
#include "bsr/kernel/cpu/micro/rank_one.hpp"
#include "bsr/kernel/cpu/micro/spmm_generic.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// Rows of a strip of a block row times a panel of columns. Numbers of B are parts, two for each column.
template <class T, class Index>
struct complex_tile {
  const block_list<std::complex<T>, Index>* a;
  /// Null, or the list of A' where A is a half-stored symmetric matrix: its blocks away from the diagonal
  /// count as well.
  const block_list<std::complex<T>, Index>* mirrored;
  std::int64_t block_row;
  std::int64_t first_row;  ///< of the strip, in the block
  const T* b;
  std::int64_t ldb;
  T* out;  ///< of Rows x Packs packs
  typename pack<T>::mask mask;
};

/// Real parts of A times B and imaginary parts of A times B are summed apart.
template <int Rows, int Packs, class T, class Index>
[[gnu::noinline]] void complex_sums(const complex_tile<T, Index>& t) {
  using P = pack<T>;
  P re[Rows][Packs], im[Rows][Packs], row[Packs];
  clear(re);
  clear(im);
  const auto mask = t.mask;
  const std::int64_t ldb = t.ldb;
  for (const auto* list = t.a; list != nullptr; list = list == t.a ? t.mirrored : nullptr) {
    const auto& a = *list;
    const std::int64_t cols = a.block.cols, row_step = 2 * a.row_step, col_step = 2 * a.col_step;
    for (std::int64_t k = a.indptr[t.block_row]; k < a.indptr[t.block_row + 1]; ++k) {
      if (!a.kept(t.block_row, k) || (list != t.a && a.indices[k] == t.block_row)) continue;
      const std::int64_t left = static_cast<std::int64_t>(a.indices[k]) * cols;
      const std::int64_t count = a.shape.cols - left < cols ? a.shape.cols - left : cols;
      const T* x = parts(a.values(k) + t.first_row * a.row_step);
      const T* b = t.b + left * ldb;
      for (std::int64_t c = 0; c < count; ++c, x += col_step, b += ldb) {
        load_panel<true>(row, b, mask);
        complex_update(re, im, x, row_step, row);
      }
    }
  }
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) (re[r][v] + times_i(im[r][v])).store(t.out + (r * Packs + v) * P::size);
  }
}

}  // namespace detail

namespace micro {

/// C = epilogue(alpha * op(A) * B), A masked or not, complex throughout, rows of B in one piece, any block
/// size, any C; op transpose with the list that a plan's index makes.
///
/// Panels of columns x strips of rows of a block row; the real and imaginary parts of B lie in the lanes by
/// turns. An element's two sums run in storage order.
template <class Problem>
struct spmm_complex {
  static constexpr bool fits = false;
};

template <class A, op Op, class B, class C, class Epilogue>
  requires(is_complex<typename spmm_problem<A, Op, B, C, Epilogue>::accumulator> &&
           detail::has_vectors<typename scalar_traits<typename A::value_type>::real> &&
           std::same_as<typename A::value_type, typename spmm_problem<A, Op, B, C, Epilogue>::accumulator> &&
           std::same_as<typename B::value_type, typename A::value_type> &&
           !std::same_as<typename B::layout_type, col_major>)
struct spmm_complex<spmm_problem<A, Op, B, C, Epilogue>> {
  using problem = spmm_problem<A, Op, B, C, Epilogue>;
  using element = typename problem::accumulator;
  using T = typename scalar_traits<element>::real;
  using P = pack<T>;
  using Index = typename A::index_type;
  using list = block_list<element, Index>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    if constexpr (Op == op::none) {
      if (p.b.col_stride() == 1) return run_list(policy, natural_blocks(p.a), p);
    }
    spmm_generic<problem>::run(policy, p);
  }
  /// The same for the blocks of op(A) in a list.
  static void run_list(const cpu& policy, const list& a, const problem& p) {
    if (p.b.col_stride() != 1) return spmm_generic<problem>::run_list(policy, a, p);
    run_lists(policy, a, nullptr, a.indptr, p);
  }
  /// The same with a second list for the other half of a symmetric matrix, or null; rows of B in one piece.
  /// before: how many blocks stand in the block rows before each.
  template <class Count>
  static void run_lists(const cpu& policy, const list& a, const list* mirrored, const Count* before,
                        const problem& p) {
    const strip_cut cut = cut_rows(static_cast<int>(a.block.rows), tallest);
    const strip_schedule<Count> schedule(before, a.block_rows(), cut.strips, spmm_block_weight(a.block.cols));
    const std::int64_t panels = (p.c.cols() + width - 1) / width;
    const int pieces = thread_count(policy, p.a.nnz() * p.c.cols() / P::size / 2);
    for_each_range(policy, schedule, panels, pieces, [&](int, const strip_range& range) {
      for (std::int64_t panel = range.first_panel; panel < range.last_panel; ++panel)
        for (strip_position s = range.first; s != range.last; s = schedule.next(s)) {
          const int strip = static_cast<int>(s.strip);
          run_tile(a, mirrored, p, s.block_row, cut.first_row(strip), cut.rows(strip), panel * width);
        }
    });
  }

 private:
  // Two sums for each pack: 24 of 32 registers, or 12 of 16.
  static constexpr int tallest = vector_registers == 32 ? 4 : 2, most_packs = 3;
  static constexpr std::int64_t width = most_packs * P::size / 2;

  static auto choose(int rows, int packs) {
    return detail::choose_for<tallest>(rows, [&]<int Rows>() {
      return detail::choose_for<most_packs>(
          packs, []<int Packs>() { return &detail::complex_sums<Rows, Packs, T, Index>; });
    });
  }

  static void run_tile(const list& a, const list* mirrored, const problem& p, std::int64_t block_row,
                       int first_row, int rows, std::int64_t left) {
    const std::int64_t cols = p.c.cols() - left < width ? p.c.cols() - left : width;
    const int numbers = static_cast<int>(2 * cols), packs = (numbers + P::size - 1) / P::size;
    alignas(64) T sums[tallest * most_packs * P::size];
    const detail::complex_tile<T, Index> t{&a,
                                           mirrored,
                                           block_row,
                                           first_row,
                                           detail::parts(p.b.data() + left),
                                           2 * p.b.row_stride(),
                                           sums,
                                           P::first(numbers - (packs - 1) * P::size)};
    choose(rows, packs)(t);
    const std::int64_t top = block_row * a.block.rows + first_row;
    for (std::int64_t r = 0; r < rows && top + r < p.c.rows(); ++r)
      for (std::int64_t j = 0; j < cols; ++j) {
        const T* const sum = sums + r * packs * P::size + 2 * j;
        p.c(top + r, left + j) = to_element<typename C::value_type>(
            p.epilogue(multiply(p.alpha, element(sum[0], sum[1])), top + r, left + j));
      }
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
