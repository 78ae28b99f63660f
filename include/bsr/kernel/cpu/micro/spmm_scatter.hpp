// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM with the transposed matrix: every block adds its part to rows of C, which is where the sums are kept.
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/micro/rank_one.hpp"
#include "bsr/kernel/cpu/micro/spmm_generic.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/masked_view.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/storage/alias.hpp"

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
  typename pack<T>::mask mask;
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

/// One tile of at most 8 rows and 3 packs, `lanes_used` lanes in all; returns the number of rows taken.
template <class T>
BSR_INLINE int update_rows(update_tile<T>& t, std::int64_t rows, int lanes_used) {
  using P = pack<T>;
  const int packs = (lanes_used + P::size - 1) / P::size;
  const bool masked = lanes_used % P::size != 0;
  const auto pick = [&]<int Packs>(std::integral_constant<int, Packs>) {
    const auto run = [&]<int Rows>(std::integral_constant<int, Rows>) {
      masked ? update_sums<Rows, Packs, true>(t) : update_sums<Rows, Packs, false>(t);
      return Rows;
    };
    if (rows >= 8) return run(std::integral_constant<int, 8>{});
    if (rows >= 4) return run(std::integral_constant<int, 4>{});
    if (rows >= 2) return run(std::integral_constant<int, 2>{});
    return run(std::integral_constant<int, 1>{});
  };
  t.mask = P::first(lanes_used - (packs - 1) * P::size);
  return packs == 1   ? pick(std::integral_constant<int, 1>{})
         : packs == 2 ? pick(std::integral_constant<int, 2>{})
                      : pick(std::integral_constant<int, 3>{});
}

/// Sums that are kept in C start from the first addend, so it need not be read again; what else an epilogue
/// does comes when the sums are complete. `keeps_apart`: none of that reads C.
template <class E>
struct split_epilogue {
  using rest_type = E;
  static constexpr bool has_seed = false;
  static const E& rest(const E& e) { return e; }
};
template <class View, class S>
struct split_epilogue<add_dense<View, S>> {
  using rest_type = no_epilogue;
  static constexpr bool has_seed = true;
  static const add_dense<View, S>& seed(const add_dense<View, S>& e) { return e; }
  static no_epilogue rest(const add_dense<View, S>&) { return {}; }
};
template <class F, class G>
struct split_epilogue<then<F, G>> {
  using inner = split_epilogue<F>;
  using rest_type = decltype(compose(inner::rest(std::declval<const F&>()), std::declval<const G&>()));
  static constexpr bool has_seed = inner::has_seed;
  static const auto& seed(const then<F, G>& e)
    requires has_seed
  {
    return inner::seed(e.f);
  }
  static rest_type rest(const then<F, G>& e) { return compose(inner::rest(e.f), e.g); }
};

template <class E, class C>
bool reads(const E&, const C&) {
  return false;
}
template <class View, class S, class C>
bool reads(const add_dense<View, S>& e, const C& c) {
  return same_elements(e.d, c);
}
template <class F, class G, class C>
bool reads(const then<F, G>& e, const C& c) {
  return reads(e.f, c) || reads(e.g, c);
}

}  // namespace detail

namespace micro {

/// C = epilogue(alpha * A' * B), op transpose, A masked or not, float or double throughout, B and C both by
/// rows or both by columns.
///
/// Parallel over columns of B and C, which share nothing, so no atomics and no scratch: the sums are kept in
/// C. They start from the epilogue's first addend where there is one (0 otherwise); the rest of the epilogue
/// runs over C at the end. An element's sum runs in storage order, block after block.
template <class Problem>
struct spmm_scatter {
  static constexpr bool fits = false;
};

template <class A, class B, class C, class Epilogue>
  requires(detail::has_xsimd<typename spmm_problem<A, op::transpose, B, C, Epilogue>::accumulator> &&
           std::same_as<typename A::value_type,
                        typename spmm_problem<A, op::transpose, B, C, Epilogue>::accumulator> &&
           std::same_as<typename B::value_type, typename A::value_type> &&
           std::same_as<typename C::value_type, typename A::value_type> &&
           std::same_as<typename B::layout_type, typename C::layout_type> &&
           !std::same_as<typename B::layout_type, strided>)
struct spmm_scatter<spmm_problem<A, op::transpose, B, C, Epilogue>> {
  using problem = spmm_problem<A, op::transpose, B, C, Epilogue>;
  using T = typename problem::accumulator;
  using P = pack<T>;
  using split = detail::split_epilogue<Epilogue>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    if (p.a.is_padded() || detail::reads(split::rest(p.epilogue), p.c))
      return spmm_generic<problem>::run(policy, p);
    const std::int64_t width = by_row ? 3 * P::size : 8;
    const std::int64_t least = (p.c.cols() + width - 1) / width;
    const int pieces =
        thread_count(policy, p.a.nnz() / P::size * p.c.cols() / 4 + p.c.rows() * p.c.cols() / P::size);
    // As many groups of columns for every piece: packs are whole packs, so a tile is not cut where another
    // thread begins.
    const std::int64_t units = by_row ? (p.c.cols() + P::size - 1) / P::size : p.c.cols();
    const std::int64_t wanted = (least + pieces - 1) / pieces * pieces;
    const std::int64_t groups = wanted < units ? wanted : units;
    for_each_piece(policy, static_cast<int>(groups < pieces ? groups : pieces), [&](int piece) {
      const std::int64_t used = groups < pieces ? groups : pieces;
      for (std::int64_t g = share(groups, piece, used); g < share(groups, piece + 1, used); ++g) {
        const std::int64_t unit = by_row ? P::size : 1;
        const std::int64_t left = share(units, g, groups) * unit, right = share(units, g + 1, groups) * unit;
        columns(p, left, right < p.c.cols() ? right : p.c.cols());
      }
    });
  }

 private:
  static constexpr bool by_row = std::same_as<typename B::layout_type, row_major>;
  static constexpr axis along = by_row ? axis::row : axis::column;

  static void columns(const problem& p, std::int64_t left, std::int64_t right) {
    start(p, left, right);
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
          for (std::int64_t c = 0; c < block.cols; c += 3 * P::size) {
            const std::int64_t rest = block.cols - c;
            t.v = values + c;
            for (std::int64_t n = left; n < right;) {
              t.s = &p.b(i * block.rows, n);
              t.out = &p.c(top + c, n);
              n += detail::update_rows(t, right - n,
                                       static_cast<int>(rest < 3 * P::size ? rest : 3 * P::size));
            }
          }
        }
      }
    finish(p, left, right);
  }

  /// C = first addend or 0.
  static void start(const problem& p, std::int64_t left, std::int64_t right) {
    struct no_sum {
      T operator()(T, std::int64_t, std::int64_t) const { return T(0); }
      P pack(P, std::int64_t, std::int64_t, lanes<along>) const { return P::zero(); }
    };
    const auto visit = [&](const auto& first) {
      const std::int64_t lines = by_row ? p.c.rows() : right - left,
                         length = by_row ? right - left : p.c.rows();
      for (std::int64_t line = 0; line < lines; ++line)
        for (std::int64_t n = 0; n < length; n += P::size) {
          const std::int64_t i = by_row ? line : n, j = by_row ? left + n : left + line;
          const int count = length - n < P::size ? static_cast<int>(length - n) : P::size;
          apply_epilogue<along>(first, P::zero(), i, j, lanes<along>{count})
              .store(&p.c(i, j), P::first(count));
        }
    };
    if constexpr (split::has_seed)
      visit(split::seed(p.epilogue));
    else
      visit(no_sum{});
  }
  static void finish(const problem& p, std::int64_t left, std::int64_t right) {
    if constexpr (!std::same_as<typename split::rest_type, no_epilogue>)
      detail::sweep<along>(&p.c(0, left), p.c.ld(), p.c, split::rest(p.epilogue), 0, p.c.rows(), left,
                           right - left);
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
