// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// part_pack<T, N>: N elements, half or a quarter of a register.
#include <concepts>
#include <cstring>
#include <utility>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/pack.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Whether N elements of T fill half or a quarter of a register, and there are instructions for such a part.
template <class T, int N>
inline constexpr bool has_part_pack =
    (BSR_ISA_AVX512 || BSR_ISA_AVX2) && has_xsimd<T> && N * static_cast<int>(sizeof(T)) < vector_bytes &&
    (N * sizeof(T) == 16 || N * sizeof(T) == 32);

/// N elements of float or double, a part of a register: what a small block needs, no more. As pack.
template <class T, int N>
class part_pack {
  typedef T native __attribute__((vector_size(N * sizeof(T))));

 public:
  using value_type = T;
  static constexpr int size = N;
  static constexpr bool masks_are_free = false;

  part_pack() = default;
  BSR_INLINE explicit part_pack(native v) : v_(v) {}
  BSR_INLINE static part_pack broadcast(T value) { return part_pack(value - native{}); }
  BSR_INLINE static part_pack load(const T* from) {
    part_pack p;
    std::memcpy(&p.v_, from, sizeof(native));
    return p;
  }
  BSR_INLINE void store(T* to) const { std::memcpy(to, &v_, sizeof(native)); }
  /// The first Count elements.
  template <int Count>
  BSR_INLINE void store_first(T* to) const {
    std::memcpy(to, &v_, Count * sizeof(T));
  }
  /// The same Count elements again and again. Reads those.
  template <int Count>
  BSR_INLINE static part_pack load_repeated(const T* from) {
    static_assert(N % Count == 0);
    if constexpr (Count == N) {
      return load(from);
    } else if constexpr (Count == 1) {
      return broadcast(*from);
    } else {
#if BSR_ISA_AVX512 || BSR_ISA_AVX2
      if constexpr (Count * sizeof(T) == 16)
        return part_pack(
            native(_mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)))));
#endif
      part_pack few;
      for (int l = 0; l < N; ++l) few.v_[l] = from[l % Count];
      return few;
    }
  }
  template <class F>
  BSR_INLINE static part_pack shuffle(part_pack a, part_pack b, F index) {
    return shuffle(a, b, index, std::make_integer_sequence<int, N>());
  }
  BSR_INLINE friend part_pack operator*(part_pack a, part_pack b) { return part_pack(a.v_ * b.v_); }
  BSR_INLINE friend part_pack fma(part_pack a, part_pack b, part_pack c) {
#if BSR_ISA_AVX512 || BSR_ISA_AVX2
    if constexpr (std::same_as<T, float> && sizeof(native) == 16)
      return part_pack(native(_mm_fmadd_ps(__m128(a.v_), __m128(b.v_), __m128(c.v_))));
    else if constexpr (std::same_as<T, double> && sizeof(native) == 16)
      return part_pack(native(_mm_fmadd_pd(__m128d(a.v_), __m128d(b.v_), __m128d(c.v_))));
    else if constexpr (std::same_as<T, float> && sizeof(native) == 32)
      return part_pack(native(_mm256_fmadd_ps(__m256(a.v_), __m256(b.v_), __m256(c.v_))));
    else if constexpr (std::same_as<T, double> && sizeof(native) == 32)
      return part_pack(native(_mm256_fmadd_pd(__m256d(a.v_), __m256d(b.v_), __m256d(c.v_))));
    else
#endif
      return part_pack(a.v_ * b.v_ + c.v_);
  }

 private:
  template <class F, int... Lane>
  BSR_INLINE static part_pack shuffle(part_pack a, part_pack b, F index,
                                      std::integer_sequence<int, Lane...>) {
    (void)index;
    return part_pack(native(__builtin_shufflevector(a.v_, b.v_, F()(Lane)...)));
  }
  native v_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
