// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM of complex numbers with columns of B that lie in one piece, as in y = x * transpose(w).
#include <complex>
#include <concepts>
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/kernel/cpu/micro/complex_lanes.hpp"
#include "bsr/kernel/cpu/micro/rank_one.hpp"
#include "bsr/kernel/cpu/micro/spmm_generic.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/masked_view.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// sums[n][r] += sum over blocks and their columns of a[c][r] * x[c + n * ldx]; parts of numbers by turns.
template <class T, class Index>
struct complex_column_tile {
  const T* a;          ///< the columns of the blocks, one after the other, Packs packs each
  std::int64_t cols;   ///< columns of a block
  const Index* first;  ///< block columns [first, last)
  const Index* last;
  const T* x;
  std::int64_t ldx;
  T* sums;  ///< Packs packs for each column of B
};

template <int Cols, int Packs, class T, class Index>
[[gnu::noinline]] void complex_column_sums(const complex_column_tile<T, Index>& t) {
  using P = pack<T>;
  P re[Cols][Packs], im[Cols][Packs], row[Packs];
  clear(re);
  clear(im);
  const std::int64_t ldx = t.ldx, cols = t.cols;
  const T* a = t.a;
  for (const Index* i = t.first; i != t.last; ++i) {
    const T* x = t.x + 2 * static_cast<std::int64_t>(*i) * cols;
    for (std::int64_t c = cols; c > 0; --c, a += Packs * P::size, x += 2) {
      load_panel<false>(row, a, P::first(P::size));
      complex_update(re, im, x, ldx, row);
    }
  }
  T* sums = t.sums;
  BSR_UNROLL
  for (int n = 0; n < Cols; ++n) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v, sums += P::size)
      (P::load(sums) + (re[n][v] + times_i(im[n][v]))).store(sums);
  }
}

}  // namespace detail

namespace micro {

/// C = epilogue(alpha * A * B), op none, A masked or not, complex throughout, columns of B in one piece, any
/// C.
///
/// Strips of up to two packs of rows of a block row x groups of columns of B. The blocks of a strip are
/// transposed into 40 KiB of the stack, as many as fit, and stay there for a whole group of columns, whose
/// sums lie on the stack; the rows lie in the lanes and the parts of B are broadcast. An element's sum runs
/// in storage order. Padded matrices go to spmm_generic.
template <class Problem>
struct spmm_complex_column {
  static constexpr bool fits = false;
};

template <class A, class B, class C, class Epilogue>
  requires(
      is_complex<typename spmm_problem<A, op::none, B, C, Epilogue>::accumulator> &&
      detail::has_vectors<typename scalar_traits<typename A::value_type>::real> &&
      std::same_as<typename A::value_type, typename spmm_problem<A, op::none, B, C, Epilogue>::accumulator> &&
      std::same_as<typename B::value_type, typename A::value_type> &&
      std::same_as<typename B::layout_type, col_major>)
struct spmm_complex_column<spmm_problem<A, op::none, B, C, Epilogue>> {
  using problem = spmm_problem<A, op::none, B, C, Epilogue>;
  using element = typename problem::accumulator;
  using T = typename scalar_traits<element>::real;
  using P = pack<T>;
  using Index = typename A::index_type;
  using tile = detail::complex_column_tile<T, Index>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    const dims block = p.a.blocksize();
    if (p.a.is_padded() || block.cols * max_height > capacity) return spmm_generic<problem>::run(policy, p);
    const std::int64_t strips = (block.rows + max_height - 1) / max_height;
    const std::int64_t groups = (p.c.cols() + group_cols - 1) / group_cols;
    const strip_schedule<Index> schedule(p.a.indptr().data(), p.a.block_rows(), strips,
                                         spmm_block_weight(block.cols));
    const int pieces = thread_count(policy, p.a.nnz() * p.c.cols() / P::size / 2);
    for_each_strip_and_panel(policy, schedule, groups, pieces,
                             [&](std::int64_t block_row, std::int64_t strip, std::int64_t group) {
                               run_strip(p, block_row, strip * max_height, group * group_cols);
                             });
  }

 private:
  static constexpr int lanes = detail::elements_of_pack<element>, max_height = 2 * lanes;
  static constexpr std::int64_t group_cols = 128, most_kept = 512;
  static constexpr std::int64_t capacity = 40960 / static_cast<std::int64_t>(sizeof(element));

  /// Two sums for each pack: 24 of 32 registers, or 12 of 16.
  template <int Packs>
  static constexpr int widest = (vector_registers == 32 ? 12 : 6) / Packs;

  /// The tile of the most columns that there are; returns how many it took.
  template <int Packs, int Cols = widest<Packs>>
  static int run_tile(const tile& t, std::int64_t columns) {
    if constexpr (Cols > 1)
      if (columns < Cols) return run_tile<Packs, Cols / 2>(t, columns);
    detail::complex_column_sums<Cols, Packs>(t);
    return Cols;
  }

  /// Rows [first_row, + max_height) of a block row, columns [left, + group_cols).
  static void run_strip(const problem& p, std::int64_t block_row, std::int64_t first_row, std::int64_t left) {
    const dims block = p.a.blocksize();
    const std::int64_t rest = block.rows - first_row, rows = rest < max_height ? rest : max_height;
    const int packs = rows > lanes ? 2 : 1;
    const std::int64_t height = packs * lanes, top = block_row * block.rows + first_row;
    const std::int64_t cols = p.c.cols() - left < group_cols ? p.c.cols() - left : group_cols;
    const std::int64_t room = capacity / (block.cols * height), fitting = room < most_kept ? room : most_kept;
    const Index* const indices = p.a.indices().data();

    alignas(64) T columns[2 * capacity];
    alignas(64) T sums[2 * group_cols * max_height];
    Index kept[most_kept];
    for (std::int64_t n = 0; n < 2 * cols * height; ++n) sums[n] = T{};
    tile t{columns, block.cols, kept, kept, nullptr, 2 * p.b.col_stride(), nullptr};
    const std::int64_t end = p.a.indptr().data()[block_row + 1];
    for (std::int64_t k = p.a.indptr().data()[block_row]; k < end;) {
      std::int64_t count = 0;
      for (; k < end && count < fitting; ++k) {
        if (!detail::kept(p.a, k)) continue;
        transpose_block(p.a.data().data() + (k * block.rows + first_row) * block.cols, rows, block.cols,
                        columns + 2 * count * block.cols * height, height);
        kept[count++] = indices[k];
      }
      t.last = kept + count;
      for (std::int64_t n = 0; n < cols;) {
        t.x = detail::parts(p.b.data() + (left + n) * p.b.col_stride());
        t.sums = sums + 2 * n * height;
        n += packs == 2 ? run_tile<2>(t, cols - n) : run_tile<1>(t, cols - n);
      }
    }
    for (std::int64_t n = 0; n < cols; ++n)
      for (std::int64_t r = 0; r < rows; ++r) {
        const T* const sum = sums + 2 * (n * height + r);
        p.c(top + r, left + n) = to_element<typename C::value_type>(
            p.epilogue(multiply(p.alpha, element(sum[0], sum[1])), top + r, left + n));
      }
  }

  /// Number c * height + r of `to` = block[r * cols + c] for r < rows, 0 for the other r < height.
  [[gnu::noinline]] static void transpose_block(const element* block, std::int64_t rows, std::int64_t cols,
                                                T* to, std::int64_t height) {
    for (std::int64_t c = 0; c < cols; ++c)
      for (std::int64_t r = 0; r < height; ++r, to += 2) {
        const T* const from = detail::parts(block + r * cols + c);
        to[0] = r < rows ? from[0] : T{};
        to[1] = r < rows ? from[1] : T{};
      }
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
