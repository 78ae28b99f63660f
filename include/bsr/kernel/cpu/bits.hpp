// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Sets of small numbers as the bits of 64-bit words, and back.
#include <bit>
#include <cstdint>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/pack.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Bit l is set where from[l] is not 0, for 64 bytes that are 0 or 1.
BSR_INLINE std::uint64_t bits_of_64(const std::uint8_t* from) {
#if BSR_ISA_AVX512
  const __m512i all = _mm512_loadu_si512(from);
  return _mm512_test_epi8_mask(all, all);
#elif BSR_ISA_AVX2
  const auto half = [](const std::uint8_t* p) {
    const __m256i ones = _mm256_slli_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)), 7);
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(ones)));
  };
  return half(from) | half(from + 32) << 32;
#else
  std::uint64_t bits = 0;
  for (int k = 0; k < 8; ++k) {
    std::uint64_t eight = 0;
    for (int l = 0; l < 8; ++l) eight |= std::uint64_t{from[8 * k + l]} << l;
    bits |= eight << 8 * k;
  }
  return bits;
#endif
}

/// So many elements behind its end do list_bits() and list_words() write at most.
inline constexpr std::int64_t list_slack = 16;

/// first + l for every bit l of `bits`, in order; returns the end. Without a branch where there are few,
/// because nobody can foresee how many.
template <index Index>
BSR_INLINE Index* list_bits(std::uint64_t bits, Index first, Index* out) {
  Index* const end = out + std::popcount(bits);
#if BSR_ISA_AVX512 && defined(__AVX512VBMI2__)
  if constexpr (sizeof(Index) == 4) {
    alignas(64) static constexpr std::uint8_t numbers[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    const __m512i found = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(numbers));
    const __m512i base = _mm512_set1_epi32(static_cast<int>(first));
    const auto store = [base](Index* to, __m128i sixteen) {
      _mm512_storeu_si512(to, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(sixteen)));
    };
    store(out, _mm512_castsi512_si128(found));
    if (end - out > 16) {
      store(out + 16, _mm512_extracti32x4_epi32(found, 1));
      if (end - out > 32) store(out + 32, _mm512_extracti32x4_epi32(found, 2));
      if (end - out > 48) store(out + 48, _mm512_extracti32x4_epi32(found, 3));
    }
    return end;
  }
#endif
  do {
    BSR_UNROLL
    for (int e = 0; e < 4; ++e) {
      out[e] = static_cast<Index>(first + std::countr_zero(bits | std::uint64_t{1} << 63));
      bits &= bits - 1;
    }
    out += 4;
  } while (out < end);
  return end;
}

/// Moves the words among words[0] ... words[n - 1] that are not 0 to `masks`, their numbers to `numbers`, and
/// leaves zeros; returns how many there are.
template <index Index>
BSR_INLINE std::int64_t list_words(std::uint64_t* BSR_RESTRICT words, std::int64_t n,
                                   Index* BSR_RESTRICT numbers, std::uint64_t* BSR_RESTRICT masks) {
  std::int64_t count = 0, w = 0;
#if BSR_ISA_AVX512
  if constexpr (sizeof(Index) == 4) {
    __m256i eight = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    for (; w + 8 <= n; w += 8) {
      const __m512i x = _mm512_loadu_si512(words + w);
      const __mmask8 used = _mm512_test_epi64_mask(x, x);
      _mm512_storeu_si512(words + w, _mm512_setzero_si512());
      _mm512_storeu_si512(masks + count, _mm512_maskz_compress_epi64(used, x));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(numbers + count),
                          _mm256_maskz_compress_epi32(used, eight));
      eight = _mm256_add_epi32(eight, _mm256_set1_epi32(8));
      count += std::popcount(static_cast<unsigned>(used));
    }
  }
#endif
  for (; w < n; ++w) {
    const std::uint64_t x = words[w];
    words[w] = 0;
    numbers[count] = static_cast<Index>(w);
    masks[count] = x;
    count += x != 0;
  }
  return count;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
