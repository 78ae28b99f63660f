// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The tile of the SpMM kernels whose lanes are columns of B: the sums of rows of a block row times a panel of
// columns stay in registers along the whole block row.
#include <cstdint>
#include <type_traits>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/micro/choose.hpp"
#include "bsr/kernel/cpu/micro/rank_one.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/masked_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// One tile: the rows of a strip of a block row times the columns of a panel of B.
template <class T, class TA, class TB, class Index>
struct panel_tile {
  const TA* a;         ///< the strip's first row in the block row's first block (turned: in the first of all)
  std::int64_t block;  ///< elements of a block
  std::int64_t cols;   ///< columns of a block, and elements from one of its rows to the next
  std::int64_t ld;     ///< turned only: elements from one column of a block to the next
  const Index* first;  ///< block columns [first, last)
  const Index* last;
  const Index*
      from;  ///< turned only: where these blocks lie; null: one after the other from block `begin` on
  std::int64_t begin;
  block_mask flags;  ///< gated only, as the steps from one row, and from one column, to the next
  std::int64_t row_step, col_step;
  std::int64_t ahead;  ///< B is prefetched for the block so many behind; there is such a block
  const TB* b;
  std::int64_t ldb;
  std::int64_t depth;  ///< rows of B
  T* out;
  std::int64_t ldo;
  T alpha;
  typename pack<T>::mask mask;  ///< columns in use of the last pack
};

/// A tile whose sums become elements of C from (top, left) on while they are in registers.
template <class Tile, class Problem>
struct finished_tile : Tile {
  const Problem* problem;
  std::int64_t top, left;

  template <int Rows, int Packs, class P>
  BSR_INLINE void store(P (&sums)[Rows][Packs]) const {
    // Copies: for all that the compiler knows a store to C could change them.
    const auto c = problem->c;
    const auto epilogue = problem->epilogue;
    const std::int64_t i = top, j = left;
    scale_sums(sums, this->alpha);
    BSR_UNROLL
    for (int r = 0; r < Rows; ++r) {
      BSR_UNROLL
      for (int v = 0; v < Packs; ++v)
        store_lanes<axis::row>(sums[r][v], c, epilogue, i + r, j + v * P::size, P::size);
    }
  }
};

/// Full packs, full blocks. Cols = 0: known at run time. Finished: void, or what `t` is if it stores itself.
template <int Rows, int Packs, int Cols, bool Prefetch, class Finished, class T, class TA, class TB,
          class Index>
[[gnu::noinline]] void panel_whole(const panel_tile<T, TA, TB, Index>& t) {
  using P = pack<T>;
  P sums[Rows][Packs];
  clear(sums);
  constexpr int unroll = panel_unroll(Cols);
  const std::int64_t cols = Cols == 0 ? t.cols : Cols, ldb = t.ldb, block_ldb = cols * ldb, block = t.block;
  const std::int64_t ahead = t.ahead;
  const TB* const base = t.b;
  const TA* a = t.a;
  const Index* const last = t.last;
  for (const Index* i = t.first; i != last; ++i, a += block) {
    const TB* b = base + static_cast<std::int64_t>(*i) * block_ldb;
    const TB* next = Prefetch ? base + static_cast<std::int64_t>(i[ahead]) * block_ldb : nullptr;
    const TA* x = a;
    std::int64_t c = 0;
    for (; c + unroll <= cols; c += unroll, x += unroll) {
      BSR_UNROLL
      for (int u = 0; u < unroll; ++u) {
        rank_one_update<false, Prefetch>(sums, x + u, cols, b, next, P::first(P::size));
        b += ldb;
        if constexpr (Prefetch) next += ldb;
      }
    }
    if constexpr (Cols == 0)
      for (; c < cols; ++c, ++x, b += ldb)
        rank_one_update<false, false>(sums, x, cols, b, next, P::first(P::size));
  }
  if constexpr (std::is_void_v<Finished>)
    store_sums<false>(sums, t.alpha, t.out, t.ldo, P::first(P::size));
  else
    static_cast<const Finished&>(t).store(sums);
}

/// The last pack masked, blocks that may reach beyond the last row of B.
template <int Rows, int Packs, class T, class TA, class TB, class Index>
[[gnu::noinline]] void panel_edge(const panel_tile<T, TA, TB, Index>& t) {
  using P = pack<T>;
  P sums[Rows][Packs];
  clear(sums);
  const auto mask = t.mask;
  const std::int64_t cols = t.cols, ldb = t.ldb, block = t.block, ahead = t.ahead, depth = t.depth;
  const TB* const base = t.b;
  const TA* a = t.a;
  const Index* const last = t.last;
  for (const Index* i = t.first; i != last; ++i, a += block) {
    const std::int64_t top = static_cast<std::int64_t>(*i) * cols;
    const TB* b = base + top * ldb;
    const TB* next = base + static_cast<std::int64_t>(i[ahead]) * cols * ldb;
    const TA* x = a;
    const TA* const end = a + (depth - top < cols ? depth - top : cols);
    for (; x != end; ++x, b += ldb, next += ldb) rank_one_update<true, true>(sums, x, cols, b, next, mask);
  }
  store_sums<true>(sums, t.alpha, t.out, t.ldo, mask);
}

/// Blocks whose rows lie in the direction of memory: element (r, c) is a[r + c * ld]. The last pack may be
/// masked, blocks may reach beyond the last row of B.
template <int Rows, int Packs, bool Masked, class T, class TA, class TB, class Index>
[[gnu::noinline]] void panel_turned(const panel_tile<T, TA, TB, Index>& t) {
  using P = pack<T>;
  P sums[Rows][Packs];
  clear(sums);
  const auto mask = t.mask;
  const std::int64_t cols = t.cols, ldb = t.ldb, ld = t.ld, ahead = t.ahead, depth = t.depth;
  const TB* const base = t.b;
  const Index* from = t.from;
  const std::int64_t whole = t.block * static_cast<std::int64_t>(sizeof(TA)),
                     bytes = whole < 256 ? whole : 256;
  const TA* a = t.a + t.begin * t.block;
  for (const Index* i = t.first; i != t.last; ++i) {
    if (from != nullptr) {
      a = t.a + static_cast<std::int64_t>(*from) * t.block;
      // Blocks lie apart, so nobody else brings the next one: 4x4, 50 % of the blocks, 69 -> 80.
      const char* const later =
          reinterpret_cast<const char*>(t.a + static_cast<std::int64_t>(from[ahead]) * t.block);
      for (std::int64_t n = 0; n < bytes; n += 64) __builtin_prefetch(later + n);
      ++from;
    }
    const std::int64_t top = static_cast<std::int64_t>(*i) * cols;
    const TB* b = base + top * ldb;
    const TB* next = base + static_cast<std::int64_t>(i[ahead]) * cols * ldb;
    const TA* x = a;
    for (std::int64_t c = depth - top < cols ? depth - top : cols; c > 0; --c, x += ld, b += ldb, next += ldb)
      rank_one_update<Masked, true>(sums, x, 1, b, next, mask);
    a += t.block;
  }
  store_sums<Masked>(sums, t.alpha, t.out, t.ldo, mask);
}

/// Only the blocks that count, whichever way they lie. The last pack may be masked, blocks may reach beyond
/// the last row of B.
template <int Rows, int Packs, class T, class TA, class TB, class Index>
[[gnu::noinline]] void panel_gated(const panel_tile<T, TA, TB, Index>& t) {
  using P = pack<T>;
  P sums[Rows][Packs];
  clear(sums);
  const auto mask = t.mask;
  const std::int64_t cols = t.cols, ldb = t.ldb, depth = t.depth, row_step = t.row_step,
                     col_step = t.col_step;
  for (const Index* i = t.first; i != t.last; ++i) {
    const std::int64_t n = i - t.first,
                       k = t.from != nullptr ? static_cast<std::int64_t>(t.from[n]) : t.begin + n;
    if (!t.flags.keeps(k, *i)) continue;
    const std::int64_t top = static_cast<std::int64_t>(*i) * cols;
    const TB* b = t.b + top * ldb;
    const TA* x = t.a + k * t.block;
    for (std::int64_t c = depth - top < cols ? depth - top : cols; c > 0; --c, x += col_step, b += ldb)
      rank_one_update<true, false>(sums, x, row_step, b, b, mask);
  }
  store_sums<true>(sums, t.alpha, t.out, t.ldo, mask);
}

/// How the blocks of a list lie: their columns in the direction of memory; their rows; either way, and not
/// all of them count.
enum class panel_form { natural, turned, gated };
template <class A, bool Turned>
inline constexpr panel_form form_of = is_masked_view<A> ? panel_form::gated
                                      : Turned          ? panel_form::turned
                                                        : panel_form::natural;

/// The tile for so many rows and packs. R, C: the block size, or dynamic. `edge`: a masked pack, or a padded
/// matrix. Problem: void, or what gives tiles that are `whole` an epilogue; others store sums.
template <int R, int C, panel_form Form, class T, class TA, class TB, class Index, class Problem = void>
struct panel_kernels {
  using sums_tile = panel_tile<T, TA, TB, Index>;
  using tile = std::conditional_t<std::is_void_v<Problem>, sums_tile, finished_tile<sums_tile, Problem>>;
  using kernel = void (*)(const sums_tile&);
  static constexpr panel_form form = Form;
  static constexpr int max_height = R == dynamic ? tallest_tile : cut_rows(R, select_tile(R).rows).height;
  static constexpr int min_height = R == dynamic ? 1 : max_height - (R % max_height != 0);

  /// Whether that tile is one of full packs and full blocks. One pack alone is rare enough to have only the
  /// general form.
  static constexpr bool whole(int rows, int packs, bool edge) {
    return Form == panel_form::natural && !edge && packs > 1 &&
           (C != dynamic || rows == select_tile(64).rows);
  }

  static kernel choose(int rows, int packs, bool edge) {
    return choose_for<max_height, min_height>(rows, [&]<int Rows>() {
      return choose_for<select_tile(Rows).packs>(packs,
                                                 [&]<int Packs>() { return choose_edge<Rows, Packs>(edge); });
    });
  }

 private:
  template <int Rows, int Packs>
  static kernel choose_edge(bool edge) {
    if constexpr (Form == panel_form::gated) {
      return &panel_gated<Rows, Packs, T, TA, TB, Index>;
    } else if constexpr (Form == panel_form::turned) {
      return edge ? &panel_turned<Rows, Packs, true, T, TA, TB, Index>
                  : &panel_turned<Rows, Packs, false, T, TA, TB, Index>;
    } else {
      constexpr int cols = C == dynamic ? 0 : C;
      constexpr bool prefetch = panel_prefetch(C);
      using finished = std::conditional_t<std::is_void_v<Problem>, void, tile>;
      if constexpr (whole(Rows, Packs, false))
        if (!edge) return &panel_whole<Rows, Packs, cols, prefetch, finished, T, TA, TB, Index>;
      return &panel_edge<Rows, Packs, T, TA, TB, Index>;
    }
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
