// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM with rows of B that lie in one piece: the sums of a tile of C stay in registers along the whole block
// row.
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/micro/rank_one.hpp"
#include "bsr/kernel/cpu/micro/spmm_generic.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// One tile: the rows of a strip of a block row times the columns of a panel of B.
template <class T, class TA, class TB, class Index>
struct panel_tile {
  const TA* a;         ///< the strip's first row in the block row's first block
  std::int64_t block;  ///< elements of a block
  std::int64_t cols;   ///< columns of a block, and elements from one of its rows to the next
  const Index* first;  ///< block columns [first, last)
  const Index* last;
  std::int64_t ahead;  ///< B is prefetched for the block so many behind; there is such a block
  const TB* b;
  std::int64_t ldb;
  std::int64_t depth;  ///< rows of B
  T* out;
  std::int64_t ldo;
  T alpha;
  typename pack<T>::mask mask;  ///< columns in use of the last pack
};

template <bool Masked, int Rows, int Packs, class P>
BSR_INLINE void panel_store(P (&sums)[Rows][Packs], typename P::value_type alpha, typename P::value_type* out,
                            std::int64_t ldo, typename P::mask mask) {
  using T = typename P::value_type;
  if (alpha != T(1)) {
    const P factor = P::broadcast(alpha);
    BSR_UNROLL
    for (int r = 0; r < Rows; ++r) {
      BSR_UNROLL
      for (int v = 0; v < Packs; ++v) sums[r][v] = factor * sums[r][v];
    }
  }
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) {
      if (Masked && v == Packs - 1)
        sums[r][v].store(out + v * P::size, mask);
      else
        sums[r][v].store(out + v * P::size);
    }
    out += ldo;
  }
}

/// Full packs, full blocks. Cols = 0: known at run time.
template <int Rows, int Packs, int Cols, bool Prefetch, class T, class TA, class TB, class Index>
[[gnu::noinline]] void panel_whole(const panel_tile<T, TA, TB, Index>& t) {
  using P = pack<T>;
  P sums[Rows][Packs];
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) sums[r][v] = P::zero();
  }
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
  panel_store<false>(sums, t.alpha, t.out, t.ldo, P::first(P::size));
}

/// The last pack masked, blocks that may reach beyond the last row of B.
template <int Rows, int Packs, class T, class TA, class TB, class Index>
[[gnu::noinline]] void panel_edge(const panel_tile<T, TA, TB, Index>& t) {
  using P = pack<T>;
  P sums[Rows][Packs];
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) sums[r][v] = P::zero();
  }
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
  panel_store<true>(sums, t.alpha, t.out, t.ldo, mask);
}

}  // namespace detail

namespace micro {

/// C = epilogue(alpha * A * B), op none, rows of B in one piece, any block size, any C.
///
/// Panels of columns of B (outer) x strips of rows of a block row x blocks x columns of a block. An element's
/// sum runs in storage order, one fused multiply-add after the other. Masks the columns beyond the last one;
/// reads no row of B beyond the last one, and no more of A than its blocks; prefetches rows of B that a later
/// block of A will read.
template <class Problem>
struct spmm_panel {
  static constexpr bool fits = false;
};

template <class A, class B, class C, class Epilogue>
  requires(detail::has_vectors<typename spmm_problem<A, op::none, B, C, Epilogue>::accumulator> &&
           detail::has_vectors<typename A::value_type> && detail::has_vectors<typename B::value_type> &&
           !std::same_as<typename B::layout_type, col_major>)
struct spmm_panel<spmm_problem<A, op::none, B, C, Epilogue>> {
  using problem = spmm_problem<A, op::none, B, C, Epilogue>;
  using T = typename problem::accumulator;
  using TA = typename A::value_type;
  using TB = typename B::value_type;
  using index_type = typename A::index_type;
  using tile = detail::panel_tile<T, TA, TB, index_type>;
  using P = pack<T>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    if (p.b.col_stride() != 1) return spmm_generic<problem>::run(policy, p);
    const std::int64_t packs = (p.c.cols() + P::size - 1) / P::size;
    const int block_rows = static_cast<int>(p.a.blocksize().rows);
    const spmm_tile shape = select_tile(block_rows);
    const strip_cut cut = cut_rows(block_rows, shape.rows);
    const std::int64_t panels = (packs + shape.packs - 1) / shape.packs;
    const strip_schedule<index_type> schedule(p.a.indptr().data(), p.a.block_rows(), cut.strips);
    const int pieces = thread_count(policy, p.a.nnz() * packs / 8 + p.c.rows() * packs / 4);
    for_each_piece(policy, pieces, [&](int piece) {
      for_each_range(
          schedule, p.a.block_rows(), panels, piece, pieces,
          [&](strip_position first, strip_position last, std::int64_t first_panel, std::int64_t last_panel) {
            for (std::int64_t panel = first_panel; panel < last_panel; ++panel)
              run_panel(p, cut, first, last, share(packs, panel, panels), share(packs, panel + 1, panels));
          });
    });
  }

 private:
  static constexpr int static_rows = A::static_rows, static_cols = A::static_cols;
  static constexpr bool writes_through =
      std::same_as<Epilogue, no_epilogue> && std::same_as<T, typename C::value_type>;
  using kernel = void (*)(const tile&);
  static constexpr int max_height =
      static_rows == dynamic ? tallest_tile : cut_rows(static_rows, select_tile(static_rows).rows).height;
  static constexpr int min_height = static_rows == dynamic ? 1 : max_height - (static_rows % max_height != 0);

  template <int Rows, int Packs>
  static kernel choose(bool edge) {
    // One pack alone is rare enough to have only the general form.
    constexpr int cols = static_cols == dynamic ? 0 : static_cols;
    constexpr bool prefetch = panel_prefetch(static_cols);
    if constexpr (Packs > 1 && (static_cols != dynamic || Rows == select_tile(64).rows))
      if (!edge) return &detail::panel_whole<Rows, Packs, cols, prefetch, T, TA, TB, index_type>;
    return &detail::panel_edge<Rows, Packs, T, TA, TB, index_type>;
  }
  template <int Rows, int Packs = 1>
  static kernel choose(int packs, bool edge) {
    if constexpr (Packs < select_tile(Rows).packs)
      if (packs > Packs) return choose<Rows, Packs + 1>(packs, edge);
    return choose<Rows, Packs>(edge);
  }
  template <int Rows = max_height>
  static kernel choose(int rows, int packs, bool edge) {
    if constexpr (Rows > min_height)
      if (rows < Rows) return choose<Rows - 1>(rows, packs, edge);
    return choose<Rows>(packs, edge);
  }

  /// Packs [first_pack, last_pack) of strips [first, last).
  static void run_panel(const problem& p, const strip_cut& cut, strip_position first, strip_position last,
                        std::int64_t first_pack, std::int64_t last_pack) {
    const dims block = p.a.blocksize();
    const std::int64_t left = first_pack * P::size;
    const int packs = static_cast<int>(last_pack - first_pack);
    const int cols =
        static_cast<int>((p.c.cols() < last_pack * P::size ? p.c.cols() : last_pack * P::size) - left);
    const bool edge = cols < packs * P::size || p.a.is_padded();
    const kernel high = choose(cut.height, packs, edge);
    const kernel low = cut.highest < cut.strips ? choose(cut.height - 1, packs, edge) : high;
    const index_type* const indptr = p.a.indptr().data();
    const std::int64_t num_blocks = indptr[p.a.block_rows()];
    const std::int64_t distance = panel_distance(block.cols);

    alignas(64) T sums[max_height * 8 * P::size];
    tile t;
    t.block = block.rows * block.cols;
    t.cols = block.cols;
    t.ldb = p.b.row_stride();
    t.b = p.b.data() + left;
    t.depth = p.a.cols();
    t.alpha = p.alpha;
    t.mask = P::first(cols - (packs - 1) * P::size);
    for (strip_position s = first; s != last;) {
      const int strip = static_cast<int>(s.strip);
      const std::int64_t top = s.block_row * block.rows + cut.first_row(strip);
      const std::int64_t begin = indptr[s.block_row], end = indptr[s.block_row + 1];
      const int rows = cut.rows(strip);
      const std::int64_t valid = p.c.rows() - top < rows ? p.c.rows() - top : rows;
      t.first = p.a.indices().data() + begin;
      t.last = p.a.indices().data() + end;
      t.ahead = num_blocks - end < distance ? num_blocks - end : distance;
      t.a = p.a.data().data() + begin * t.block + cut.first_row(strip) * block.cols;
      bool through = false;
      if constexpr (writes_through) through = valid == rows && p.c.col_stride() == 1;
      if constexpr (writes_through)
        t.out = through ? &p.c(top, left) : sums;
      else
        t.out = sums;
      t.ldo = through ? p.c.row_stride() : packs * P::size;
      (strip < cut.highest ? high : low)(t);
      if (!through && valid > 0)
        detail::sweep<axis::row>(sums, packs * P::size, p.c, p.epilogue, top, valid, left, cols);
      if (++s.strip == cut.strips) s = {s.block_row + 1, 0};
    }
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
