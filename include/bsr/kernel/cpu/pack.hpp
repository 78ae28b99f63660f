// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// pack<T>: as many elements as one vector register holds. The only include of xsimd, and of the compiler's
// intrinsics.
//
// Three forms, one interface:
//   arithmetic T             a vector of the compiler; float and double take the register, fma, exp and erf
//                            from xsimd
//   the same without xsimd   a vector of the compiler
//   every other T            an array, element by element: complex, bool, long double; everything under nvcc
// Raw intrinsics appear where xsimd has no word: loads and stores of the first n lanes.
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "bsr/base/half.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/erf_pieces.hpp"
#include "bsr/kernel/cpu/hints.hpp"

// g++ 12 takes the deliberately undefined operands in its own intrinsics for mistakes.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#if BSR_ISA_AVX512 || BSR_ISA_AVX2
#include <immintrin.h>
#endif
#if BSR_HAS_XSIMD
#include <xsimd/xsimd.hpp>
#endif
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// Bytes of a vector register.
#if BSR_HAS_XSIMD
inline constexpr int vector_bytes = static_cast<int>(sizeof(xsimd::batch<float>));
#elif defined(__AVX512F__)
inline constexpr int vector_bytes = 64;
#elif defined(__AVX__)
inline constexpr int vector_bytes = 32;
#else
inline constexpr int vector_bytes = 16;
#endif

/// Types of which the compiler can make vectors.
template <class T>
inline constexpr bool has_vectors =
#if defined(__CUDACC__)
    false;
#else
    std::is_arithmetic_v<T> && !std::same_as<T, bool> && sizeof(T) <= 8;
#endif

template <class T>
inline constexpr bool has_xsimd = BSR_HAS_XSIMD && (std::same_as<T, float> || std::same_as<T, double>);

/// Types that a pack of To can load and convert: pack<To>::load_from.
template <class From, class To>
inline constexpr bool loads_into =
    has_vectors<To> && (has_vectors<From> || (storage_detail::is_half<From> && std::same_as<To, float>));

/// Halves as the bits that they are.
template <class Half>
BSR_INLINE const std::uint16_t* bits_of(const Half* from) {
  static_assert(sizeof(Half) == sizeof(std::uint16_t));
  return reinterpret_cast<const std::uint16_t*>(from);
}

/// Integers wrap around in unsigned vectors.
template <class T, bool = std::is_integral_v<T>>
struct vector_element {
  using type = T;
};
template <class T>
struct vector_element<T, true> {
  using type = std::make_unsigned_t<T>;
};

template <class T>
struct native_vector {
  using element = typename vector_element<T>::type;
  typedef element type __attribute__((vector_size(vector_bytes)));
};
#if BSR_HAS_XSIMD
template <>
struct native_vector<float> {
  using type = typename xsimd::batch<float>::register_type;
};
template <>
struct native_vector<double> {
  using type = typename xsimd::batch<double>::register_type;
};
#endif

}  // namespace detail

// In a namespace of its own, because bsr::pack(plan, w) is a function.
namespace simd {

/// `size` elements of T.
///
///   load(p), store(p)        all lanes, any alignment
///   load(p, n), store(p, n)  the first n lanes, 0 <= n <= size; memory of the others is not touched, they
///                            become 0
///   load(p, mask), ...       the same with a mask made before by first(n)
///   load_from(p), ...        elements of another arithmetic type, converted
///   + - * /, fma(a, b, c)    a * b + c, rounded once where the target can
///   max_or_second(a, b)      a > b ? a : b, so NaN in b is returned
///   max_or_nan(a, b)         the larger one, and NaN if either is
///   sqrt                     correctly rounded
///   exp                      as <cmath>'s, within 2 units in the last place; may be 0 below twice the
///                            smallest normal number, and infinity above half the largest
///   erf                      as <cmath>'s, within 3 units in the last place, 80 in double
template <scalar T>
class pack {
 public:
  using value_type = T;
  static constexpr int size = sizeof(T) * 2 > 16 ? 1 : static_cast<int>(16 / sizeof(T));
  using mask = int;
  /// Whether a load with a mask costs no more than one without.
  static constexpr bool masks_are_free = false;

  pack() = default;
  BSR_INLINE static mask first(int n) { return n; }
  BSR_INLINE static pack zero() { return broadcast(T{}); }
  BSR_INLINE static pack broadcast(T value) {
    pack p;
    for (int l = 0; l < size; ++l) p.v_[l] = value;
    return p;
  }
  BSR_INLINE static pack load(const T* from) { return load(from, size); }
  BSR_INLINE static pack load(const T* from, mask n) {
    pack p;
    for (int l = 0; l < size; ++l) p.v_[l] = l < n ? from[l] : T{};
    return p;
  }
  BSR_INLINE void store(T* to) const { store(to, size); }
  BSR_INLINE void store(T* to, mask n) const {
    for (int l = 0; l < n; ++l) to[l] = v_[l];
  }

  BSR_INLINE friend pack operator+(pack a, pack b) {
    return each(a, b, [](T x, T y) { return add(x, y); });
  }
  BSR_INLINE friend pack operator-(pack a, pack b)
    requires(!std::same_as<T, bool>)
  {
    return each(a, b, [](T x, T y) { return static_cast<T>(x - y); });
  }
  BSR_INLINE friend pack operator*(pack a, pack b) {
    return each(a, b, [](T x, T y) { return multiply(x, y); });
  }
  BSR_INLINE friend pack operator/(pack a, pack b)
    requires(!std::same_as<T, bool>)
  {
    return each(a, b, [](T x, T y) { return static_cast<T>(x / y); });
  }
  BSR_INLINE friend pack fma(pack a, pack b, pack c) { return a * b + c; }
  BSR_INLINE friend pack max_or_second(pack a, pack b)
    requires(!is_complex<T>)
  {
    return each(a, b, [](T x, T y) { return x > y ? x : y; });
  }
  BSR_INLINE friend pack max_or_nan(pack a, pack b)
    requires(!is_complex<T>)
  {
    return each(a, b, [](T x, T y) { return x > y || x != x ? x : y; });
  }
  BSR_INLINE friend pack sqrt(pack a)
    requires std::floating_point<T>
  {
    return each(a, a, [](T x, T) { return std::sqrt(x); });
  }
  BSR_INLINE friend pack exp(pack a)
    requires(is_complex<T> || std::floating_point<T>)
  {
    return each(a, a, [](T x, T) { return std::exp(x); });
  }
  BSR_INLINE friend pack erf(pack a)
    requires std::floating_point<T>
  {
    return each(a, a, [](T x, T) { return std::erf(x); });
  }

 private:
  template <class F>
  BSR_INLINE static pack each(const pack& a, const pack& b, F f) {
    pack p;
    for (int l = 0; l < size; ++l) p.v_[l] = f(a.v_[l], b.v_[l]);
    return p;
  }
  T v_[size];
};

template <scalar T>
  requires detail::has_vectors<T>
class pack<T> {
 public:
  using value_type = T;
  using native = typename detail::native_vector<T>::type;
  static constexpr int size = static_cast<int>(sizeof(native) / sizeof(T));

#if BSR_ISA_AVX512
  struct mask {
    std::uint64_t bits;
    BSR_INLINE bool has(int lane) const { return (bits >> lane & 1) != 0; }
  };
  static constexpr bool masks_are_free = true;
  BSR_INLINE static mask first(int n) { return {n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1}; }
#elif BSR_ISA_AVX2
  struct mask {
    __m256i lanes;
    int count;
    BSR_INLINE bool has(int lane) const { return lane < count; }
  };
  static constexpr bool masks_are_free = false;
  BSR_INLINE static mask first(int n) {
    if constexpr (sizeof(T) == 8)
      return {_mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3)), n};
    else
      return {_mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)), n};
  }
#else
  struct mask {
    int count;
    BSR_INLINE bool has(int lane) const { return lane < count; }
  };
  static constexpr bool masks_are_free = false;
  BSR_INLINE static mask first(int n) { return {n}; }
#endif

  pack() = default;
  BSR_INLINE explicit pack(native v) : v_(v) {}
  BSR_INLINE native value() const { return v_; }

  /// Keeps the value in a register: the compiler cannot load it once more instead. No instruction.
  BSR_INLINE void pin() {
#if BSR_ISA_AVX512
    asm("" : "+v"(v_));
#elif defined(__SSE2__)
    asm("" : "+x"(v_));
#elif defined(__ARM_NEON)
    asm("" : "+w"(v_));
#endif
  }

  BSR_INLINE static pack zero() { return pack(native{}); }
  BSR_INLINE static pack broadcast(T value) {
#if BSR_HAS_XSIMD
    if constexpr (detail::has_xsimd<T>) return pack(native(xsimd::batch<T>(value)));
#endif
    using element = typename detail::vector_element<T>::type;
    return pack(static_cast<element>(value) - native{});  // plus zero would make -0.0 zero
  }
  BSR_INLINE static pack load(const T* from) {
    pack p;
    std::memcpy(&p.v_, from, sizeof(native));
    return p;
  }
  BSR_INLINE void store(T* to) const { std::memcpy(to, &v_, sizeof(native)); }
  BSR_INLINE static pack load(const T* from, int n) { return load(from, first(n)); }
  BSR_INLINE void store(T* to, int n) const { store(to, first(n)); }

  BSR_INLINE static pack load(const T* from, mask m) {
#if BSR_ISA_AVX512
    if constexpr (sizeof(T) == 8)
      return pack(native(_mm512_maskz_loadu_epi64(static_cast<__mmask8>(m.bits), from)));
    else if constexpr (sizeof(T) == 4)
      return pack(native(_mm512_maskz_loadu_epi32(static_cast<__mmask16>(m.bits), from)));
    else if constexpr (sizeof(T) == 2)
      return pack(native(_mm512_maskz_loadu_epi16(static_cast<__mmask32>(m.bits), from)));
    else
      return pack(native(_mm512_maskz_loadu_epi8(m.bits, from)));
#else
#if BSR_ISA_AVX2
    if constexpr (sizeof(T) == 8)
      return pack(native(_mm256_maskload_epi64(reinterpret_cast<const long long*>(from), m.lanes)));
    if constexpr (sizeof(T) == 4)
      return pack(native(_mm256_maskload_epi32(reinterpret_cast<const int*>(from), m.lanes)));
#endif
    pack p = zero();
    for (int l = 0; l < m.count; ++l) p.v_[l] = typename detail::vector_element<T>::type(from[l]);
    return p;
#endif
  }
  BSR_INLINE void store(T* to, mask m) const {
#if BSR_ISA_AVX512
    if constexpr (sizeof(T) == 8)
      _mm512_mask_storeu_epi64(to, static_cast<__mmask8>(m.bits), __m512i(v_));
    else if constexpr (sizeof(T) == 4)
      _mm512_mask_storeu_epi32(to, static_cast<__mmask16>(m.bits), __m512i(v_));
    else if constexpr (sizeof(T) == 2)
      _mm512_mask_storeu_epi16(to, static_cast<__mmask32>(m.bits), __m512i(v_));
    else
      _mm512_mask_storeu_epi8(to, m.bits, __m512i(v_));
#else
#if BSR_ISA_AVX2
    if constexpr (sizeof(T) == 8)
      return _mm256_maskstore_epi64(reinterpret_cast<long long*>(to), m.lanes, __m256i(v_));
    if constexpr (sizeof(T) == 4)
      return _mm256_maskstore_epi32(reinterpret_cast<int*>(to), m.lanes, __m256i(v_));
#endif
    for (int l = 0; l < m.count; ++l) to[l] = static_cast<T>(v_[l]);
#endif
  }

  template <class U>
  BSR_INLINE static pack load_from(const U* from) {
    if constexpr (std::same_as<T, U>) {
      return load(from);
    } else if constexpr (storage_detail::is_half<U>) {
      return widened(from);
#if BSR_ISA_AVX512
    } else if constexpr (std::same_as<T, double> && std::same_as<U, float> && size == 8) {
      return pack(native(_mm512_cvtps_pd(_mm256_loadu_ps(from))));  // g++ makes two halves of it
#endif
    } else {
      typedef U source __attribute__((vector_size(sizeof(U) * size)));
      source u;
      std::memcpy(&u, from, sizeof(u));
      return pack(native(__builtin_convertvector(u, native)));
    }
  }
  template <class U>
  BSR_INLINE static pack load_from(const U* from, mask m) {
    if constexpr (std::same_as<T, U>) {
      return load(from, m);
    } else {
#if BSR_ISA_AVX512
      if constexpr (storage_detail::is_half<U>)
        return widened<U>(_mm256_maskz_loadu_epi16(static_cast<__mmask16>(m.bits), from));
      else if constexpr (std::same_as<T, double> && std::same_as<U, float>)
        return pack(native(_mm512_cvtps_pd(_mm256_maskz_loadu_ps(static_cast<__mmask8>(m.bits), from))));
#elif BSR_ISA_AVX2
      if constexpr (std::same_as<T, double> && std::same_as<U, float>) {
        const __m256i halves =
            _mm256_permutevar8x32_epi32(m.lanes, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
        return pack(native(_mm256_cvtps_pd(_mm_maskload_ps(from, _mm256_castsi256_si128(halves)))));
      }
#endif
      U lanes[size] = {};
      for (int l = 0; l < size && m.has(l); ++l) lanes[l] = from[l];
      return load_from(lanes);
    }
  }

  /// Stores elements of another type: float as half, rounded to nearest, ties to even, as half's constructor
  /// does.
  template <class U>
  BSR_INLINE void store_to(U* to, mask m) const {
    if constexpr (std::same_as<T, U>) {
      store(to, m);
    } else {
      static_assert(std::same_as<T, float> && storage_detail::is_half<U>);
#if BSR_ISA_AVX512
      _mm256_mask_storeu_epi16(to, static_cast<__mmask16>(m.bits), narrowed<U>());
#else
      T lanes[size];
      store(lanes);
      for (int l = 0; l < size && m.has(l); ++l) to[l] = U(lanes[l]);
#endif
    }
  }

  /// p where the mask is set, 0 elsewhere.
  BSR_INLINE static pack select(mask m, pack p) {
#if BSR_ISA_AVX512
    if constexpr (sizeof(T) == 8)
      return pack(native(_mm512_maskz_mov_epi64(static_cast<__mmask8>(m.bits), __m512i(p.v_))));
    else if constexpr (sizeof(T) == 4)
      return pack(native(_mm512_maskz_mov_epi32(static_cast<__mmask16>(m.bits), __m512i(p.v_))));
    else
#elif BSR_ISA_AVX2
    if constexpr (sizeof(T) >= 4)
      return pack(native(_mm256_and_si256(m.lanes, __m256i(p.v_))));
    else
#endif
    {
      T lanes[size];
      p.store(lanes);
      return load(lanes, m);
    }
  }
  /// The same N elements again and again; N divides size. Reads those N.
  template <int N>
  BSR_INLINE static pack load_repeated(const T* from) {
    static_assert(size % N == 0);
    if constexpr (N == 1) return broadcast(*from);
    if constexpr (N == size) return load(from);
#if BSR_ISA_AVX512 || BSR_ISA_AVX2
    constexpr int bytes = N * static_cast<int>(sizeof(T));
    if constexpr (bytes == 8) {
      long long bits;
      std::memcpy(&bits, from, sizeof bits);
#if BSR_ISA_AVX512
      return pack(native(_mm512_set1_epi64(bits)));
#else
      return pack(native(_mm256_set1_epi64x(bits)));
#endif
    }
#if BSR_ISA_AVX512
    if constexpr (bytes == 16)
      return pack(native(_mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)))));
    if constexpr (bytes == 32)
      return pack(native(_mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)))));
#else
    if constexpr (bytes == 16)
      return pack(
          native(_mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)))));
#endif
#endif
    return shuffle(load(from, N), zero(), [](int lane) { return lane % N; });
  }

  /// Lane l becomes lane index(l) of a, or lane index(l) - size of b. index is a constexpr function without
  /// captures.
  template <class F>
  BSR_INLINE static pack shuffle(pack a, pack b, F index) {
    return shuffle(a, b, index, std::make_integer_sequence<int, size>());
  }
  /// a0 + a1, a2 + a3, ..., b0 + b1, b2 + b3, ...
  BSR_INLINE static pack pair_sums(pack a, pack b) {
    return shuffle(a, b, [](int lane) { return 2 * lane; }) +
           shuffle(a, b, [](int lane) { return 2 * lane + 1; });
  }

  BSR_INLINE friend pack operator+(pack a, pack b) { return pack(a.v_ + b.v_); }
  BSR_INLINE friend pack operator-(pack a, pack b) { return pack(a.v_ - b.v_); }
  BSR_INLINE friend pack operator*(pack a, pack b) { return pack(a.v_ * b.v_); }
  BSR_INLINE friend pack operator/(pack a, pack b) {
    if constexpr (std::is_integral_v<T>)
      return each(a, b, [](T x, T y) { return static_cast<T>(x / y); });
    else
      return pack(a.v_ / b.v_);
  }
  BSR_INLINE friend pack fma(pack a, pack b, pack c) {
#if BSR_HAS_XSIMD
    if constexpr (detail::has_xsimd<T>) {
      using batch = xsimd::batch<T>;
      return pack(native(xsimd::fma(batch(a.v_), batch(b.v_), batch(c.v_))));
    }
#endif
    return pack(a.v_ * b.v_ + c.v_);
  }
  BSR_INLINE friend pack max_or_second(pack a, pack b) {
    if constexpr (std::is_integral_v<T>)
      return each(a, b, [](T x, T y) { return x > y ? x : y; });
    else
      return pack(a.v_ > b.v_ ? a.v_ : b.v_);
  }
  BSR_INLINE friend pack max_or_nan(pack a, pack b)
    requires std::floating_point<T>
  {
    return pack(((a.v_ > b.v_) | (a.v_ != a.v_)) ? a.v_ : b.v_);
  }
  BSR_INLINE friend pack sqrt(pack a)
    requires std::floating_point<T>
  {
#if BSR_HAS_XSIMD
#if defined(__aarch64__) && !defined(__ARM_FEATURE_SVE)
    // xsimd's for float refines an estimate, which is not rounded correctly.
    if constexpr (std::same_as<T, float>)
      return pack(native(vsqrtq_f32(a.v_)));
    else
#endif
      return pack(native(xsimd::sqrt(xsimd::batch<T>(a.v_))));
#else
    return each(a, a, [](T x, T) { return std::sqrt(x); });
#endif
  }
  BSR_INLINE friend pack exp(pack a)
    requires std::floating_point<T>
  {
#if BSR_HAS_XSIMD
    // e^710 is infinite and e^-746 is 0.
    if constexpr (std::same_as<T, double>) {
      const native made(xsimd::exp(xsimd::batch<T>(within(a.v_, 1000))));
      return pack(a.v_ == a.v_ ? made : a.v_);
    } else {
      return pack(native(xsimd::exp(xsimd::batch<T>(a.v_))));
    }
#else
    return each(a, a, [](T x, T) { return std::exp(x); });
#endif
  }
  BSR_INLINE friend pack erf(pack a)
    requires std::floating_point<T>
  {
#if BSR_ISA_AVX512
    if constexpr (std::same_as<T, float>) return pack(erf_in_pieces(a.v_));
#endif
#if BSR_HAS_XSIMD
    // Beyond 6 erf is 1 to the last bit, and xsimd's becomes NaN where the square overflows.
    const native made(xsimd::erf(xsimd::batch<T>(within(a.v_, 6))));
    return pack(a.v_ == a.v_ ? made : a.v_);
#else
    return each(a, a, [](T x, T) { return std::erf(x); });
#endif
  }

 private:
#if BSR_ISA_AVX512
  /// x times the polynomial of its piece, whose numbers two registers look up; a NaN stays one.
  BSR_INLINE static native erf_in_pieces(native a) {
    const __m512 end = _mm512_set1_ps(detail::erf_end), scale = _mm512_set1_ps(8);
    const __m512 x = _mm512_max_ps(_mm512_set1_ps(-detail::erf_end), _mm512_min_ps(end, a));
    const __m512 from_zero = _mm512_abs_ps(x);
    const __m512i piece = _mm512_cvtps_epi32(_mm512_mul_ps(from_zero, scale));
    const __m512 t = _mm512_fnmadd_ps(_mm512_cvtepi32_ps(piece), _mm512_set1_ps(0.125f), from_zero);
    const auto factor = [&](int power) {
      const float* const from = detail::erf_pieces[power];
      return _mm512_permutex2var_ps(_mm512_loadu_ps(from), piece, _mm512_loadu_ps(from + 16));
    };
    __m512 sum = factor(4);
    BSR_UNROLL
    for (int power = 3; power >= 0; --power) sum = _mm512_fmadd_ps(sum, t, factor(power));
    return _mm512_mul_ps(x, sum);
  }
#endif
  /// a where it is from -limit to limit, else the nearer of the two; NaN becomes -limit. On its way xsimd
  /// casts doubles to 64-bit integers, and in C++ that has no meaning for infinities and NaN: compilers
  /// compute what they like.
  BSR_INLINE static native within(native a, T limit) {
    const native low = broadcast(-limit).v_, high = broadcast(limit).v_;
    const native raised = a > low ? a : low;
    return raised < high ? raised : high;
  }
  template <class Half>
  BSR_INLINE static pack widened(const Half* from) {
    static_assert(std::same_as<T, float>);
#if BSR_ISA_AVX512
    return widened<Half>(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
#elif BSR_ISA_AVX2
    const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    if constexpr (std::same_as<Half, bfloat16>)
      return pack(native(_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16))));
#if defined(__F16C__)
    else
      return pack(native(_mm256_cvtph_ps(bits)));
#endif
#endif
    T lanes[size];
    for (int l = 0; l < size; ++l) lanes[l] = from[l];
    return load(lanes);
  }
#if BSR_ISA_AVX512
  template <class Half>
  BSR_INLINE static pack widened(__m256i bits) {
    if constexpr (std::same_as<Half, bfloat16>)
      return pack(native(_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16))));
    else
      return pack(native(_mm512_cvtph_ps(bits)));
  }
  template <class Half>
  BSR_INLINE __m256i narrowed() const {
    if constexpr (std::same_as<Half, float16>) {
      return _mm512_cvtps_ph(__m512(v_), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    } else {
      const __m512i bits = _mm512_castps_si512(__m512(v_)), high = _mm512_srli_epi32(bits, 16);
      const __m512i odd = _mm512_and_si512(high, _mm512_set1_epi32(1));
      const __m512i sum = _mm512_add_epi32(_mm512_add_epi32(bits, odd), _mm512_set1_epi32(0x7fff));
      const __mmask16 nan = _mm512_cmp_ps_mask(__m512(v_), __m512(v_), _CMP_UNORD_Q);
      const __m512i rounded =
          _mm512_mask_or_epi32(_mm512_srli_epi32(sum, 16), nan, high, _mm512_set1_epi32(0x40));
      return _mm512_cvtepi32_epi16(rounded);
    }
  }
#endif
  template <class F>
  BSR_INLINE static pack each(pack a, pack b, F f) {
    T x[size], y[size];
    a.store(x);
    b.store(y);
    for (int l = 0; l < size; ++l) x[l] = f(x[l], y[l]);
    return load(x);
  }
  template <class F, int... Lane>
  BSR_INLINE static pack shuffle(pack a, pack b, F index, std::integer_sequence<int, Lane...>) {
#if defined(__ARM_FEATURE_SVE)
    T from[2 * size], to[size];
    a.store(from);
    b.store(from + size);
    ((to[Lane] = from[index(Lane)]), ...);
    return load(to);
#else
    (void)index;
    return pack(native(__builtin_shufflevector(a.v_, b.v_, F()(Lane)...)));
#endif
  }
  native v_;
};

}  // namespace simd

namespace micro {
using simd::pack;
}
namespace detail {
using simd::pack;
}

}  // namespace bsr::inline v0::inline BSR_TARGET
