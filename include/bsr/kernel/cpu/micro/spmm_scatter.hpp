// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM with the transposed matrix: every block adds its part to rows of C, which is where the sums are kept.
#include <complex>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/policy.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/kernel/cpu/micro/complex_lanes.hpp"
#include "bsr/kernel/cpu/micro/kept_sums.hpp"
#include "bsr/kernel/cpu/micro/rank_one.hpp"
#include "bsr/kernel/cpu/micro/spmm_generic.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/masked_view.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// out[r][v] += alpha * sum over d < depth of s[r * s_row + d * s_step] * v[d * v_step].
template <class T>
struct update_tile {
  const T* s;
  std::int64_t s_row;
  std::int64_t s_step;
  const T* v;
  std::int64_t v_step;
  std::int64_t depth;
  T* out;
  std::int64_t ldo;
  T alpha;
  typename parts_pack<T>::mask mask;
};

template <int Rows, int Packs, bool Masked, class T>
[[gnu::noinline]] void update_sums(const update_tile<T>& t) {
  using P = pack<T>;
  P sums[Rows][Packs];
  clear(sums);
  const T* s = t.s;
  const T* v = t.v;
  const std::int64_t s_row = t.s_row, s_step = t.s_step, v_step = t.v_step;
  const auto mask = t.mask;
  for (std::int64_t d = t.depth; d > 0; --d, s += s_step, v += v_step)
    rank_one_update<Masked, false>(sums, s, s_row, v, v, mask);
  const P alpha = P::broadcast(t.alpha);
  T* out = t.out;
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r, out += t.ldo) {
    BSR_UNROLL
    for (int p = 0; p < Packs; ++p) {
      T* const to = out + p * P::size;
      if (Masked && p == Packs - 1)
        fma(alpha, sums[r][p], P::load(to, mask)).store(to, mask);
      else
        fma(alpha, sums[r][p], P::load(to)).store(to);
    }
  }
}

template <int Rows, int Packs, bool Masked, class T>
[[gnu::noinline]] void update_sums(const update_tile<std::complex<T>>& t) {
  using P = pack<T>;
  P re[Rows][Packs], im[Rows][Packs], row[Packs];
  clear(re);
  clear(im);
  const T* s = parts(t.s);
  const T* v = parts(t.v);
  const std::int64_t s_row = 2 * t.s_row, s_step = 2 * t.s_step, v_step = 2 * t.v_step;
  const auto mask = t.mask;
  for (std::int64_t d = t.depth; d > 0; --d, s += s_step, v += v_step) {
    load_panel<Masked>(row, v, mask);
    complex_update(re, im, s, s_row, row);
  }
  const P alpha = P::broadcast(t.alpha.real()), alpha_i = P::broadcast(t.alpha.imag());
  T* out = parts(t.out);
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r, out += 2 * t.ldo) {
    load_panel<Masked>(row, out, mask);
    BSR_UNROLL
    for (int p = 0; p < Packs; ++p) {
      const P sum = re[r][p] + times_i(im[r][p]);
      row[p] = fma(alpha, sum, row[p]);
      if (t.alpha.imag() != T(0)) row[p] = fma(alpha_i, times_i(sum), row[p]);
    }
    store_panel<Masked>(row, out, mask);
  }
}

/// One tile of at most 8 rows (of complex numbers half as many as have sums in registers) and 3 packs of
/// `used` elements in all; returns the number of rows taken.
template <class T>
BSR_INLINE int update_rows(update_tile<T>& t, std::int64_t rows, int used) {
  using P = parts_pack<T>;
  constexpr int tallest = parts_of<T>::count == 1 ? 8 : vector_registers == 32 ? 4 : 2;
  const int lanes_used = used * parts_of<T>::count;
  const int packs = (lanes_used + P::size - 1) / P::size;
  const bool masked = lanes_used % P::size != 0;
  const auto pick = [&]<int Packs>(std::integral_constant<int, Packs>) {
    const auto run = [&]<int Rows>(std::integral_constant<int, Rows>) {
      masked ? update_sums<Rows, Packs, true>(t) : update_sums<Rows, Packs, false>(t);
      return Rows;
    };
    if constexpr (tallest >= 8)
      if (rows >= 8) return run(std::integral_constant<int, 8>{});
    if constexpr (tallest >= 4)
      if (rows >= 4) return run(std::integral_constant<int, 4>{});
    if (rows >= 2) return run(std::integral_constant<int, 2>{});
    return run(std::integral_constant<int, 1>{});
  };
  t.mask = P::first(lanes_used - (packs - 1) * P::size);
  return packs == 1   ? pick(std::integral_constant<int, 1>{})
         : packs == 2 ? pick(std::integral_constant<int, 2>{})
                      : pick(std::integral_constant<int, 3>{});
}

}  // namespace detail

namespace micro {

/// C = epilogue(alpha * A' * B), op transpose, A masked or not, float or double throughout or their complex
/// types, B and C both by rows or both by columns.
///
/// Parallel over columns of B and C, which share nothing, so no atomics and no scratch: the sums are kept in
/// C. They start from the epilogue's first addend where there is one (0 otherwise); the rest of the epilogue
/// runs over C at the end. An element's sum runs in storage order, block after block.
template <class Problem>
struct spmm_scatter {
  static constexpr bool fits = false;
};

template <class A, class B, class C, class Epilogue>
  requires(detail::has_xsimd<typename detail::parts_of<
               typename spmm_problem<A, op::transpose, B, C, Epilogue>::accumulator>::type> &&
           std::same_as<typename A::value_type,
                        typename spmm_problem<A, op::transpose, B, C, Epilogue>::accumulator> &&
           std::same_as<typename B::value_type, typename A::value_type> &&
           std::same_as<typename C::value_type, typename A::value_type> &&
           std::same_as<typename B::layout_type, typename C::layout_type> &&
           !std::same_as<typename B::layout_type, strided>)
struct spmm_scatter<spmm_problem<A, op::transpose, B, C, Epilogue>> {
  using problem = spmm_problem<A, op::transpose, B, C, Epilogue>;
  using T = typename problem::accumulator;
  using split = detail::split_epilogue<Epilogue>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    if (p.a.is_padded() || detail::reads(split::rest(p.epilogue), p.c))
      return spmm_generic<problem>::run(policy, p);
    const std::int64_t width = by_row ? 3 * size : 8;
    const std::int64_t least = (p.c.cols() + width - 1) / width;
    const int pieces =
        thread_count(policy, p.a.nnz() / size * p.c.cols() / 4 + p.c.rows() * p.c.cols() / size);
    // As many groups of columns for every piece: packs are whole packs, so a tile is not cut where another
    // thread begins.
    const std::int64_t units = by_row ? (p.c.cols() + size - 1) / size : p.c.cols();
    const std::int64_t wanted = (least + pieces - 1) / pieces * pieces;
    const std::int64_t groups = wanted < units ? wanted : units;
    for_each_piece(policy, static_cast<int>(groups < pieces ? groups : pieces), [&](int piece) {
      const std::int64_t used = groups < pieces ? groups : pieces;
      for (std::int64_t g = share(groups, piece, used); g < share(groups, piece + 1, used); ++g) {
        const std::int64_t unit = by_row ? size : 1;
        const std::int64_t left = share(units, g, groups) * unit, right = share(units, g + 1, groups) * unit;
        columns(p, left, right < p.c.cols() ? right : p.c.cols());
      }
    });
  }

 private:
  static constexpr bool by_row = std::same_as<typename B::layout_type, row_major>;
  static constexpr std::int64_t size = detail::elements_of_pack<T>;
  static constexpr axis along = by_row ? axis::row : axis::column;

  static void columns(const problem& p, std::int64_t left, std::int64_t right) {
    detail::start_sums<along>(p.c, p.epilogue, left, right);
    const dims block = p.a.blocksize();
    detail::update_tile<T> t;
    t.depth = block.rows;
    t.alpha = p.alpha;
    t.ldo = p.c.ld();
    t.s_step = by_row ? block.cols : 1;
    t.s_row = by_row ? 1 : p.b.ld();
    t.v_step = by_row ? p.b.ld() : block.cols;
    const auto* const indptr = p.a.indptr().data();
    const auto* const indices = p.a.indices().data();
    for (std::int64_t i = 0; i < p.a.block_rows(); ++i)
      for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
        if (!detail::kept(p.a, k)) continue;
        const T* const values = p.a.data().data() + k * block.rows * block.cols;
        const std::int64_t top = static_cast<std::int64_t>(indices[k]) * block.cols;
        if constexpr (by_row) {
          // Rows of the tile: columns of the block. Lanes: columns of B.
          t.v = &p.b(i * block.rows, left);
          for (std::int64_t c = 0; c < block.cols;) {
            t.s = values + c;
            t.out = &p.c(top + c, left);
            c += detail::update_rows(t, block.cols - c, static_cast<int>(right - left));
          }
        } else {
          // Rows of the tile: columns of B. Lanes: columns of the block.
          for (std::int64_t c = 0; c < block.cols; c += 3 * size) {
            const std::int64_t rest = block.cols - c;
            t.v = values + c;
            for (std::int64_t n = left; n < right;) {
              t.s = &p.b(i * block.rows, n);
              t.out = &p.c(top + c, n);
              n += detail::update_rows(t, right - n, static_cast<int>(rest < 3 * size ? rest : 3 * size));
            }
          }
        }
      }
    detail::finish_sums<along>(p.c, p.epilogue, left, right);
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
