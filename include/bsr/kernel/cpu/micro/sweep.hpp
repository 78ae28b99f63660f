// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The last step of a tile whose sums are in memory: epilogue, conversion to C's type, store.
#include <concepts>
#include <cstdint>

#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// sums *= alpha, rounded before anything is added.
template <int Rows, int Packs, class P>
BSR_INLINE void scale_sums(P (&sums)[Rows][Packs], typename P::value_type alpha) {
  if (alpha == typename P::value_type(1)) return;
  const P factor = P::broadcast(alpha);
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) {
      sums[r][v] = factor * sums[r][v];
      sums[r][v].pin();
    }
  }
}

/// Row r, pack v of `out` = alpha * sums[r][v]; rows are ldo elements apart. Masked: of the last pack only
/// the lanes of `mask`.
template <bool Masked, int Rows, int Packs, class P>
BSR_INLINE void store_sums(P (&sums)[Rows][Packs], typename P::value_type alpha, typename P::value_type* out,
                           std::int64_t ldo, typename P::mask mask) {
  scale_sums(sums, alpha);
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) {
      if (Masked && v == Packs - 1)
        sums[r][v].store(out + v * P::size, mask);
      else
        sums[r][v].store(out + v * P::size);
    }
    out += ldo;
  }
}

/// `count` lanes along Axis from element (i, j) of C on become epilogue(sums).
template <axis Axis, class P, class C, class Epilogue>
BSR_INLINE void store_lanes(P sums, const C& c, const Epilogue& epilogue, std::int64_t i, std::int64_t j,
                            int count) {
  using T = typename P::value_type;
  using TC = typename C::value_type;
  const std::int64_t stride = Axis == axis::row ? c.col_stride() : c.row_stride();
  const P result = apply_epilogue<Axis>(epilogue, sums, i, j, lanes<Axis>{count});
  TC* const to = &c(i, j);
  if constexpr (std::same_as<T, TC>)
    if (stride == 1) return count == P::size ? result.store(to) : result.store(to, count);
  if constexpr (std::same_as<T, float> && storage_detail::is_half<TC>)
    if (stride == 1) return result.store_to(to, P::first(count));
  T lane[P::size];
  result.store(lane);
  for (int l = 0; l < count; ++l) to[l * stride] = to_element<TC>(lane[l]);
}

/// Element (i, j) = epilogue(sums, i, j) for rows x cols elements of C from (top, left) on. `sums` holds them
/// one lane after the other along Axis (axis::row: row after row), ld elements apart, and need not be other
/// memory than C.
template <axis Axis, class T, class C, class Epilogue>
[[gnu::noinline]] void sweep(const T* sums, std::int64_t ld, C c, Epilogue epilogue, std::int64_t top,
                             std::int64_t rows, std::int64_t left, std::int64_t cols) {
  using P = pack<T>;
  constexpr bool by_row = Axis == axis::row;
  const std::int64_t lines = by_row ? rows : cols, length = by_row ? cols : rows;
  for (std::int64_t line = 0; line < lines; ++line, sums += ld) {
    std::int64_t i = by_row ? top + line : top, j = by_row ? left : left + line, n = 0;
    std::int64_t& along = by_row ? j : i;
    for (; n + P::size <= length; n += P::size, along += P::size)
      store_lanes<Axis>(P::load(sums + n), c, epilogue, i, j, P::size);
    if (n == length) continue;
    const int count = static_cast<int>(length - n);
    store_lanes<Axis>(P::load(sums + n, count), c, epilogue, i, j, count);
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
