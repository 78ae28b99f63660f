// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The step that the SpMM kernels are made of: a tile of sums in registers takes up the product of a column
// and a row.
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/epilogue.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// sums[r][v] = 0.
template <int Rows, int Packs, class P>
BSR_INLINE void clear(P (&sums)[Rows][Packs]) {
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) sums[r][v] = P::zero();
  }
}

/// Packs packs from `from` on. Masked: of the last one only the lanes of `mask`.
template <bool Masked, int Packs, class P>
BSR_INLINE void load_panel(P (&to)[Packs], const typename P::value_type* from, typename P::mask mask) {
  BSR_UNROLL
  for (int v = 0; v < Packs; ++v)
    to[v] = Masked && v == Packs - 1 ? P::load(from + v * P::size, mask) : P::load(from + v * P::size);
}
template <bool Masked, int Packs, class P>
BSR_INLINE void store_panel(const P (&from)[Packs], typename P::value_type* to, typename P::mask mask) {
  BSR_UNROLL
  for (int v = 0; v < Packs; ++v)
    if (Masked && v == Packs - 1)
      from[v].store(to + v * P::size, mask);
    else
      from[v].store(to + v * P::size);
}

/// sums[r][v] += a[r * a_row] * b[v], one fused multiply-add each; b[v]: pack v of b, converted to the sums'
/// type. Masked: only the lanes of `mask` of the last pack of b are read. Prefetch: as many bytes from `next`
/// on as are read from b.
template <bool Masked, bool Prefetch, int Rows, int Packs, class P, class TA, class TB>
BSR_INLINE void rank_one_update(P (&sums)[Rows][Packs], const TA* a, std::int64_t a_row, const TB* b,
                                const TB* next, typename P::mask mask) {
  using T = typename P::value_type;
  P columns[Packs];
  BSR_UNROLL
  for (int v = 0; v < Packs; ++v)
    columns[v] =
        Masked && v == Packs - 1 ? P::load_from(b + v * P::size, mask) : P::load_from(b + v * P::size);
  // g++ otherwise loads them anew for every row: 3x3 blocks 54 -> 74 %. A single row takes them from memory.
  if constexpr (Rows > 1) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) columns[v].pin();
  }
  if constexpr (Prefetch) {
    BSR_UNROLL
    for (int v = 0; v < Packs * P::size * static_cast<int>(sizeof(TB)); v += 64)
      __builtin_prefetch(reinterpret_cast<const char*>(next) + v);
  }
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    const P x = P::broadcast(convert<T>(a[r * a_row]));
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) sums[r][v] = fma(x, columns[v], sums[r][v]);
  }
  // Keeps g++ from moving the loads of later columns up, which costs registers: 4x4 blocks 70 -> 90 %.
  BSR_ORDER_MEMORY();
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
