// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The tile of the SpMM kernels whose lanes are rows of A: the sums of one or two packs of rows times some
// columns of B stay in registers along the whole block row; elements of B are broadcast.
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/micro/rank_one.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/tile.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// out[n * ldo + r] = alpha * sum over blocks and their columns of a[r + c * ld] * x[k * x_step + n * ldx].
template <class T, class Index>
struct lanes_tile {
  const T* a;          ///< the strip's first row in the first of all blocks
  std::int64_t block;  ///< elements of a block
  std::int64_t cols;   ///< columns of a block
  std::int64_t ld;     ///< elements from one column of a block to the next
  const Index* first;  ///< block columns [first, last)
  const Index* last;
  const Index* from;  ///< where these blocks lie; null: one after the other from block `begin` on
  std::int64_t begin;
  std::int64_t ahead;  ///< 1 if there is a block behind the last one, else 0
  std::int64_t depth;  ///< rows of B
  const T* x;
  std::int64_t x_step;  ///< broadcast_from::rows only, else known
  std::int64_t ldx;
  T* out;
  std::int64_t ldo;
  T alpha;
  const T* sums;  ///< if not null: where the sums start from, Packs packs for each column
};

/// How the elements of B that are broadcast together lie: each in a column of B as it is stored by columns;
/// side by side in a copied panel; side by side in B, which is stored by rows.
enum class broadcast_from { columns, panel, rows };

/// sums[n][v] += x[n / Group][n % Group * ldx] * pack v of a, one fused multiply-add each; then x goes on by
/// x_step.
template <int Group, int Cols, int Packs, class P, class T, int Groups>
BSR_INLINE void lanes_step(P (&sums)[Cols][Packs], const T* (&x)[Groups], std::int64_t ldx,
                           std::int64_t x_step, const T* a) {
  P rows[Packs];
  load_panel<false>(rows, a, P::first(P::size));
  BSR_UNROLL
  for (int v = 0; v < Packs; ++v) rows[v].pin();
  BSR_UNROLL
  for (int n = 0; n < Cols; ++n) {
    const P one = P::broadcast(x[n / Group][n % Group * ldx]);
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) sums[n][v] = fma(one, rows[v], sums[n][v]);
  }
  BSR_UNROLL
  for (int g = 0; g < Groups; ++g) {
    x[g] += x_step;
    if constexpr (Groups > 1) BSR_FORGET(x[g]);
  }
  BSR_ORDER_MEMORY();
}

template <broadcast_from From, int Cols, int Packs, class T, class Index>
[[gnu::noinline]] void lanes_sums(const lanes_tile<T, Index>& t) {
  using P = pack<T>;
  constexpr bool side_by_side = From != broadcast_from::columns;
  P sums[Cols][Packs];
  BSR_UNROLL
  for (int n = 0; n < Cols; ++n) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v)
      sums[n][v] = t.sums == nullptr ? P::zero() : P::load(t.sums + (n * Packs + v) * P::size);
  }
  const std::int64_t cols = t.cols, ld = t.ld, ahead = t.ahead, ldx = side_by_side ? 1 : t.ldx;
  const std::int64_t x_step = From == broadcast_from::columns ? 1
                              : From == broadcast_from::panel ? lanes_columns(Packs, true)
                                                              : t.x_step;
  const Index* from = t.from;
  const T* a = t.a + t.begin * t.block;
  for (const Index* i = t.first; i != t.last; ++i) {
    if (from != nullptr) a = t.a + static_cast<std::int64_t>(*from++) * t.block;
    const std::int64_t top = static_cast<std::int64_t>(*i) * cols;
    // Of many columns at a distance four have one pointer: with 12 distances g++ keeps some in memory, and
    // sums as well. y = x * transpose(w), 32x32, packed, g++: 85 -> 90.
    constexpr int group = side_by_side || Cols <= 8 ? Cols : 4, groups = (Cols + group - 1) / group;
    const T* x[groups];
    BSR_UNROLL
    for (int g = 0; g < groups; ++g) x[g] = t.x + top * x_step + g * group * ldx;
    const T* next = t.x + static_cast<std::int64_t>(i[ahead]) * cols * x_step;
    const T* v = a;
    std::int64_t c = t.depth - top < cols ? t.depth - top : cols;
    for (; c >= 4; c -= 4) {
      BSR_UNROLL
      for (int u = 0; u < 4; ++u) {
        if constexpr (side_by_side) {
          __builtin_prefetch(next);
          next += x_step;
        }
        lanes_step<group>(sums, x, ldx, x_step, v);
        v += ld;
      }
    }
    for (; c > 0; --c, v += ld) lanes_step<group>(sums, x, ldx, x_step, v);
    a += t.block;
  }
  store_sums<false>(sums, t.alpha, t.out, t.ldo, P::first(P::size));
}

/// The tile for so many columns, which takes the most that it can: `taken`.
template <broadcast_from From, int Packs, class T, class Index>
struct lanes_kernels {
  struct choice {
    void (*run)(const lanes_tile<T, Index>&);
    int taken;
  };
  static constexpr int widest = lanes_columns(Packs, From != broadcast_from::columns);

  template <int Cols = widest>
  static choice choose(std::int64_t columns) {
    if constexpr (Cols > 1)
      if (columns < Cols) return choose<largest_power_below(Cols)>(columns);
    return {&lanes_sums<From, Cols, Packs, T, Index>, Cols};
  }

 private:
  static constexpr int largest_power_below(int n) {
    int power = 1;
    while (2 * power < n) power *= 2;
    return power;
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
