// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM of half-precision numbers and of 8-bit integers with columns of B that lie in one piece, which is
// y = x * transpose(w) with NumPy's layout: a linear layer.
#include <concepts>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "bsr/base/half.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/micro/spmm_generic.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/pack_squares.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/cpu/words.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// What a kernel computes with. A word is `in_word` elements of a row of A or a column of B, one behind the
/// other; load(from, n) gets the first n words, update(sum, a, b) adds their products.
template <class TA, class TB>
struct narrow_words;

/// Halves become floats.
template <class TA, class TB>
  requires(storage_detail::is_half<TB> && loads_into<TA, float> && !std::integral<TA>)
struct narrow_words<TA, TB> {
  using word = float;
  using P = pack<float>;
  static constexpr int in_word = 1;
  static constexpr bool needs_sums_of_b = false;
  static constexpr std::uint32_t flip = 0;

  template <class T>
  BSR_INLINE static P load(const T* from, int n) {
    return n == P::size ? P::load_from(from) : P::load_from(from, P::first(n));
  }
  BSR_INLINE static P update(P sum, P a, P b) { return fma(a, b, sum); }
};

/// Bytes stay four in a word. One factor must be unsigned and the other one signed: if they are alike, A
/// becomes the other kind by adding 128 or taking it off.
template <class TA, class TB>
  requires(is_byte<TA> && is_byte<TB>)
struct narrow_words<TA, TB> {
  using word = std::int32_t;
  using P = word_pack;
  static constexpr int in_word = 4;
  static constexpr bool needs_sums_of_b = std::same_as<TA, TB>;
  static constexpr std::uint32_t flip = needs_sums_of_b ? 0x80808080u : 0;

  template <class T>
  BSR_INLINE static P load(const T* from, int n) {
    using bytes = pack<T>;
    const auto value = (n == P::size ? bytes::load(from) : bytes::load(from, 4 * n)).value();
    typename P::native words;
    std::memcpy(&words, &value, sizeof words);
    return P(words);
  }
  BSR_INLINE static P update(P sum, P a, P b) {
    return std::same_as<TB, std::uint8_t> ? dot_bytes(sum, b, a) : dot_bytes(sum, a, b);
  }
};

template <class TA, class TB>
concept has_narrow_words = requires { typename narrow_words<TA, TB>::word; };

/// Words of a strip that are held at once, and from column to column of B; not a multiple of a cache line, so
/// that columns do not collide.
inline constexpr int narrow_depth = 192, narrow_pitch = narrow_depth + 8;

/// sums[n][v] (+)= sum over g of b[n * narrow_pitch + g] * a[g][v]; n: columns of B, v: packs of rows of A.
template <class Word>
struct narrow_tile {
  const Word* a;
  const Word* b;
  std::int64_t depth;
  Word* sums;
  bool continued;  ///< add to what is in sums
};

template <int Cols, int Packs, class Words>
[[gnu::noinline]] void narrow_sums(const narrow_tile<typename Words::word>& t) {
  using P = typename Words::P;
  constexpr int ld = Packs * P::size;
  P sums[Cols][Packs];
  BSR_UNROLL
  for (int n = 0; n < Cols; ++n) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v)
      sums[n][v] = t.continued ? P::load(t.sums + n * ld + v * P::size) : P::zero();
  }
  const auto* a = t.a;
  const auto* const end = t.b + t.depth;
  for (const auto* b = t.b; b != end; ++b, a += ld) {
    P rows[Packs];
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) {
      rows[v] = P::load(a + v * P::size);
      rows[v].pin();
    }
    BSR_UNROLL
    for (int n = 0; n < Cols; ++n) {
      const P one = P::broadcast(b[n * narrow_pitch]);
      BSR_UNROLL
      for (int v = 0; v < Packs; ++v) sums[n][v] = Words::update(sums[n][v], rows[v], one);
    }
    BSR_ORDER_MEMORY();
  }
  BSR_UNROLL
  for (int n = 0; n < Cols; ++n) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) sums[n][v].store(t.sums + n * ld + v * P::size);
  }
}

}  // namespace detail

namespace micro {

/// C = epilogue(alpha * A * B), op none, columns of B in one piece: A and B of halves (or A of float) with
/// sums in float, or A and B of 8-bit integers with sums in int32, and alpha and the epilogue in int32 or
/// float.
///
/// Strips of up to two packs of rows of a block row x groups of columns of B. The blocks of a strip are
/// turned, in words, on the stack, as many as fit, and stay there for a group of columns, eight of which are
/// copied at a time; the rows lie in the lanes. Integers are exact and do not saturate. Padded matrices,
/// blocks that do not fit and, of integers, whose columns are no multiple of four go to spmm_generic.
template <class Problem>
struct spmm_narrow {
  static constexpr bool fits = false;
};

template <class A, class B, class C, class Epilogue>
  requires(detail::has_vectors<float> && detail::has_vectors<std::int32_t> &&
           detail::has_narrow_words<typename A::value_type, typename B::value_type> &&
           std::same_as<typename B::layout_type, col_major> &&
           (std::same_as<typename spmm_problem<A, op::none, B, C, Epilogue>::accumulator, float> ||
            std::same_as<typename spmm_problem<A, op::none, B, C, Epilogue>::accumulator, std::int32_t>))
struct spmm_narrow<spmm_problem<A, op::none, B, C, Epilogue>> {
  using problem = spmm_problem<A, op::none, B, C, Epilogue>;
  using T = typename problem::accumulator;
  using TA = typename A::value_type;
  using TB = typename B::value_type;
  using words = detail::narrow_words<TA, TB>;
  using word = typename words::word;
  using P = typename words::P;
  using index_type = typename A::index_type;
  using tile = detail::narrow_tile<word>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    const dims block = p.a.blocksize();
    if (p.a.is_padded() || p.b.row_stride() != 1 || block.cols % words::in_word != 0 ||
        block.cols > detail::narrow_depth * words::in_word)
      return spmm_generic<problem>::run(policy, p);
    const std::int64_t strips = (block.rows + max_height - 1) / max_height;
    const std::int64_t groups = (p.c.cols() + group_cols - 1) / group_cols;
    const strip_schedule<index_type> schedule(p.a.indptr().data(), p.a.block_rows(), strips);
    const int pieces = thread_count(
        policy, p.a.nnz() / (P::size * words::in_word) * p.c.cols() / 6 + p.c.rows() * p.c.cols() / 16);
    for_each_strip_and_panel(policy, schedule, groups, pieces,
                             [&](std::int64_t block_row, std::int64_t strip, std::int64_t group) {
                               run_strip(p, block_row, strip * max_height, group * group_cols);
                             });
  }

 private:
  static constexpr int max_height = 2 * P::size, tile_cols = vector_registers == 32 ? 8 : 4;
  static constexpr int group_cols = 16384 / (max_height * 4);
  using kernel = void (*)(const tile&);

  template <int Packs>
  static kernel choose(std::int64_t cols) {
    if constexpr (tile_cols >= 8)
      if (cols > 4) return &detail::narrow_sums<8, Packs, words>;
    if (cols > 2) return &detail::narrow_sums<4, Packs, words>;
    return cols == 2 ? &detail::narrow_sums<2, Packs, words> : &detail::narrow_sums<1, Packs, words>;
  }

  /// Rows [first_row, + max_height) of a block row, columns [left, + group_cols).
  static void run_strip(const problem& p, std::int64_t block_row, std::int64_t first_row, std::int64_t left) {
    const dims block = p.a.blocksize();
    const int rows =
        static_cast<int>(block.rows - first_row < max_height ? block.rows - first_row : max_height);
    const int packs = rows > P::size ? 2 : 1, ld = packs * P::size;
    const std::int64_t cols = p.c.cols() - left < group_cols ? p.c.cols() - left : group_cols;
    const std::int64_t begin = p.a.indptr().data()[block_row], end = p.a.indptr().data()[block_row + 1];
    const std::int64_t depth = block.cols / words::in_word, fitting = detail::narrow_depth / depth;

    alignas(64) word turned[detail::narrow_depth * max_height];
    alignas(64) word copied[tile_cols * detail::narrow_pitch];
    alignas(64) word sums[(group_cols + tile_cols) * max_height];
    std::int32_t sums_of_b[group_cols] = {};
    tile t;
    t.a = turned;
    t.b = copied;
    std::int64_t k = begin;
    do {
      const std::int64_t last = end - k < fitting ? end : k + fitting;
      for (std::int64_t i = k; i < last; ++i)
        turn(p.a.data().data() + (i * block.rows + first_row) * block.cols, rows, block.cols, depth,
             turned + (i - k) * depth * ld, ld);
      t.depth = (last - k) * depth;
      t.continued = k != begin;
      for (std::int64_t n = 0; n < cols; n += tile_cols) {
        const int some = static_cast<int>(cols - n < tile_cols ? cols - n : tile_cols);
        copy(p, k, last, left + n, some, depth, copied, sums_of_b + n);
        t.sums = sums + n * ld;
        (packs == 2 ? choose<2>(some) : choose<1>(some))(t);
      }
      k = last;
    } while (k < end);
    finish(p, sums, sums_of_b, ld, block_row * block.rows + first_row, rows, left, cols);
  }

  /// to[g * ld + r] = word g of row r of a block; the rows up to ld become zero (flipped).
  [[gnu::noinline]] static void turn(const TA* block, int rows, std::int64_t cols, std::int64_t depth,
                                     word* to, int ld) {
    for (int top = 0; top < ld; top += P::size)
      for (std::int64_t left = 0; left < depth; left += P::size) {
        const int width = depth - left < P::size ? static_cast<int>(depth - left) : P::size;
        P square[P::size];
        BSR_UNROLL
        for (int r = 0; r < P::size; ++r)
          square[r] = top + r < rows ? words::load(block + (top + r) * cols + left * words::in_word, width)
                                     : P::zero();
        detail::transpose_square(square);
        BSR_UNROLL
        for (int g = 0; g < P::size; ++g) {
          if constexpr (words::flip != 0) square[g] = detail::flip_bits(square[g], words::flip);
          if (g < width) square[g].store(to + (left + g) * ld + top);
        }
      }
  }

  /// to[n * pitch + g]: the words of `cols` columns of B from `left` on that blocks [first, last) meet, and
  /// their bytes added to sums[n]. As many columns of zeros as the kernel for so many reads.
  [[gnu::noinline]] static void copy(const problem& p, std::int64_t first, std::int64_t last,
                                     std::int64_t left, int cols, std::int64_t depth, word* to,
                                     [[maybe_unused]] std::int32_t* sums) {
    const index_type* const indices = p.a.indices().data();
    const std::int64_t block_cols = depth * words::in_word;
    int n = 0;
    for (; n < cols; ++n, to += detail::narrow_pitch) {
      const TB* const column = p.b.data() + (left + n) * p.b.col_stride();
      word* out = to;
      P total = P::zero();
      for (std::int64_t i = first; i < last; ++i, out += depth) {
        const TB* const from = column + static_cast<std::int64_t>(indices[i]) * block_cols;
        for (std::int64_t g = 0; g < depth; g += P::size) {
          const int some = depth - g < P::size ? static_cast<int>(depth - g) : P::size;
          const P piece = words::load(from + g * words::in_word, some);
          piece.store(out + g, P::first(some));
          if constexpr (words::needs_sums_of_b) {
            const P ones = P::broadcast(0x01010101);
            total = std::is_signed_v<TB> ? detail::dot_bytes(total, ones, piece)
                                         : detail::dot_bytes(total, piece, ones);
          }
        }
      }
      if constexpr (words::needs_sums_of_b) {
        std::int32_t lanes[P::size];
        total.store(lanes);
        for (const std::int32_t lane : lanes) sums[n] += lane;
      }
    }
    const int used = cols > 4 ? 8 : cols > 2 ? 4 : cols;
    for (; n < used; ++n, to += detail::narrow_pitch)
      for (std::int64_t g = 0; g < (last - first) * depth; ++g) to[g] = word{};
  }

  static void finish(const problem& p, word* sums, const std::int32_t* sums_of_b, int ld, std::int64_t top,
                     int rows, std::int64_t left, std::int64_t cols) {
    if constexpr (words::needs_sums_of_b)
      for (std::int64_t n = 0; n < cols; ++n) {
        const P offset = P::broadcast((std::same_as<TA, std::int8_t> ? -128 : 128) * sums_of_b[n]);
        for (int r = 0; r < ld; r += P::size) (P::load(sums + n * ld + r) + offset).store(sums + n * ld + r);
      }
    if constexpr (std::same_as<T, word>) {
      if (p.alpha != T(1)) {
        const P alpha = P::broadcast(p.alpha);
        for (std::int64_t i = 0; i < cols * ld; i += P::size) (alpha * P::load(sums + i)).store(sums + i);
      }
      detail::sweep<axis::column>(sums, ld, p.c, p.epilogue, top, rows, left, cols);
    } else {
      using F = pack<float>;
      float values[max_height];
      for (std::int64_t n = 0; n < cols; ++n) {
        for (int r = 0; r < ld; r += F::size)
          (F::broadcast(p.alpha) * F::load_from(sums + n * ld + r)).store(values + r);
        detail::sweep<axis::column>(values, ld, p.c, p.epilogue, top, rows, left + n, 1);
      }
    }
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
