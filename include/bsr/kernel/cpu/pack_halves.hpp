// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// float16 and bfloat16, two registers of floats at a time.
#include <concepts>

#include "bsr/base/half.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/pack.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Two packs of halves as floats, in whatever order is quickest: as they lie, or the even ones and the odd
/// ones. Masked: only the first `count` are read.
template <bool Masked, class P, class Half>
BSR_INLINE void load_two(const Half* from, int count, P& first, P& second) {
#if BSR_ISA_AVX512
  if constexpr (std::same_as<Half, bfloat16>) {
    const auto mask = static_cast<__mmask32>(count == 32 ? ~0u : (1u << count) - 1);
    const __m512i words = Masked ? _mm512_maskz_loadu_epi16(mask, from) : _mm512_loadu_si512(from);
    first = P(_mm512_castsi512_ps(_mm512_slli_epi32(words, 16)));
    second = P(_mm512_castsi512_ps(_mm512_and_si512(words, _mm512_set1_epi32(-65536))));
    return;
  }
#elif BSR_ISA_AVX2
  if constexpr (std::same_as<Half, bfloat16> && !Masked) {
    const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    first = P(_mm256_castsi256_ps(_mm256_slli_epi32(words, 16)));
    second = P(_mm256_castsi256_ps(_mm256_and_si256(words, _mm256_set1_epi32(-65536))));
    return;
  } else if constexpr (std::same_as<Half, bfloat16>) {
    Half lanes[2 * P::size] = {};
    for (int l = 0; l < count; ++l) lanes[l] = from[l];
    return load_two<false>(lanes, 2 * P::size, first, second);
  }
#endif
  if constexpr (Masked) {
    first = P::load_from(from, P::first(count < P::size ? count : P::size));
    second = P::load_from(from + P::size, P::first(count < P::size ? 0 : count - P::size));
  } else {
    first = P::load_from(from);
    second = P::load_from(from + P::size);
  }
}
/// Two packs that were loaded so become what they would be in order.
template <class Half, class P>
BSR_INLINE void order_two([[maybe_unused]] P& first, [[maybe_unused]] P& second) {
#if BSR_ISA_AVX512 || BSR_ISA_AVX2
  if constexpr (std::same_as<Half, bfloat16>) {
    const P even = first, odd = second;
    first = P::shuffle(even, odd, [](int lane) { return lane / 2 + lane % 2 * P::size; });
    second = P::shuffle(even, odd, [](int lane) { return P::size / 2 + lane / 2 + lane % 2 * P::size; });
  }
#endif
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
