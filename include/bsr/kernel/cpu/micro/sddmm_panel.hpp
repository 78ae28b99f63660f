// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SDDMM with the rows of a block in the lanes: for blocks that are high enough to fill them.
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/micro/choose.hpp"
#include "bsr/kernel/cpu/micro/sddmm_generic.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/pack_squares.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// sums[c][v] (+)= sum over k of y(k, c) * x[k][v]; c: columns in groups of four, v: packs of rows.
template <class T>
struct sample_tile {
  static constexpr int most_groups = 6;
  const T* x;                       ///< packs * pack::size elements for every k
  const T* y[most_groups];          ///< of every group the first k and column
  std::int64_t k_stride, c_stride;  ///< of y
  const void* next[8];              ///< what will be needed next: four lines each, for every k as here
  std::int64_t next_stride;         ///< bytes from one of these lines to the next
  std::int64_t depth;               ///< how many k
  T* sums;                          ///< packs * pack::size elements for every column
  bool continued;                   ///< add to what is in sums
};

/// One k.
template <int Groups, int Packs, class P, class T>
BSR_INLINE void sample_step(P (&sums)[4 * Groups][Packs], const T* x, const T* (&y)[Groups],
                            std::int64_t k_stride, std::int64_t c_stride) {
  P rows[Packs];
  BSR_UNROLL
  for (int v = 0; v < Packs; ++v) {
    rows[v] = P::load(x + v * P::size);
    rows[v].pin();
  }
  BSR_UNROLL
  for (int c = 0; c < 4 * Groups; ++c) {
    const P one = P::broadcast(y[c / 4][c % 4 * c_stride]);
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) sums[c][v] = fma(one, rows[v], sums[c][v]);
  }
  BSR_UNROLL
  for (int g = 0; g < Groups; ++g) {
    y[g] += k_stride;
    BSR_FORGET(y[g]);
  }
}

template <int Groups, int Packs, class T>
[[gnu::noinline]] void sample_sums(const sample_tile<T>& t) {
  using P = pack<T>;
  constexpr int cols = 4 * Groups, ld = Packs * P::size;
  P sums[cols][Packs];
  BSR_UNROLL
  for (int c = 0; c < cols; ++c) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v)
      sums[c][v] = t.continued ? P::load(t.sums + c * ld + v * P::size) : P::zero();
  }
  const T* y[Groups];
  BSR_UNROLL
  for (int g = 0; g < Groups; ++g) y[g] = t.y[g];
  const T* x = t.x;
  const std::int64_t k_stride = t.k_stride, c_stride = t.c_stride, depth = t.depth;
  std::int64_t k = 0;
  if (k_stride == 1) {
    // Eight times four k are two lines of a column, which the cache fetches in pairs.
    constexpr int pair = 128 / static_cast<int>(sizeof(T)), steps = pair / 8;
    const std::int64_t next_stride = t.next_stride;
    for (; k + steps <= depth; k += steps) {
      if (const std::int64_t group = k / steps % 8; Packs == 1 || group < Groups) {
        const char* const from = static_cast<const char*>(t.next[group]) + k / pair * 128;
        BSR_UNROLL
        for (int c = 0; c < 4; ++c) __builtin_prefetch(from + c * next_stride);
      }
      BSR_UNROLL
      for (int i = 0; i < steps; ++i, x += ld) sample_step(sums, x, y, k_stride, c_stride);
    }
  }
  for (; k < depth; ++k, x += ld) sample_step(sums, x, y, k_stride, c_stride);
  BSR_UNROLL
  for (int c = 0; c < cols; ++c) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) sums[c][v].store(t.sums + c * ld + v * P::size);
  }
}

}  // namespace detail

namespace micro {

/// S = alpha * X Y + beta * D at the blocks of S, any block size and layouts.
///
/// Strips of up to two packs of rows of a block row x the columns of its blocks x k. A strip of X is
/// transposed into 24 KiB of the stack, k cut to fit, and serves up to `group_cols` columns, whose sums lie
/// on the stack in between; the rows lie in the lanes, the elements of Y are broadcast. An element's sum runs
/// over k in order, one fused multiply-add after the other. Reads no row of X and no column of Y beyond the
/// edge of S.
template <class Problem>
struct sddmm_panel {
  static constexpr bool fits = false;
};

template <class X, class Y, class S, class D>
  requires(detail::has_vectors<typename sddmm_problem<X, Y, S, D>::accumulator> &&
           detail::loads_into<typename X::value_type, typename sddmm_problem<X, Y, S, D>::accumulator> &&
           detail::loads_into<typename Y::value_type, typename sddmm_problem<X, Y, S, D>::accumulator> &&
           sizeof(typename sddmm_problem<X, Y, S, D>::accumulator) >= 4)
struct sddmm_panel<sddmm_problem<X, Y, S, D>> {
  using problem = sddmm_problem<X, Y, S, D>;
  using T = typename problem::accumulator;
  using TX = typename X::value_type;
  using TY = typename Y::value_type;
  using P = pack<T>;
  using tile = detail::sample_tile<T>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    const std::int64_t strips = (p.s.blocksize().rows + max_height - 1) / max_height;
    const std::int64_t work = p.s.num_blocks() * strips * p.s.blocksize().cols * (p.x.cols() + 16) / 4;
    const int pieces = thread_count(policy, work);
    for_each_strip(policy, p.s.indptr().data(), p.s.block_rows(), strips, pieces,
                   [&](std::int64_t block_row, std::int64_t strip, std::int64_t first, std::int64_t last) {
                     run_strip(p, block_row, strip * max_height, first, last);
                   });
  }

 private:
  static constexpr int max_height = 2 * P::size;
  /// Groups of four columns whose sums fill the registers.
  static constexpr int most_groups(int packs) {
    return vector_registers == 32 ? 6 / packs : packs == 1 ? 2 : 1;
  }
  static constexpr std::int64_t panel_size = 24576 / static_cast<std::int64_t>(sizeof(T));
  static constexpr std::int64_t sums_size = 8192 / static_cast<std::int64_t>(sizeof(T));
  using kernel = void (*)(const tile&);

  /// A strip's place in the columns of its blocks.
  struct columns {
    const typename S::index_type* indices;
    std::int64_t block_cols, all_cols;  ///< of a block, of S
    std::int64_t left(std::int64_t k) const { return static_cast<std::int64_t>(indices[k]) * block_cols; }
    std::int64_t valid(std::int64_t k) const {
      return all_cols - left(k) < block_cols ? all_cols - left(k) : block_cols;
    }
  };

  template <int Packs>
  static kernel choose(int groups) {
    return detail::choose_for<most_groups(Packs)>(
        groups, []<int Groups>() -> kernel { return &detail::sample_sums<Groups, Packs, T>; });
  }

  /// Rows [first_row, + max_height) of the blocks [first, last) of a block row.
  static void run_strip(const problem& p, std::int64_t block_row, std::int64_t first_row, std::int64_t first,
                        std::int64_t last) {
    const dims block = p.s.blocksize();
    const std::int64_t top = block_row * block.rows + first_row;
    const int height = smaller(block.rows - first_row, max_height);
    const int rows = top < p.s.rows() ? smaller(p.s.rows() - top, height) : 0;
    const int packs = height > P::size ? 2 : 1, ld = packs * P::size;
    const std::int64_t depth = p.x.cols(), group_cols = sums_size / ld;
    // Elements of panel and stage for every k: rows of Y are staged for a whole group, columns for a tile.
    std::int64_t each = ld > 4 * most_groups(packs) ? ld : 4 * most_groups(packs);
    if (p.y.row_stride() != 1) {
      const std::int64_t all = ((last - first) * block.cols + 3) / 4 * 4;
      const std::int64_t wide = all < group_cols ? all : group_cols;
      if (each < wide) each = wide;
    }
    const std::int64_t units = (depth + P::size - 1) / P::size, most_units = panel_size / (each * P::size);
    const std::int64_t chunks = (units + most_units - 1) / most_units;
    const columns at{p.s.indices().data(), block.cols, p.s.cols()};

    alignas(64) T panel[panel_size];
    alignas(64) T stage[panel_size + 8 * 4 * tile::most_groups];
    alignas(64) T sums[sums_size + P::size * max_height];
    tile t;
    t.x = panel;
    // A group: columns from `c` of block `k` on, as many as there is room for; blocks wider than that are
    // cut.
    std::int64_t k = first, c = 0;
    while (k < last) {
      std::int64_t end = k, end_c = c, count = 0;
      while (end < last && count < group_cols) {
        const std::int64_t rest = at.valid(end) - end_c, room = group_cols - count;
        if (rest > room) {
          // Whole tiles stay together.
          if (count == 0) end_c += room, count += room;
          break;
        }
        count += rest;
        ++end;
        end_c = 0;
      }
      for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
        const std::int64_t low = share(units, chunk, chunks) * P::size;
        const std::int64_t high = chunk + 1 < chunks ? share(units, chunk + 1, chunks) * P::size : depth;
        if (chunks > 1 || (k == first && c == 0)) pack_rows(p.x, top, rows, low, high, panel, ld);
        t.depth = high - low;
        t.continued = chunk != 0;
        // What will be packed next, unless it is the same rows from the beginning or an empty row lies
        // between.
        const TX* next_x = p.x.data();
        if (chunk + 1 < chunks)
          next_x = &p.x(top, high);
        else if (top + height < p.x.rows())
          next_x = &p.x(top + height, 0);
        multiply(p, at, t, packs, low, k, c, count, sums, stage, next_x);
      }
      if (chunks == 0)
        for (std::int64_t i = 0; i < count * ld; ++i) sums[i] = T{};
      store(p, at, first_row, height, rows, k, c, count, sums, ld);
      k = end;
      c = end_c;
    }
  }

  BSR_INLINE static int smaller(std::int64_t a, int b) { return a < b ? static_cast<int>(a) : b; }

  /// panel[(k - low) * ld + r] = x(top + r, k) for low <= k < high and r < rows, 0 for the other r < ld.
  [[gnu::noinline]] static void pack_rows(const X& x, std::int64_t top, int rows, std::int64_t low,
                                          std::int64_t high, T* panel, int ld) {
    const std::int64_t depth = high - low;
    if (rows < ld)
      for (std::int64_t i = 0; i < depth * ld; ++i) panel[i] = T{};
    if (x.row_stride() == 1) {
      for (std::int64_t k = 0; k < depth; ++k)
        for (int r = 0; r < rows; r += P::size) {
          const auto mask = P::first(smaller(rows - r, P::size));
          P::load_from(&x(top + r, low + k), mask).store(panel + k * ld + r, mask);
        }
      return;
    }
    std::int64_t whole = 0;
    if (x.col_stride() == 1) {
      whole = depth / P::size * P::size;
      for (int r = 0; r < rows; r += P::size)
        for (std::int64_t k = 0; k < whole; k += P::size) {
          P square[P::size];
          if (rows - r >= P::size) {
            detail::load_columns(&x(top + r, low + k), x.row_stride(), square);
          } else {
            BSR_UNROLL
            for (int i = 0; i < P::size; ++i)
              square[i] = r + i < rows ? P::load_from(&x(top + r + i, low + k)) : P::zero();
            detail::transpose_square(square);
          }
          BSR_UNROLL
          for (int i = 0; i < P::size; ++i) square[i].store(panel + (k + i) * ld + r);
        }
    }
    for (std::int64_t k = whole; k < depth; ++k)
      for (int r = 0; r < rows; ++r) panel[k * ld + r] = detail::convert<T>(x(top + r, low + k));
  }

  /// sums (+)= the products of `count` columns from column c of block k on, for t.depth rows of Y from `low`
  /// on.
  static void multiply(const problem& p, const columns& at, tile& t, int packs, std::int64_t low,
                       std::int64_t k, std::int64_t c, std::int64_t count, T* sums, T* stage,
                       const TX* next_x) {
    const int ld = packs * P::size;
    const bool by_column = p.y.row_stride() == 1;
    const bool direct = std::same_as<TY, T> && by_column && at.block_cols % 4 == 0 && !p.s.is_padded();
    // Columns a multiple of half a page apart evict each other from the first cache when there are too many:
    // f32, 16x16, K = 1024, one thread: 48 % of the peak with 24 columns, 65 % with 12.
    const bool colliding = p.y.col_stride() * static_cast<std::int64_t>(sizeof(TY)) % 2048 == 0;
    const int most = direct && colliding ? most_groups(2) : most_groups(packs);
    const std::int64_t all_groups = (count + 3) / 4, tiles = (all_groups + most - 1) / most;
    if (!by_column) {
      t.k_stride = 4 * all_groups;
      t.c_stride = 1;
      stage_columns(p.y, at, low, t.depth, k, c, count, stage, t.k_stride, 1);
    }
    std::int64_t done = 0;
    for (std::int64_t i = 0; i < tiles; ++i) {
      const int groups = static_cast<int>(share(all_groups, i + 1, tiles) - share(all_groups, i, tiles));
      const int n = smaller(count - done, 4 * groups);
      t.sums = sums + done * ld;
      if constexpr (std::same_as<TY, T>)
        if (direct) {
          t.k_stride = 1;
          t.c_stride = p.y.col_stride();
          for (int g = 0; g < groups; ++g) {
            t.y[g] = p.y.data() + low + (at.left(k) + c) * t.c_stride;
            c += 4;
            if (c == at.block_cols) ++k, c = 0;
          }
          if (i + 1 < tiles) {
            std::int64_t next_k = k, next_c = c, left = count - done - n;
            t.next_stride = t.c_stride * static_cast<std::int64_t>(sizeof(T));
            for (int g = 0; g < 8; ++g, left -= 4) {
              t.next[g] = left > 0 ? p.y.data() + low + (at.left(next_k) + next_c) * t.c_stride : t.y[0];
              next_c += 4;
              if (next_c == at.block_cols) ++next_k, next_c = 0;
            }
          } else {
            for (int g = 0; g < 8; ++g) t.next[g] = next_x + 4 * (4 * g < ld ? g : 0) * p.x.row_stride();
            t.next_stride = p.x.row_stride() * static_cast<std::int64_t>(sizeof(TX));
          }
        }
      if (!direct && by_column) {
        t.k_stride = 1;
        t.c_stride = t.depth + 8;
        stage_columns(p.y, at, low, t.depth, k, c, n, stage, 1, t.c_stride);
      }
      if (!direct) {
        const T* const from = by_column ? stage : stage + done;
        for (int g = 0; g < groups; ++g) t.y[g] = from + 4 * g * t.c_stride;
        for (int g = 0; g < 8; ++g) t.next[g] = stage;
        t.next_stride = 0;
      }
      (packs == 2 ? choose<2>(groups) : choose<1>(groups))(t);
      done += n;
    }
  }

  /// to[l * k_stride + j * c_stride] = y(low + l, column j) for l < depth and `count` columns from column c
  /// of block k on, which becomes the next column; zeros for as many more as make `count` a multiple of four.
  static void stage_columns(const Y& y, const columns& at, std::int64_t low, std::int64_t depth,
                            std::int64_t& k, std::int64_t& c, std::int64_t count, T* to,
                            std::int64_t k_stride, std::int64_t c_stride) {
    for (std::int64_t taken = 0; taken < count;) {
      const std::int64_t rest = at.valid(k) - c, some = rest < count - taken ? rest : count - taken;
      copy_columns(y, low, depth, at.left(k) + c, some, to + taken * c_stride, k_stride, c_stride);
      taken += some;
      c += some;
      if (c == at.valid(k)) ++k, c = 0;
    }
    for (std::int64_t j = count; j % 4 != 0; ++j)
      for (std::int64_t l = 0; l < depth; ++l) to[j * c_stride + l * k_stride] = T{};
  }

  /// to[k * k_stride + j * c_stride] = y(low + k, left + j) for k < depth, j < cols.
  [[gnu::noinline]] static void copy_columns(const Y& y, std::int64_t low, std::int64_t depth,
                                             std::int64_t left, std::int64_t cols, T* to,
                                             std::int64_t k_stride, std::int64_t c_stride) {
    if (k_stride == 1) {
      const std::int64_t whole = depth / P::size * P::size;
      for (std::int64_t j = 0; j < cols; ++j, to += c_stride) {
        for (std::int64_t k = 0; k < whole; k += P::size) P::load_from(&y(low + k, left + j)).store(to + k);
        for (std::int64_t k = whole; k < depth; ++k) to[k] = detail::convert<T>(y(low + k, left + j));
      }
    } else if (y.col_stride() == 1) {
      const TY* from = &y(low, left);
      const auto tail = P::first(static_cast<int>(cols % P::size));
      for (std::int64_t k = 0; k < depth; ++k, from += y.row_stride(), to += k_stride) {
        std::int64_t j = 0;
        for (; j + P::size <= cols; j += P::size) P::load_from(from + j).store(to + j);
        if (j < cols) P::load_from(from + j, tail).store(to + j, tail);
      }
    } else {
      for (std::int64_t k = 0; k < depth; ++k, to += k_stride)
        for (std::int64_t j = 0; j < cols; ++j) to[j * c_stride] = detail::convert<T>(y(low + k, left + j));
    }
  }

  /// S's elements of `count` columns from column c of block k on, and its padding.
  [[gnu::noinline]] static void store(const problem& p, const columns& at, std::int64_t first_row, int height,
                                      int rows, std::int64_t k, std::int64_t c, std::int64_t count,
                                      const T* sums, int ld) {
    const dims block = p.s.blocksize();
    for (std::int64_t done = 0; done < count; ++k, c = 0) {
      const std::int64_t here = at.valid(k) - c < count - done ? at.valid(k) - c : count - done;
      const std::int64_t base = (k * block.rows + first_row) * block.cols + c;
      for (std::int64_t j = 0; j < here; j += P::size)
        for (int r = 0; r < rows; r += P::size)
          store_square(p, base + r * block.cols + j, block.cols, smaller(rows - r, P::size),
                       smaller(here - j, P::size), sums + (done + j) * ld + r, ld);
      auto* const to = p.s.data().data() + base - c;
      for (int r = 0; r < height; ++r)
        for (std::int64_t j = r < rows ? at.valid(k) : 0; j < block.cols; ++j)
          to[r * block.cols + j] = typename S::value_type{};
      done += here;
    }
  }

  /// rows x cols elements of S from place `at` on, `width` apart from row to row; their sums lie by columns.
  BSR_INLINE static void store_square(const problem& p, std::int64_t at, std::int64_t width, int rows,
                                      int cols, const T* sums, int ld) {
    if constexpr (std::same_as<typename S::value_type, T> && std::same_as<typename D::value_type, T>) {
      const auto mask = P::first(cols);
      const P alpha = P::broadcast(p.alpha), beta = P::broadcast(p.beta);
      P square[P::size];
      detail::load_columns(sums, ld, square);  // what lies beyond `cols` are some numbers or other
      BSR_UNROLL
      for (int r = 0; r < P::size; ++r) {
        if (r >= rows) break;
        P value = alpha * square[r];
        if (p.beta != T{}) value = fma(beta, P::load(p.d.data().data() + at + r * width, mask), value);
        value.store(p.s.data().data() + at + r * width, mask);
      }
    } else {
      for (int r = 0; r < rows; ++r)
        for (int j = 0; j < cols; ++j)
          p.s.data().data()[at + r * width + j] =
              detail::sampled_element(p, sums[j * ld + r], at + r * width + j);
    }
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
