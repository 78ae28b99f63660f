// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Sets of small numbers as the bits of 64-bit words, and back; elements at the places of bits.
#include <bit>
#include <cstdint>
#include <type_traits>

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

#if BSR_ISA_AVX512
/// Up to two registers of numbers, with which others are compared.
template <index Index>
class two_registers {
  static_assert(sizeof(Index) == 4 || sizeof(Index) == 8);
  static constexpr int lanes = 64 / static_cast<int>(sizeof(Index));

 public:
  static constexpr int size = 2 * lanes;

  /// The first `count` of the numbers at `from`, 0 <= count <= size.
  BSR_INLINE two_registers(const Index* from, int count)
      : first_(count < lanes ? (1u << count) - 1 : ~0u),
        second_(count <= lanes ? 0u : ~0u >> (32 - (count - lanes))) {
    if constexpr (sizeof(Index) == 4) {
      x_ = _mm512_maskz_loadu_epi32(static_cast<__mmask16>(first_), from);
      y_ = _mm512_maskz_loadu_epi32(static_cast<__mmask16>(second_), from + lanes);
    } else {
      x_ = _mm512_maskz_loadu_epi64(static_cast<__mmask8>(first_), from);
      y_ = _mm512_maskz_loadu_epi64(static_cast<__mmask8>(second_), from + lanes);
    }
  }
  /// How many of them are less than `value`.
  BSR_INLINE int count_below(Index value) const {
    unsigned x, y;
    if constexpr (sizeof(Index) == 4) {
      const __m512i all = _mm512_set1_epi32(value);
      x = _mm512_mask_cmplt_epi32_mask(static_cast<__mmask16>(first_), x_, all);
      y = _mm512_mask_cmplt_epi32_mask(static_cast<__mmask16>(second_), y_, all);
    } else {
      const __m512i all = _mm512_set1_epi64(value);
      x = _mm512_mask_cmplt_epi64_mask(static_cast<__mmask8>(first_), x_, all);
      y = _mm512_mask_cmplt_epi64_mask(static_cast<__mmask8>(second_), y_, all);
    }
    return std::popcount(x | y << lanes);
  }

 private:
  unsigned first_, second_;  // which lanes of x_ and of y_ hold numbers
  __m512i x_, y_;
};
#endif

/// So many elements behind the last one may spread() and spread_both() write, and so many are then 0 at least
/// up to the next multiple of this number.
inline constexpr int spread_slack = 16;

/// to[k] is the next of the elements at `from` where bit k is set, and 0 elsewhere, for k = 0 ... count - 1,
/// count <= 64. Reads as many elements as bits are set; no bit is set from `count` on. Writes whole sixteens.
template <class T>
BSR_INLINE void spread(std::uint64_t bits, const T* from, T* BSR_RESTRICT to, int count) {
#if BSR_ISA_AVX512
  if constexpr (std::is_trivially_copyable_v<T> && (sizeof(T) == 4 || sizeof(T) == 8)) {
    for (int k = 0; k < count; k += spread_slack, bits >>= spread_slack) {
      const auto here = static_cast<__mmask16>(bits);
      if constexpr (sizeof(T) == 4) {
        _mm512_storeu_si512(to + k, _mm512_maskz_expandloadu_epi32(here, from));
      } else {
        const auto low = static_cast<__mmask8>(here), high = static_cast<__mmask8>(here >> 8);
        const int first = std::popcount(static_cast<unsigned>(low));
        _mm512_storeu_si512(to + k, _mm512_maskz_expandloadu_epi64(low, from));
        _mm512_storeu_si512(to + k + 8, _mm512_maskz_expandloadu_epi64(high, from + first));
      }
      from += std::popcount(static_cast<unsigned>(here));
    }
    return;
  }
#endif
  for (int k = 0; k < count; k += spread_slack)
    for (int l = k; l < k + spread_slack; ++l) {
      if (l < 64 && (bits >> l & 1) != 0)
        to[l] = *from++;
      else
        to[l] = T{};
    }
}

/// The same of two lists at once, which have the same number where both have one.
template <index Index>
BSR_INLINE void spread_both(std::uint64_t bits_a, const Index* a, std::uint64_t bits_b, const Index* b,
                            Index* BSR_RESTRICT to, int count) {
#if BSR_ISA_AVX512
  if constexpr (sizeof(Index) == 4) {
    for (int k = 0; k < count; k += spread_slack, bits_a >>= spread_slack, bits_b >>= spread_slack) {
      const auto of_a = static_cast<__mmask16>(bits_a), of_b = static_cast<__mmask16>(bits_b);
      const __m512i from_a = _mm512_maskz_expandloadu_epi32(of_a, a);
      _mm512_storeu_si512(to + k, _mm512_or_si512(from_a, _mm512_maskz_expandloadu_epi32(of_b, b)));
      a += std::popcount(static_cast<unsigned>(of_a));
      b += std::popcount(static_cast<unsigned>(of_b));
    }
    return;
  }
#endif
  for (int k = 0; k < count; ++k) {
    const bool in_a = (bits_a >> k & 1) != 0, in_b = (bits_b >> k & 1) != 0;
    to[k] = in_a ? *a : *b;
    a += in_a;
    b += in_b;
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
