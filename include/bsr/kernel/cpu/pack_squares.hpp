// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Squares of size x size elements in registers: rows become columns.
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/pack.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Exchanges rows and columns of size x size elements: afterwards lane j of rows[i] is what lane i of rows[j]
/// was. Stage s swaps the off-diagonal s x s squares.
template <class P>
BSR_INLINE void transpose_square(P (&rows)[P::size]) {
  constexpr int size = P::size;
  const auto stage = [&]<int S>(std::integral_constant<int, S>) {
    BSR_UNROLL
    for (int i = 0; i < size; ++i) {
      if ((i & S) != 0) continue;
      const P low = rows[i], high = rows[i + S];
      [&]<int... L>(std::integer_sequence<int, L...>) {
        rows[i] = P(__builtin_shufflevector(low.value(), high.value(), ((L & S) == 0 ? L : size + L - S)...));
        rows[i + S] =
            P(__builtin_shufflevector(low.value(), high.value(), ((L & S) == 0 ? L + S : size + L)...));
      }(std::make_integer_sequence<int, size>{});
    }
  };
  if constexpr (size > 1) stage(std::integral_constant<int, 1>{});
  if constexpr (size > 2) stage(std::integral_constant<int, 2>{});
  if constexpr (size > 4) stage(std::integral_constant<int, 4>{});
  if constexpr (size > 8) stage(std::integral_constant<int, 8>{});
}

/// columns[j] gets column j of size x size elements whose rows are `ld` apart; elements of type U are
/// converted.
template <class P, class U>
BSR_INLINE void load_columns(const U* from, std::int64_t ld, P (&columns)[P::size]) {
#if BSR_ISA_AVX512
  if constexpr (std::same_as<U, float> && P::size == 16) {
    // Quarters of rows go where they belong as they are loaded, so that half of the shuffles are left.
    const float* const rows[4] = {from, from + ld, from + 2 * ld, from + 3 * ld};
    const std::int64_t four = 4 * ld, twelve = 12 * ld;
    BSR_UNROLL
    for (int quarter = 0; quarter < 4; ++quarter) {
      __m512 r[4];
      BSR_UNROLL
      for (int i = 0; i < 4; ++i) {
        const float* const row = rows[i] + 4 * quarter;
        r[i] = _mm512_broadcast_f32x4(_mm_loadu_ps(row));
        r[i] = _mm512_mask_broadcast_f32x4(r[i], 0x00f0, _mm_loadu_ps(row + four));
        r[i] = _mm512_mask_broadcast_f32x4(r[i], 0x0f00, _mm_loadu_ps(row + 2 * four));
        r[i] = _mm512_mask_broadcast_f32x4(r[i], 0xf000, _mm_loadu_ps(row + twelve));
      }
      const __m512d low01 = _mm512_castps_pd(_mm512_unpacklo_ps(r[0], r[1]));
      const __m512d high01 = _mm512_castps_pd(_mm512_unpackhi_ps(r[0], r[1]));
      const __m512d low23 = _mm512_castps_pd(_mm512_unpacklo_ps(r[2], r[3]));
      const __m512d high23 = _mm512_castps_pd(_mm512_unpackhi_ps(r[2], r[3]));
      columns[4 * quarter] = P(_mm512_castpd_ps(_mm512_unpacklo_pd(low01, low23)));
      columns[4 * quarter + 1] = P(_mm512_castpd_ps(_mm512_unpackhi_pd(low01, low23)));
      columns[4 * quarter + 2] = P(_mm512_castpd_ps(_mm512_unpacklo_pd(high01, high23)));
      columns[4 * quarter + 3] = P(_mm512_castpd_ps(_mm512_unpackhi_pd(high01, high23)));
    }
    return;
  }
  if constexpr (std::same_as<U, double> && std::same_as<typename P::value_type, double>) {
    BSR_UNROLL
    for (int quarter = 0; quarter < 4; ++quarter) {
      __m512d r[2];
      BSR_UNROLL
      for (int i = 0; i < 2; ++i) {
        const double* const row = from + i * ld + 2 * quarter;
        r[i] = _mm512_broadcast_f64x2(_mm_loadu_pd(row));
        r[i] = _mm512_mask_broadcast_f64x2(r[i], 0x0c, _mm_loadu_pd(row + 2 * ld));
        r[i] = _mm512_mask_broadcast_f64x2(r[i], 0x30, _mm_loadu_pd(row + 4 * ld));
        r[i] = _mm512_mask_broadcast_f64x2(r[i], 0xc0, _mm_loadu_pd(row + 6 * ld));
      }
      columns[2 * quarter] = P(_mm512_unpacklo_pd(r[0], r[1]));
      columns[2 * quarter + 1] = P(_mm512_unpackhi_pd(r[0], r[1]));
    }
    return;
  }
#endif
  BSR_UNROLL
  for (int i = 0; i < P::size; ++i) columns[i] = P::load_from(from + i * ld);
  transpose_square(columns);
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
