// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMV with a half-stored symmetric matrix: every block is read once and multiplied twice.
#include <concepts>
#include <cstdint>
#include <cstring>
#include <utility>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/blocksize.hpp"
#include "bsr/kernel/cpu/micro/spmv_block.hpp"
#include "bsr/kernel/cpu/micro/spmv_finish.hpp"
#include "bsr/kernel/cpu/micro/symmetric_generic.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/kernel/symmetric_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// to[n] += sum[n] for the lanes [First, N), with loads and stores of exactly those: a load that overlaps a
/// masked store may have to wait until it has reached the cache.
template <int N, int First = 0, class P>
BSR_INLINE void add_lanes(typename P::value_type* to, const P& sum) {
  using T = typename P::value_type;
  if constexpr (First < N) {
    constexpr int left = N - First, count = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    if constexpr (count == 1) {
      to[First] += sum.value()[First];
    } else {
      typedef T part __attribute__((vector_size(sizeof(T) * count)));
      const part more = [&]<int... Lane>(std::integer_sequence<int, Lane...>) {
        return part(__builtin_shufflevector(sum.value(), sum.value(), (First + Lane)...));
      }(std::make_integer_sequence<int, count>());
      part all;
      std::memcpy(&all, to + First, sizeof(all));
      all += more;
      std::memcpy(to + First, &all, sizeof(all));
    }
    add_lanes<N, First + count>(to, sum);
  }
}

/// Rows of one block row: out[i] += A(i, j) x[j], and for blocks away from the diagonal out[j] += A(i, j)'
/// x[i]. Size: of a block, or 0 when it is known at run time.
template <int Rows, int Size, class T>
struct symmetric_rows {
  using P = pack<T>;

  /// Rows [first_row, first_row + Rows) of the blocks of block row i. `out` is row 0, wherever that is.
  template <class TA, class Index>
  BSR_INLINE static void run(const spmv_range<T, TA, Index>& g, std::int64_t i, std::int64_t first_row,
                             T* out) {
    constexpr int padded_rows = Rows <= 1 ? 1 : Rows <= 2 ? 2 : Rows <= 4 ? 4 : 8;
    P total[padded_rows], left[Rows];
    const std::int64_t size = Size == 0 ? g.cols : Size, whole = size / P::size * P::size, area = size * size;
    const auto tail = P::first(static_cast<int>(size - whole));
    const std::int64_t top = i * size + first_row;
    BSR_UNROLL
    for (int r = 0; r < padded_rows; ++r) total[r] = P::zero();
    BSR_UNROLL
    for (int r = 0; r < Rows; ++r) left[r] = P::broadcast(g.x[top + r]);
    const std::int64_t begin = g.indptr[i], end = g.indptr[i + 1];
    const TA* a = g.data;
    if (begin < end) a += begin * area + first_row * size;
    for (std::int64_t k = begin; k < end; ++k, a += area) {
      const std::int64_t j = g.indices[k];
      const T* const x = g.x + j * size;
      T* const to = out + j * size;
      const bool mirrored = i != j;
      for (std::int64_t n = 0; n < Rows * size; n += 64 / static_cast<int>(sizeof(TA)))
        __builtin_prefetch(a + n + spmv_distance<TA>);
      for (std::int64_t c = 0; c < whole; c += P::size) {
        const P v = P::load(x + c);
        P sum = P::zero();
        BSR_UNROLL
        for (int r = 0; r < Rows; ++r) {
          const P values = P::load_from(a + r * size + c);
          total[r] = fma(values, v, total[r]);
          sum = fma(values, left[r], sum);
        }
        if (mirrored) (P::load(to + c) + sum).store(to + c);
      }
      if (whole < size) {
        const P v = P::load(x + whole, tail);
        P sum = P::zero();
        BSR_UNROLL
        for (int r = 0; r < Rows; ++r) {
          const P values = P::load_from(a + r * size + whole, tail);
          total[r] = fma(values, v, total[r]);
          sum = fma(values, left[r], sum);
        }
        if (mirrored) {
          if constexpr (Size != 0)
            add_lanes<Size % P::size>(to + whole, sum);
          else
            (P::load(to + whole, tail) + sum).store(to + whole, tail);
        }
      }
    }
    T sums[Rows];
    sum_groups<P::size>(total, Rows, sums);
    BSR_UNROLL
    for (int r = 0; r < Rows; ++r) out[top + r] = add(out[top + r], sums[r]);
  }
};

template <int Size, class T, class TA, class Index>
[[gnu::noinline]] void symmetric_range(const spmv_range<T, TA, Index>& g, std::int64_t first,
                                       std::int64_t last, T* out) {
  for (std::int64_t i = first; i < last; ++i) {
    if constexpr (Size != 0) {
      symmetric_rows<Size, Size, T>::run(g, i, 0, out);
    } else {
      std::int64_t row = 0;
      for (; row + 8 <= g.rows; row += 8) symmetric_rows<8, 0, T>::run(g, i, row, out);
      for (; row + 2 <= g.rows; row += 2) symmetric_rows<2, 0, T>::run(g, i, row, out);
      if (row < g.rows) symmetric_rows<1, 0, T>::run(g, i, row, out);
    }
  }
}

}  // namespace detail

namespace micro {

/// y = epilogue(alpha * symmetric(A) * x) with the workspace of a plan, x in one piece, blocks that end where
/// A ends, any y.
///
/// Strips of block rows (symmetric_workspace) add to sums of their own; then an element of y is the sum of
/// the strips that reach it, in their order. Two passes, the second over vectors only.
template <class Problem>
struct spmv_symmetric {
  static constexpr bool fits = false;
};

template <class A, op Op, class X, class Y, class Epilogue>
  requires(detail::has_vectors<typename X::value_type> && detail::has_vectors<typename A::value_type> &&
           std::floating_point<typename X::value_type> &&
           std::same_as<typename X::value_type,
                        typename spmv_problem<symmetric_view<A>, Op, X, Y, Epilogue>::accumulator>)
struct spmv_symmetric<spmv_problem<symmetric_view<A>, Op, X, Y, Epilogue>> {
  using problem = spmv_problem<symmetric_view<A>, Op, X, Y, Epilogue>;
  using T = typename problem::accumulator;
  using P = pack<T>;
  static constexpr bool fits = true;

  template <class Workspace>
  static void run(const cpu& policy, Workspace& work, const problem& p) {
    if (p.x.stride() != 1 || p.a.is_padded()) return symmetric_generic<problem>::run(policy, p);
    const int asked = thread_count(policy, p.a.nnz() * static_cast<std::int64_t>(sizeof(T)) / 10);
    const int pieces = asked < work.strips() ? asked : work.strips();
    for_each_piece(policy, pieces, [&](int piece) {
      const auto last = static_cast<int>(share(work.strips(), piece + 1, pieces));
      for (auto s = static_cast<int>(share(work.strips(), piece, pieces)); s < last; ++s)
        run_strip(p, p.a.matrix(), work, s);
    });
    const std::int64_t tiles = (p.y.size() + tile - 1) / tile;
    for_each_piece(policy, pieces, [&](int piece) {
      const std::int64_t last = share(tiles, piece + 1, pieces);
      for (std::int64_t t = share(tiles, piece, pieces); t < last; ++t)
        add_up(p, work, t * tile, p.y.size() - t * tile < tile ? p.y.size() - t * tile : tile);
    });
  }

 private:
  static constexpr std::int64_t tile = 512;

  template <class Workspace, class TA, int R, int C, class Index>
  static void run_strip(const problem& p, const matrix_view<TA, R, C, Index>& a, Workspace& work, int s) {
    if constexpr (R == dynamic || C == dynamic)
      if (with_static_blocks(a, spmv_list(), [&](auto view) { run_strip(p, view, work, s); })) return;
    const auto& strip = work[s];
    const std::int64_t size = a.blocksize().rows;
    T* const sums = work.sums(s);
    const std::int64_t count = (strip.high - strip.low) * size;
    for (std::int64_t n = 0; n < count; ++n) sums[n] = T(0);
    const detail::spmv_range<T, std::remove_const_t<TA>, Index> g{
        a.data().data(), a.indices().data(), a.indptr().data(), p.x.data(), size, size};
    constexpr int known = R != dynamic && C != dynamic && R <= 8 ? R : 0;
    detail::symmetric_range<known>(g, strip.first, strip.last, sums - strip.low * size);
  }

  /// y for `count` elements from `first` on.
  template <class Workspace>
  static void add_up(const problem& p, Workspace& work, std::int64_t first, std::int64_t count) {
    T sums[tile];
    for (std::int64_t n = 0; n < count; ++n) sums[n] = T(0);
    const std::int64_t size = p.a.blocksize().rows;
    for (int s = 0; s < work.strips(); ++s) {
      const std::int64_t low = work[s].low * size - first, high = work[s].high * size - first;
      const T* const from = work.sums(s);
      const std::int64_t last = high < count ? high : count;
      for (std::int64_t n = low > 0 ? low : 0; n < last; ++n) sums[n] += from[n - low];
    }
    detail::finish_vector(p, sums, first, count);
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
