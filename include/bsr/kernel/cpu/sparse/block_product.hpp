// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Sums of products of small dense blocks, the arithmetic of sparse times sparse. The sums of a block lie in a
// layout of their own, made for vectors, until they are complete.
//
// Each kind has
//   stride(sizes)        elements of the sums of one block
//   sizes(s)             s, or the same as a constant
//   load(a)              takes a block of A, R x K
//   add(b, sums)         sums += A * b for a block b of B, K x C
//   reads_beyond         whether add reads elements behind b; then there is
//   add_last(b, sums)    the same, and reads nothing beyond the block b
//   write(sums, alpha, c)   c = alpha * sums, R x C, row-major
#include <bit>
#include <cstdint>
#include <type_traits>

#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/micro/rank_one.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/part_pack.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// A block of A is rows x depth, one of B depth x cols.
struct product_sizes {
  std::int64_t rows;
  std::int64_t depth;
  std::int64_t cols;
};

/// Any type and any sizes, element by element.
template <class T>
class any_product {
 public:
  static constexpr bool reads_beyond = false;
  explicit any_product(product_sizes s) : s_(s) {}
  static std::int64_t stride(product_sizes s) { return s.rows * s.cols; }
  BSR_INLINE static product_sizes sizes(product_sizes s) { return s; }
  BSR_INLINE void load(const T* a) { a_ = a; }
  BSR_INLINE void add(const T* b, T* sums) const {
    for (std::int64_t r = 0; r < s_.rows; ++r)
      for (std::int64_t l = 0; l < s_.depth; ++l) {
        const T x = a_[r * s_.depth + l];
        const T* const from = b + l * s_.cols;
        T* const to = sums + r * s_.cols;
        for (std::int64_t c = 0; c < s_.cols; ++c) to[c] = v0::add(to[c], multiply(x, from[c]));
      }
  }
  BSR_INLINE void write(const T* sums, T alpha, T* c) const {
    for (std::int64_t e = 0; e < s_.rows * s_.cols; ++e)
      c[e] = alpha == T(1) ? sums[e] : multiply(alpha, sums[e]);
  }

 private:
  product_sizes s_;
  const T* a_ = nullptr;
};

/// 1 x 1.
template <class T>
class scalar_product {
 public:
  static constexpr bool reads_beyond = false;
  explicit scalar_product(product_sizes) {}
  BSR_INLINE static std::int64_t stride(product_sizes) { return 1; }
  BSR_INLINE static product_sizes sizes(product_sizes) { return {1, 1, 1}; }
  BSR_INLINE void load(const T* a) { a_ = *a; }
  BSR_INLINE void add(const T* b, T* sums) const { *sums = v0::add(*sums, multiply(a_, *b)); }
  BSR_INLINE void write(const T* sums, T alpha, T* c) const { *c = multiply(alpha, *sums); }

 private:
  T a_{};
};

/// How many lanes a pack for R rows of `width` elements should have: as few packs as possible, no larger than
/// necessary.
template <class T, int R>
consteval int folded_lanes(int width) {
  constexpr int full = pack<T>::size;
  const auto packs = [width](int lanes) { return width > lanes ? R : (R * width + lanes - 1) / lanes; };
  int lanes = full;
  if (has_part_pack<T, full / 2> && width <= full / 2 && packs(full / 2) == packs(full)) lanes = full / 2;
  if (has_part_pack<T, full / 4> && width <= full / 4 && packs(full / 4) == packs(full)) lanes = full / 4;
  return lanes;
}

/// Blocks at most one pack wide, sizes known at compile time. A row of sums takes `width` lanes, C rounded up
/// to a power of two, so that one pack holds `fold` rows; a row of B is repeated over a pack as it is loaded.
/// The lanes beyond C and the rows beyond R hold anything, and nobody reads them.
template <class T, int R, int K, int C>
class folded_product {
  static constexpr int width = static_cast<int>(std::bit_ceil(static_cast<unsigned>(C)));
  static constexpr int lanes = folded_lanes<T, R>(width);
  using P = std::conditional_t<lanes == pack<T>::size, pack<T>, part_pack<T, lanes>>;
  static constexpr int fold = width <= lanes ? lanes / width : 1;
  static constexpr int packs = (R + fold - 1) / fold;

 public:
  static constexpr bool fits = width <= P::size && R * C > 1 && packs* K <= 64;
  static constexpr bool reads_beyond = C != width;

  explicit folded_product(product_sizes) {}
  BSR_INLINE static std::int64_t stride(product_sizes) { return packs * P::size; }
  BSR_INLINE static product_sizes sizes(product_sizes) { return {R, K, C}; }

  BSR_INLINE void load(const T* a) {
    BSR_UNROLL
    for (int v = 0; v < packs; ++v) {
      BSR_UNROLL
      for (int l = 0; l < K; ++l)
        a_[v][l] = spread<1>(P::broadcast(a[v * fold * K + l]), a + v * fold * K + l, v);
    }
  }
  BSR_INLINE void add(const T* b, T* sums) const {
    P s[packs];
    BSR_UNROLL
    for (int v = 0; v < packs; ++v) s[v] = P::load(sums + v * P::size);
    BSR_UNROLL
    for (int l = 0; l < K; ++l) {
      const P row = P::template load_repeated<width>(b + l * C);
      BSR_UNROLL
      for (int v = 0; v < packs; ++v) s[v] = fma(a_[v][l], row, s[v]);
    }
    BSR_UNROLL
    for (int v = 0; v < packs; ++v) s[v].store(sums + v * P::size);
  }
  BSR_INLINE void add_last(const T* b, T* sums) const {
    T copy[K * C + P::size];
    for (int e = 0; e < K * C; ++e) copy[e] = b[e];
    for (int e = K * C; e < K * C + P::size; ++e) copy[e] = T(0);
    add(copy, sums);
  }
  BSR_INLINE void write(const T* sums, T alpha, T* c) const {
    const P factor = P::broadcast(alpha);
    if constexpr (C == width) {  // rows follow each other without a gap
      BSR_UNROLL
      for (int v = 0; v < packs; ++v) {
        const P x = factor * P::load(sums + v * P::size);
        if (v + 1 < packs || R * C % P::size == 0)
          x.store(c + v * P::size);
        else if constexpr (lanes < pack<T>::size)
          x.template store_first<R * C % P::size>(c + v * P::size);
        else
          x.store(c + v * P::size, P::first(R * C % P::size));
      }
    } else if constexpr (P::masks_are_free) {
      BSR_UNROLL
      for (int r = 0; r < R; ++r) {
        const auto mask = P::first(C);
        (factor * P::load(sums + r * width, mask)).store(c + r * C, mask);
      }
    } else {
      BSR_UNROLL
      for (int r = 0; r < R; ++r) {
        BSR_UNROLL
        for (int e = 0; e < C; ++e) c[r * C + e] = alpha * sums[r * width + e];
      }
    }
  }

 private:
  /// Row n of the pack and those behind it take their own elements of A.
  template <int N>
  BSR_INLINE static P spread(P before, const T* a, int v) {
    if constexpr (N == fold) {
      return before;
    } else {
      if (v * fold + N >= R) return before;
      const P own = P::broadcast(a[N * K]);
      return spread<N + 1>(
          P::shuffle(before, own, [](int lane) { return lane < N * width ? lane : P::size + lane; }), a, v);
    }
  }
  P a_[packs][K];
};

/// Blocks of any size, row by row in packs.
template <class T>
class wide_product {
  using P = pack<T>;

 public:
  static constexpr bool reads_beyond = false;
  explicit wide_product(product_sizes s)
      : s_(s), width_(padded(s.cols)), mask_(P::first(last_lanes(s.cols))) {}
  static std::int64_t stride(product_sizes s) { return s.rows * padded(s.cols); }
  BSR_INLINE static product_sizes sizes(product_sizes s) { return s; }

  BSR_INLINE void load(const T* a) { a_ = a; }
  void add(const T* b, T* sums) const {
    std::int64_t r = 0;
    for (; r + 8 <= s_.rows; r += 8) rows<8>(a_ + r * s_.depth, b, sums + r * width_);
    if (s_.rows - r >= 4) {
      rows<4>(a_ + r * s_.depth, b, sums + r * width_);
      r += 4;
    }
    if (s_.rows - r >= 2) {
      rows<2>(a_ + r * s_.depth, b, sums + r * width_);
      r += 2;
    }
    if (s_.rows - r >= 1) rows<1>(a_ + r * s_.depth, b, sums + r * width_);
  }
  void write(const T* sums, T alpha, T* c) const {
    const P factor = P::broadcast(alpha);
    for (std::int64_t r = 0; r < s_.rows; ++r, c += s_.cols, sums += width_) {
      std::int64_t e = 0;
      for (; e + P::size <= s_.cols; e += P::size) (factor * P::load(sums + e)).store(c + e);
      if (e < s_.cols) (factor * P::load(sums + e)).store(c + e, mask_);
    }
  }

 private:
  static std::int64_t padded(std::int64_t cols) { return (cols + P::size - 1) / P::size * P::size; }
  static int last_lanes(std::int64_t cols) { return static_cast<int>((cols - 1) % P::size) + 1; }

  template <int Rows>
  void rows(const T* a, const T* b, T* sums) const {
    std::int64_t e = 0;
    for (; e + 2 * P::size <= s_.cols; e += 2 * P::size) tile<Rows, 2, false>(a, b + e, sums + e);
    for (; e + P::size <= s_.cols; e += P::size) tile<Rows, 1, false>(a, b + e, sums + e);
    if (e < s_.cols) tile<Rows, 1, true>(a, b + e, sums + e);
  }
  template <int Rows, int Packs, bool Masked>
  [[gnu::noinline]] void tile(const T* a, const T* b, T* sums) const {
    P s[Rows][Packs];
    BSR_UNROLL
    for (int r = 0; r < Rows; ++r) {
      BSR_UNROLL
      for (int v = 0; v < Packs; ++v) s[r][v] = P::load(sums + r * width_ + v * P::size);
    }
    for (std::int64_t l = 0; l < s_.depth; ++l, b += s_.cols)
      rank_one_update<Masked, false>(s, a + l, s_.depth, b, b, mask_);
    BSR_UNROLL
    for (int r = 0; r < Rows; ++r) {
      BSR_UNROLL
      for (int v = 0; v < Packs; ++v) s[r][v].store(sums + r * width_ + v * P::size);
    }
  }

  product_sizes s_;
  std::int64_t width_;
  typename P::mask mask_;
  const T* a_ = nullptr;
};

/// The kind for blocks of R x K times K x C; dynamic where a size is known at run time only.
template <class T, int R, int K, int C>
consteval auto select_block_product() {
  if constexpr (R == 1 && K == 1 && C == 1) {
    return std::type_identity<scalar_product<T>>();
  } else if constexpr (has_xsimd<T>) {
    if constexpr (R != dynamic && K != dynamic && C != dynamic) {
      if constexpr (folded_product<T, R, K, C>::fits)
        return std::type_identity<folded_product<T, R, K, C>>();
      else
        return std::type_identity<wide_product<T>>();
    } else {
      return std::type_identity<wide_product<T>>();
    }
  } else {
    return std::type_identity<any_product<T>>();
  }
}
template <class T, int R, int K, int C>
using block_product = typename decltype(select_block_product<T, R, K, C>())::type;

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
