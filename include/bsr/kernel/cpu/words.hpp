// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Four bytes in a word: products of 8-bit integers, summed in 32 bits. What pack<T> has no name for.
#include <concepts>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/pack.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

template <class T>
inline constexpr bool is_byte = std::same_as<T, std::int8_t> || std::same_as<T, std::uint8_t>;

/// As many sums, or words of four bytes, as one vector register holds.
using word_pack = pack<std::int32_t>;

/// Whether products of bytes have instructions of their own; without them there are two of 16 bits each.
#if (BSR_ISA_AVX512 && defined(__AVX512VNNI__)) || (BSR_ISA_AVX2 && defined(__AVXVNNI__))
#define BSR_HAS_BYTE_DOTS 1
#else
#define BSR_HAS_BYTE_DOTS 0
#endif

/// sum + a0 b0 + a1 b1 + a2 b2 + a3 b3 in every lane, a the four unsigned bytes of a word, b the four signed
/// ones. Nothing saturates, sums wrap.
BSR_INLINE word_pack dot_bytes(word_pack sum, word_pack a, word_pack b) {
#if BSR_ISA_AVX512 && defined(__AVX512VNNI__)
  using native = word_pack::native;
  return word_pack(native(_mm512_dpbusd_epi32(__m512i(sum.value()), __m512i(a.value()), __m512i(b.value()))));
#elif BSR_ISA_AVX2 && defined(__AVXVNNI__)
  using native = word_pack::native;
  return word_pack(
      native(_mm256_dpbusd_avx_epi32(__m256i(sum.value()), __m256i(a.value()), __m256i(b.value()))));
#elif BSR_ISA_AVX512
  using native = word_pack::native;
  const __m512i x = __m512i(a.value()), y = __m512i(b.value());
  const __m512i even = _mm512_madd_epi16(_mm512_and_si512(x, _mm512_set1_epi16(255)),
                                         _mm512_srai_epi16(_mm512_slli_epi16(y, 8), 8));
  const __m512i odd = _mm512_madd_epi16(_mm512_srli_epi16(x, 8), _mm512_srai_epi16(y, 8));
  return word_pack(native(_mm512_add_epi32(__m512i(sum.value()), _mm512_add_epi32(even, odd))));
#elif BSR_ISA_AVX2
  using native = word_pack::native;
  const __m256i x = __m256i(a.value()), y = __m256i(b.value());
  const __m256i even = _mm256_madd_epi16(_mm256_and_si256(x, _mm256_set1_epi16(255)),
                                         _mm256_srai_epi16(_mm256_slli_epi16(y, 8), 8));
  const __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(x, 8), _mm256_srai_epi16(y, 8));
  return word_pack(native(_mm256_add_epi32(__m256i(sum.value()), _mm256_add_epi32(even, odd))));
#else
  std::int32_t s[word_pack::size], x[word_pack::size], y[word_pack::size];
  sum.store(s);
  a.store(x);
  b.store(y);
  for (int l = 0; l < word_pack::size; ++l) {
    std::uint8_t u[4];
    std::int8_t v[4];
    std::memcpy(u, &x[l], 4);
    std::memcpy(v, &y[l], 4);
    std::int32_t dot = 0;
    for (int i = 0; i < 4; ++i) dot += std::int32_t{u[i]} * v[i];
    s[l] = static_cast<std::int32_t>(static_cast<std::uint32_t>(s[l]) + static_cast<std::uint32_t>(dot));
  }
  return word_pack::load(s);
#endif
}

/// Four bytes anywhere, as a word in every lane.
template <class Byte>
BSR_INLINE word_pack broadcast_word(const Byte* from) {
  std::int32_t word;
  std::memcpy(&word, from, sizeof word);
  return word_pack::broadcast(word);
}

/// Lane l: byte l of each of four rows, `ld` apart, the one of row i in byte i of the word; every byte is
/// xored with that of `flip`. Reads the first `count` bytes of the rows below `rows`; the others are 0 before
/// they are flipped.
template <class Byte>
BSR_INLINE word_pack interleave_bytes(const Byte* from, std::int64_t ld, int rows, int count,
                                      std::uint8_t flip) {
  constexpr int size = word_pack::size;
#if BSR_ISA_AVX512 && defined(__AVX512VBMI2__)
  if (rows == 4) {
    __m512i all;
    if (count == size) {
      const auto part = [&](int row) {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + row * ld));
      };
      all = _mm512_castsi128_si512(part(0));
      all = _mm512_mask_broadcast_i32x4(all, 0x00f0, part(1));
      all = _mm512_mask_broadcast_i32x4(all, 0x0f00, part(2));
      all = _mm512_mask_broadcast_i32x4(all, 0xf000, part(3));
    } else {
      const auto mask = static_cast<__mmask16>((1u << count) - 1);
      const auto part = [&](int row) { return _mm_maskz_loadu_epi8(mask, from + row * ld); };
      all = _mm512_zextsi128_si512(part(0));
      all = _mm512_inserti32x4(all, part(1), 1);
      all = _mm512_inserti32x4(all, part(2), 2);
      all = _mm512_inserti32x4(all, part(3), 3);
    }
    // Byte 4 l + i is byte l of row i: 16 i + l.
    const __m512i steps = _mm512_set_epi32(
        0x3f2f1f0f, 0x3e2e1e0e, 0x3d2d1d0d, 0x3c2c1c0c, 0x3b2b1b0b, 0x3a2a1a0a, 0x39291909, 0x38281808,
        0x37271707, 0x36261606, 0x35251505, 0x34241404, 0x33231303, 0x32221202, 0x31211101, 0x30201000);
    all = _mm512_permutexvar_epi8(steps, all);
    return word_pack(word_pack::native(_mm512_xor_si512(all, _mm512_set1_epi8(static_cast<char>(flip)))));
  }
#endif
  std::uint8_t bytes[4 * size];
  for (int l = 0; l < size; ++l)
    for (int i = 0; i < 4; ++i)
      bytes[4 * l + i] = static_cast<std::uint8_t>((l < count && i < rows ? from[i * ld + l] : 0) ^ flip);
  std::int32_t words[size];
  std::memcpy(words, bytes, sizeof bytes);
  return word_pack::load(words);
}

/// sums + the bytes from `from` on, four to a lane; so many words are read, at most one pack.
template <class Byte>
BSR_INLINE word_pack add_bytes(word_pack sums, const Byte* from, int words) {
  using bytes = pack<Byte>;
  static_assert(sizeof(bytes) == sizeof(word_pack));
  const bytes all = words == word_pack::size ? bytes::load(from) : bytes::load(from, 4 * words);
  word_pack::native four;
  const auto value = all.value();
  std::memcpy(&four, &value, sizeof four);
  const word_pack ones = word_pack::broadcast(0x01010101);
  return std::is_signed_v<Byte> ? dot_bytes(sums, ones, word_pack(four))
                                : dot_bytes(sums, word_pack(four), ones);
}

/// to[r] = the sum of row r of so many blocks, `block` bytes apart, of which `rows` rows of `cols` bytes lie
/// one after the other; cols is a multiple of four.
template <class Byte>
[[gnu::noinline]] void sum_rows(const Byte* from, std::int64_t block, std::int64_t blocks, int rows,
                                std::int64_t cols, std::int32_t* to) {
  const std::int64_t words = rows * (cols / 4);
  for (int r = 0; r < rows; ++r) to[r] = 0;
  std::int64_t column = 0;
  for (std::int64_t j = 0; j < words; j += word_pack::size) {
    const int n = words - j < word_pack::size ? static_cast<int>(words - j) : word_pack::size;
    word_pack sums = word_pack::zero();
    for (std::int64_t k = 0; k < blocks; ++k) sums = add_bytes(sums, from + k * block + 4 * j, n);
    std::int32_t lanes[word_pack::size];
    sums.store(lanes);
    for (int l = 0; l < n; ++l) {
      *to += lanes[l];
      if (++column == cols / 4) ++to, column = 0;
    }
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
