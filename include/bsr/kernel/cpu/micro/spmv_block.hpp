// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMV at the speed at which the blocks arrive from memory.
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/blocksize.hpp"
#include "bsr/kernel/cpu/micro/spmv_finish.hpp"
#include "bsr/kernel/cpu/micro/spmv_generic.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/masked_view.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

constexpr bool is_power_of_two(int n) { return n > 0 && (n & (n - 1)) == 0; }
constexpr int ceil_divide(int a, int b) { return (a + b - 1) / b; }

/// The sums over groups of Width lanes of N packs, in order: to[0], to[1], ... N and Width are powers of two.
template <int Width, int N, class P>
BSR_INLINE void sum_groups(const P (&packs)[N], int count, typename P::value_type* to) {
  if constexpr (Width == 1) {
    BSR_UNROLL
    for (int n = 0; n < N; ++n) {
      const int rest = count - n * P::size;
      if (rest > 0) packs[n].store(to + n * P::size, rest < P::size ? rest : P::size);
    }
  } else if constexpr (N == 1) {
    const P half[1] = {P::pair_sums(packs[0], packs[0])};
    sum_groups<Width / 2>(half, count, to);
  } else {
    P half[N / 2];
    BSR_UNROLL
    for (int n = 0; n < N / 2; ++n) half[n] = P::pair_sums(packs[2 * n], packs[2 * n + 1]);
    sum_groups<Width / 2>(half, count, to);
  }
}

/// A range of block rows times x, without alpha and epilogue.
template <class T, class TA, class Index>
struct spmv_range {
  const TA* data;
  const Index* indices;
  const Index* indptr;
  const T* x;
  std::int64_t rows, cols;  ///< of a block
  block_mask mask = {};     ///< of a masked matrix

  BSR_INLINE bool kept(std::int64_t k) const { return mask.keeps(k, indices[k]); }
};

/// Blocks of one element: nothing to gain from packs, whose elements of x would be loaded one by one.
template <class T>
struct spmv_single {
  template <class TA, class Index>
  BSR_INLINE static void run(const spmv_range<T, TA, Index>& g, std::int64_t begin, std::int64_t end,
                             T* sums) {
    T total[4] = {};
    std::int64_t k = begin;
    for (; k + 4 <= end; k += 4) {
      __builtin_prefetch(g.data + k + spmv_distance<TA>);
      BSR_UNROLL
      for (int n = 0; n < 4; ++n) accumulate(total[n], g, k + n);
    }
    for (; k < end; ++k) accumulate(total[0], g, k);
    *sums = add(add(total[0], total[1]), add(total[2], total[3]));
  }

 private:
  template <class TA, class Index>
  BSR_INLINE static void accumulate(T& sum, const spmv_range<T, TA, Index>& g, std::int64_t k) {
    sum = add(sum, multiply(static_cast<T>(g.data[k]), g.x[g.indices[k]]));
  }
};

/// Blocks of which several fill one pack: 2x2.
template <int R, int C, class T>
struct spmv_grouped {
  using P = pack<T>;
  static constexpr int size = R * C, group = P::size / size;
  static constexpr bool fits = is_power_of_two(size) && size * 2 <= P::size;

  template <class TA, class Index>
  BSR_INLINE static void run(const spmv_range<T, TA, Index>& g, std::int64_t begin, std::int64_t end,
                             T* sums) {
    P total[2] = {P::zero(), P::zero()};
    std::int64_t k = begin;
    for (; k + 2 * group <= end; k += 2 * group) {
      __builtin_prefetch(g.data + k * size + spmv_distance<TA>);
      __builtin_prefetch(g.data + (k + group) * size + spmv_distance<TA>);
      total[0] = fma(P::load_from(g.data + k * size), elements<0, group>(g, k), total[0]);
      total[1] = fma(P::load_from(g.data + (k + group) * size), elements<0, group>(g, k + group), total[1]);
    }
    if (k + group <= end) {
      total[0] = fma(P::load_from(g.data + k * size), elements<0, group>(g, k), total[0]);
      k += group;
    }
    const auto mask = P::first(size);
    for (; k < end; ++k)
      total[1] = fma(P::load_from(g.data + k * size, mask), P::select(mask, elements<0, 1>(g, k)), total[1]);
    T lanes[P::size];
    (total[0] + total[1]).store(lanes);
    BSR_UNROLL
    for (int r = 0; r < R; ++r) {
      T sum{};
      BSR_UNROLL
      for (int b = 0; b < group; ++b) {
        BSR_UNROLL
        for (int c = 0; c < C; ++c) sum = add(sum, lanes[b * size + r * C + c]);
      }
      sums[r] = sum;
    }
  }

 private:
  /// Lane l is element l % C of x's part for block k + l / size, for the blocks [k + First, k + First +
  /// Count).
  template <int First, int Count, class TA, class Index>
  BSR_INLINE static P elements(const spmv_range<T, TA, Index>& g, std::int64_t k) {
    if constexpr (Count == 1)
      return P::template load_repeated<C>(g.x + static_cast<std::int64_t>(g.indices[k + First]) * C);
    else
      return P::shuffle(elements<First, Count / 2>(g, k), elements<First + Count / 2, Count / 2>(g, k),
                        [](int lane) { return lane < (First + Count / 2) * size ? lane : P::size + lane; });
  }
};

/// Blocks in storage order, pack after pack: a pack holds parts of several rows. Chains blocks in turn.
template <int R, int C, class T>
struct spmv_flat {
  using P = pack<T>;
  static constexpr int size = R * C, packs = ceil_divide(size, P::size);
  static constexpr bool fits = C <= P::size && (packs < R * ceil_divide(C, P::size) || packs == 1);
  static constexpr int chains = spmv_chains(packs);

  template <class TA, class Index>
  BSR_INLINE static void run(const spmv_range<T, TA, Index>& g, std::int64_t begin, std::int64_t end,
                             T* sums) {
    P total[chains][packs];
    BSR_UNROLL
    for (int n = 0; n < chains; ++n) {
      BSR_UNROLL
      for (int q = 0; q < packs; ++q) total[n][q] = P::zero();
    }
    const auto inner = P::first(C), tail = P::first(size - (packs - 1) * P::size);
    std::int64_t k = begin;
    for (; k + chains <= end; k += chains) {
      BSR_UNROLL
      for (int n = 0; n < chains; ++n) add_block(g, k + n, total[n], inner, tail);
    }
    if constexpr (chains > 1)
      for (; k < end; ++k) add_block(g, k, total[0], inner, tail);
    BSR_UNROLL
    for (int n = 1; n < chains; ++n) {
      BSR_UNROLL
      for (int q = 0; q < packs; ++q) total[0][q] = total[0][q] + total[n][q];
    }
    if constexpr (is_power_of_two(C) && is_power_of_two(packs)) {
      sum_groups<C>(total[0], R, sums);
    } else {
      T lanes[packs * P::size];
      BSR_UNROLL
      for (int q = 0; q < packs; ++q) total[0][q].store(lanes + q * P::size);
      BSR_UNROLL
      for (int r = 0; r < R; ++r) {
        T sum = lanes[r * C];
        BSR_UNROLL
        for (int c = 1; c < C; ++c) sum = add(sum, lanes[r * C + c]);
        sums[r] = sum;
      }
    }
  }

 private:
  template <class TA, class Index>
  BSR_INLINE static void add_block(const spmv_range<T, TA, Index>& g, std::int64_t k, P (&total)[packs],
                                   typename P::mask inner, typename P::mask tail) {
    const TA* const a = g.data + k * size;
    const T* const from = g.x + static_cast<std::int64_t>(g.indices[k]) * C;
    BSR_UNROLL
    for (int n = 0; n < size; n += 64 / static_cast<int>(sizeof(TA)))
      __builtin_prefetch(a + n + spmv_distance<TA>);
    P x;
    if constexpr (P::size % C == 0)
      x = P::template load_repeated<C>(from);
    else
      x = P::load(from, inner);
    add_packs(a, x, total, tail, std::make_integer_sequence<int, packs>());
  }
  template <class TA, int... Q>
  BSR_INLINE static void add_packs(const TA* a, P x, P (&total)[packs], typename P::mask tail,
                                   std::integer_sequence<int, Q...>) {
    (add_pack<Q>(a, x, total, tail), ...);
  }
  template <int Q, class TA>
  BSR_INLINE static void add_pack(const TA* a, P x, P (&total)[packs], typename P::mask tail) {
    constexpr bool full = (Q + 1) * P::size <= size;
    const P values = full ? P::load_from(a + Q * P::size) : P::load_from(a + Q * P::size, tail);
    if constexpr (P::size % C == 0)
      total[Q] = fma(values, x, total[Q]);
    else
      total[Q] = fma(values, P::shuffle(x, x, [](int lane) { return (Q * P::size + lane) % C; }), total[Q]);
  }
};

/// Rows of a block one by one, the last pack of a row masked. Cols = 0: known at run time.
template <int Rows, int Cols, class T>
struct spmv_by_row {
  using P = pack<T>;

  /// Rows [first_row, first_row + Rows) of the blocks [begin, end), if Masked of those that are kept.
  template <bool Masked = false, class TA, class Index>
  BSR_INLINE static void run(const spmv_range<T, TA, Index>& g, std::int64_t begin, std::int64_t end,
                             std::int64_t first_row, T* sums) {
    constexpr int padded_rows = Rows <= 1 ? 1 : Rows <= 2 ? 2 : Rows <= 4 ? 4 : Rows <= 8 ? 8 : 16;
    P total[padded_rows];
    BSR_UNROLL
    for (int r = 0; r < padded_rows; ++r) total[r] = P::zero();
    const std::int64_t cols = Cols == 0 ? g.cols : Cols, size = g.rows * cols,
                       whole = cols / P::size * P::size;
    const auto tail = P::first(static_cast<int>(cols - whole));
    const TA* a = g.data;
    if (begin < end) a += begin * size + first_row * cols;
    for (std::int64_t k = begin; k < end; ++k, a += size) {
      if constexpr (Masked)
        if (!g.kept(k)) continue;
      const T* const x = g.x + static_cast<std::int64_t>(g.indices[k]) * cols;
      for (std::int64_t n = 0; n < Rows * cols; n += 64 / static_cast<int>(sizeof(TA)))
        __builtin_prefetch(a + n + spmv_distance<TA>);
      for (std::int64_t c = 0; c < whole; c += P::size) {
        const P v = P::load(x + c);
        BSR_UNROLL
        for (int r = 0; r < Rows; ++r) total[r] = fma(P::load_from(a + r * cols + c), v, total[r]);
      }
      if (whole < cols) {
        const P v = P::load(x + whole, tail);
        BSR_UNROLL
        for (int r = 0; r < Rows; ++r) total[r] = fma(P::load_from(a + r * cols + whole, tail), v, total[r]);
      }
    }
    sum_groups<P::size>(total, Rows, sums);
  }
};

/// The largest number of rows whose sums fit the registers.
inline constexpr int spmv_rows = vector_registers == 32 ? 16 : 8;

/// sums = the block rows [first, last) times x.
template <int R, int C, bool Masked, class T, class TA, class Index>
[[gnu::noinline]] void spmv_static(const spmv_range<T, TA, Index>& g, std::int64_t first, std::int64_t last,
                                   T* sums) {
  for (std::int64_t i = first; i < last; ++i, sums += R) {
    const std::int64_t begin = g.indptr[i], end = g.indptr[i + 1];
    if constexpr (R * C == 1 && !Masked) {
      spmv_single<T>::run(g, begin, end, sums);
    } else if constexpr (spmv_grouped<R, C, T>::fits && !Masked) {
      spmv_grouped<R, C, T>::run(g, begin, end, sums);
    } else if constexpr (spmv_flat<R, C, T>::fits && !Masked) {
      spmv_flat<R, C, T>::run(g, begin, end, sums);
    } else {
      constexpr strip_cut cut = cut_rows(R, spmv_rows);
      std::int64_t row = 0;
      for (int strip = 0; strip < cut.highest; ++strip, row += cut.height)
        spmv_by_row<cut.height, C, T>::template run<Masked>(g, begin, end, row, sums + row);
      if constexpr (cut.highest < cut.strips)
        for (; row < R; row += cut.height - 1)
          spmv_by_row<cut.height - 1, C, T>::template run<Masked>(g, begin, end, row, sums + row);
    }
  }
}
template <bool Masked, class T, class TA, class Index>
[[gnu::noinline]] void spmv_dynamic(const spmv_range<T, TA, Index>& g, std::int64_t first, std::int64_t last,
                                    T* sums) {
  for (std::int64_t i = first; i < last; ++i, sums += g.rows) {
    const std::int64_t begin = g.indptr[i], end = g.indptr[i + 1];
    std::int64_t row = 0;
    for (; row + 8 <= g.rows; row += 8)
      spmv_by_row<8, 0, T>::template run<Masked>(g, begin, end, row, sums + row);
    for (; row + 2 <= g.rows; row += 2)
      spmv_by_row<2, 0, T>::template run<Masked>(g, begin, end, row, sums + row);
    if (row < g.rows) spmv_by_row<1, 0, T>::template run<Masked>(g, begin, end, row, sums + row);
  }
}

}  // namespace detail

namespace micro {

/// y = epilogue(alpha * A * x), op none, x in one piece, blocks that end where A ends, any y.
///
/// A may be masked. Reads every block once, in storage order, with prefetch; masks what is no multiple of a
/// pack, so nothing beyond a block or beyond its part of x is read. An element's sum is formed in lanes and
/// chains that depend on the block size only.
template <class Problem>
struct spmv_block {
  static constexpr bool fits = false;
};

template <class A, class X, class Y, class Epilogue>
  requires(
      detail::has_vectors<typename X::value_type> && detail::has_vectors<typename A::value_type> &&
      std::same_as<typename X::value_type, typename spmv_problem<A, op::none, X, Y, Epilogue>::accumulator>)
struct spmv_block<spmv_problem<A, op::none, X, Y, Epilogue>> {
  using problem = spmv_problem<A, op::none, X, Y, Epilogue>;
  using T = typename problem::accumulator;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    if (p.x.stride() != 1 || p.a.is_padded() || p.a.blocksize().rows > max_rows)
      return spmv_generic<problem>::run(policy, p);
    const strip_schedule schedule(p.a.indptr().data(), p.a.block_rows(), 1);
    // In cache a thread multiplies about 20 bytes of blocks in a nanosecond.
    const int pieces = thread_count(policy, p.a.nnz() * static_cast<std::int64_t>(sizeof(T)) / 20);
    for_each_range(policy, schedule, 1, pieces, [&](int, const strip_range& range) {
      run_range(p, detail::stored_matrix(p.a), range.first.block_row, range.last.block_row);
    });
  }

 private:
  static constexpr std::int64_t max_rows = 512;

  template <class TA, int R, int C, class Index>
  static void run_range(const problem& p, const matrix_view<TA, R, C, Index>& a, std::int64_t first,
                        std::int64_t last) {
    if constexpr (R == dynamic && C == dynamic)
      if (with_static_blocks(a, spmv_list(), [&](auto view) { run_range(p, view, first, last); })) return;
    using value = std::remove_const_t<TA>;
    const dims block = a.blocksize();
    const detail::spmv_range<T, value, Index> g{a.data().data(),     a.indices().data(), a.indptr().data(),
                                                p.x.data(),          block.rows,         block.cols,
                                                detail::mask_of(p.a)};
    constexpr bool masked = is_masked_view<A>;
    T sums[max_rows];
    const std::int64_t step = max_rows / block.rows;
    for (std::int64_t i = first; i < last; i += step) {
      const std::int64_t next = last - i < step ? last : i + step;
      if constexpr (R != dynamic && C != dynamic)
        detail::spmv_static<R, C, masked>(g, i, next, sums);
      else
        detail::spmv_dynamic<masked>(g, i, next, sums);
      detail::finish_vector(p, sums, i * block.rows, (next - i) * block.rows);
    }
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
