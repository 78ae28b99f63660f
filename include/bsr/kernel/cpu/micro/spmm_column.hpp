// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM with columns of B and C that lie in one piece, which is y = x * transpose(w) with NumPy's layout: a
// linear layer.
#include <concepts>
#include <cstddef>
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/micro/lanes_tile.hpp"
#include "bsr/kernel/cpu/micro/spmm_generic.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/pack_squares.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/masked_view.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// to[c * ld + r] = block[r * cols + c] for `rows` rows of a block; the rows up to ld become zero.
template <class T>
[[gnu::noinline]] void transpose_block(const T* block, int rows, std::int64_t cols, T* to, int ld) {
  using P = pack<T>;
  if (cols < P::size / 2 || rows < P::size / 4) {
    for (std::int64_t c = 0; c < cols; ++c) {
      for (int r = 0; r < rows; ++r) to[c * ld + r] = block[r * cols + c];
      for (int r = rows; r < ld; ++r) to[c * ld + r] = T(0);
    }
    return;
  }
  for (int top = 0; top < ld; top += P::size)
    for (std::int64_t left = 0; left < cols; left += P::size) {
      const int width = cols - left < P::size ? static_cast<int>(cols - left) : P::size;
      const auto mask = P::first(width);
      P square[P::size];
      if (width == P::size && top + P::size <= rows) {
        load_columns(block + top * cols + left, cols, square);
      } else {
        BSR_UNROLL
        for (int r = 0; r < P::size; ++r)
          square[r] = top + r >= rows ? P::zero() : P::load(block + (top + r) * cols + left, mask);
        transpose_square(square);
      }
      BSR_UNROLL
      for (int c = 0; c < P::size; ++c)
        if (c < width) square[c].store(to + (left + c) * ld + top);
    }
}

}  // namespace detail

namespace micro {

/// C = epilogue(alpha * A * B), op none, A masked or not, columns of B in one piece, float or double
/// throughout, any block size, any C.
///
/// Strips of up to two packs of rows of a block row x groups of columns of B. The blocks of a strip are
/// transposed into 40 KiB of the stack, as many as fit, and stay there for a whole group of columns; the rows
/// lie in the lanes and the elements of B are broadcast. Sums of a group are kept on the stack between two
/// such chunks. An element's sum runs in storage order, one fused multiply-add after the other.
template <class Problem>
struct spmm_column {
  static constexpr bool fits = false;
};

template <class A, class B, class C, class Epilogue>
  requires(
      detail::has_xsimd<typename spmm_problem<A, op::none, B, C, Epilogue>::accumulator> &&
      std::same_as<typename A::value_type, typename spmm_problem<A, op::none, B, C, Epilogue>::accumulator> &&
      std::same_as<typename B::value_type, typename A::value_type> &&
      std::same_as<typename B::layout_type, col_major>)
struct spmm_column<spmm_problem<A, op::none, B, C, Epilogue>> {
  using problem = spmm_problem<A, op::none, B, C, Epilogue>;
  using T = typename problem::accumulator;
  using P = pack<T>;
  using index_type = typename A::index_type;
  using tile = detail::lanes_tile<T, index_type>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    const dims block = p.a.blocksize();
    if (p.a.is_padded() || block.cols * max_height > capacity) return spmm_generic<problem>::run(policy, p);
    const std::int64_t strips = (block.rows + max_height - 1) / max_height;
    const std::int64_t groups = (p.c.cols() + group_cols - 1) / group_cols;
    const strip_schedule<index_type> schedule(p.a.indptr().data(), p.a.block_rows(), strips,
                                              spmm_block_weight(block.cols));
    const int pieces =
        thread_count(policy, p.a.nnz() / P::size * p.c.cols() / 6 + p.c.rows() * p.c.cols() / P::size);
    for_each_strip_and_panel(policy, schedule, groups, pieces,
                             [&](std::int64_t block_row, std::int64_t strip, std::int64_t group) {
                               run_strip(p, block_row, strip * max_height, group * group_cols);
                             });
  }

 private:
  static constexpr bool writes_through =
      std::same_as<Epilogue, no_epilogue> && std::same_as<T, typename C::value_type>;
  static constexpr bool masked = is_masked_view<A>;
  static constexpr std::int64_t most_kept = 512;
  static constexpr int max_height = 2 * P::size;
  static constexpr int group_cols = 128 * 64 / (P::size * static_cast<int>(sizeof(T)));
  static constexpr std::int64_t capacity = 40960 / static_cast<std::int64_t>(sizeof(T));

  template <int Packs>
  static int run_tile(const tile& t, std::int64_t columns) {
    const auto kernel =
        detail::lanes_kernels<detail::broadcast_from::columns, Packs, T, index_type>::choose(columns);
    kernel.run(t);
    return kernel.taken;
  }

  /// Rows [first_row, + max_height) of a block row, columns [left, + group_cols).
  static void run_strip(const problem& p, std::int64_t block_row, std::int64_t first_row, std::int64_t left) {
    const dims block = p.a.blocksize();
    const int rows =
        static_cast<int>(block.rows - first_row < max_height ? block.rows - first_row : max_height);
    const int packs = rows > P::size ? 2 : 1, height = packs * P::size;
    const std::int64_t cols = p.c.cols() - left < group_cols ? p.c.cols() - left : group_cols;
    const std::int64_t begin = p.a.indptr()[static_cast<std::size_t>(block_row)];
    const std::int64_t end = p.a.indptr()[static_cast<std::size_t>(block_row) + 1];
    const std::int64_t top = block_row * block.rows + first_row;
    bool through = false;
    if constexpr (writes_through) through = rows == height && p.c.row_stride() == 1;
    const std::int64_t room = capacity / (block.cols * height);
    const std::int64_t fitting = masked && room > most_kept ? most_kept : room;

    alignas(64) T transposed[capacity];
    alignas(64) T sums[group_cols * max_height];
    [[maybe_unused]] index_type kept[masked ? most_kept : 1];
    tile t{};
    t.a = transposed;
    t.block = block.cols * height;
    t.cols = block.cols;
    t.ld = height;
    t.depth = p.a.cols();
    t.ldx = p.b.col_stride();
    std::int64_t k = begin;
    do {
      std::int64_t last = k;
      const auto transpose_next = [&](std::int64_t n) {
        detail::transpose_block(p.a.data().data() + (last * block.rows + first_row) * block.cols, rows,
                                block.cols, transposed + n * block.cols * height, height);
      };
      if constexpr (masked) {
        std::int64_t count = 0;
        for (; last < end && count < fitting; ++last) {
          if (!detail::kept(p.a, last)) continue;
          transpose_next(count);
          kept[count++] = p.a.indices().data()[last];
        }
        t.first = kept;
        t.last = kept + count;
      } else {
        for (; last < end && last - k < fitting; ++last) transpose_next(last - k);
        t.first = p.a.indices().data() + k;
        t.last = p.a.indices().data() + last;
      }
      const bool complete = last == end;
      const bool straight = through && complete;
      t.alpha = complete ? p.alpha : T(1);
      t.ldo = straight ? p.c.col_stride() : height;
      for (std::int64_t n = 0; n < cols;) {
        const std::int64_t rest = cols - n;
        t.x = p.b.data() + (left + n) * t.ldx;
        t.sums = k == begin ? nullptr : sums + n * height;
        t.out = sums + n * height;
        if constexpr (writes_through)
          if (straight) t.out = &p.c(top, left + n);
        n += packs == 2 ? run_tile<2>(t, rest) : run_tile<1>(t, rest);
      }
      k = last;
    } while (k < end);
    if (through) return;
    detail::sweep<axis::column>(sums, height, p.c, p.epilogue, top, rows, left, cols);
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
