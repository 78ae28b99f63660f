// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM with a half-stored symmetric matrix: a tile of C stays in registers along the blocks of a block row
// that are stored and those that are mirrored.
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/micro/choose.hpp"
#include "bsr/kernel/cpu/micro/panel_strips.hpp"
#include "bsr/kernel/cpu/micro/rank_one.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/micro/symmetric_generic.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/pack_columns.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/kernel/symmetric_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// Rows [first_row, first_row + Rows) of a block row of A + A' - D, times a panel of columns.
template <class T, class TA, class Index>
struct symmetric_tile {
  block_list<TA, Index> stored;    ///< the blocks of A
  block_list<TA, Index> mirrored;  ///< those of A'
  std::int64_t block_row;
  std::int64_t first_row;
  const T* b;
  std::int64_t ldb;
  T* out;
  std::int64_t ldo;
  T alpha;
  typename pack<T>::mask mask;  ///< columns in use of the last pack
};

/// sums += rows of one block, whose element (r, c) is x[r * row_step + c * col_step], times `count` rows of
/// B.
template <bool Masked, int Size, int Rows, int Packs, class P, class TA, class T>
BSR_INLINE void add_symmetric_block(P (&sums)[Rows][Packs], const TA* x, std::int64_t row_step,
                                    std::int64_t col_step, const T* b, std::int64_t ldb, std::int64_t count,
                                    const T* next, typename P::mask mask) {
  if constexpr (Size > 0 && Size <= 8)
    if (count == Size) {
      BSR_UNROLL
      for (int c = 0; c < Size; ++c) {
        rank_one_update<Masked, true>(sums, x, row_step, b, next, mask);
        x += col_step;
        b += ldb;
        next += ldb;
      }
      return;
    }
  for (; count > 0; --count, x += col_step, b += ldb, next += ldb)
    rank_one_update<Masked, true>(sums, x, row_step, b, next, mask);
}

/// Size: of a block, or 0 when it is known at run time.
template <int Rows, int Packs, bool Masked, int Size, class T, class TA, class Index>
[[gnu::noinline]] void symmetric_sums(const symmetric_tile<T, TA, Index>& t) {
  using P = pack<T>;
  P sums[Rows][Packs];
  clear(sums);
  const auto mask = t.mask;
  const std::int64_t size = Size == 0 ? t.stored.block.rows : Size, area = size * size, ldb = t.ldb,
                     depth = t.stored.shape.cols, i = t.block_row;
  const T* const base = t.b;
  const auto rows_of = [&](std::int64_t j) { return depth - j * size < size ? depth - j * size : size; };
  {
    const Index *const indices = t.stored.indices, *const indptr = t.stored.indptr;
    const std::int64_t last = indptr[i + 1];
    const std::int64_t strip = t.first_row * size;
    for (std::int64_t k = indptr[i]; k < last; ++k) {
      const TA* const x = t.stored.data + (k * area + strip);
      const std::int64_t j = indices[k], later = k + 1 < last ? indices[k + 1] : j;
      add_symmetric_block<Masked, Size>(sums, x, size, 1, base + j * size * ldb, ldb, rows_of(j),
                                        base + later * size * ldb, mask);
    }
  }
  {
    const Index *const indices = t.mirrored.indices, *const from = t.mirrored.from;
    const std::int64_t last = t.mirrored.indptr[i + 1];
    const auto block = [&](std::int64_t k) { return t.mirrored.data + (from[k] * area + t.first_row); };
    for (std::int64_t k = t.mirrored.indptr[i]; k < last; ++k) {
      const std::int64_t j = indices[k], later = k + 1 < last ? k + 1 : k;
      const TA* const after = block(later);
      for (std::int64_t n = 0; n < area && n < 32; n += 64 / static_cast<int>(sizeof(TA)))
        __builtin_prefetch(after + n);
      if (j == i) continue;
      add_symmetric_block<Masked, Size>(sums, block(k), 1, size, base + j * size * ldb, ldb, rows_of(j),
                                        base + indices[later] * size * ldb, mask);
    }
  }
  store_sums<Masked>(sums, t.alpha, t.out, t.ldo, mask);
}

}  // namespace detail

namespace micro {

/// C = epilogue(alpha * symmetric(A) * B) with the workspace of a plan, rows or columns of B in one piece,
/// any block size, any C.
///
/// Chunks of block rows x panels of columns x strips of rows x blocks: the stored ones, then the mirrored
/// ones, which are found by the workspace's index, so that every element of C is written once, by one thread.
/// A block comes from memory once where the blocks between its row and its column stay in a cache, and is
/// read from there the other time. Columns of B are copied, so that rows of a panel lie in one piece. An
/// element's sum runs in storage order, the stored blocks first, one fused multiply-add after the other.
template <class Problem>
struct spmm_symmetric {
  static constexpr bool fits = false;
};

template <class A, op Op, class B, class C, class Epilogue>
  requires(std::floating_point<typename B::value_type> && detail::has_vectors<typename B::value_type> &&
           detail::has_vectors<typename A::value_type> &&
           std::same_as<typename B::value_type,
                        typename spmm_problem<symmetric_view<A>, Op, B, C, Epilogue>::accumulator> &&
           !std::same_as<typename B::layout_type, strided>)
struct spmm_symmetric<spmm_problem<symmetric_view<A>, Op, B, C, Epilogue>> {
  using problem = spmm_problem<symmetric_view<A>, Op, B, C, Epilogue>;
  using T = typename problem::accumulator;
  using TA = typename A::value_type;
  using Index = typename A::index_type;
  using P = pack<T>;
  using tile = detail::symmetric_tile<T, TA, Index>;
  static constexpr bool fits = true;

  /// Elements of the workspace that a piece needs for B of so many rows.
  static std::int64_t wanted(std::int64_t depth) { return by_row ? 0 : depth * widest; }

  template <class Workspace>
  static void run(const cpu& policy, Workspace& work, const problem& p) {
    const std::int64_t packs = (p.c.cols() + P::size - 1) / P::size;
    const int size = static_cast<int>(p.a.blocksize().rows);
    const spmm_tile shape = select_tile(size);
    const strip_cut cut = cut_rows(size, shape.rows);
    const std::int64_t panels = (packs + shape.packs - 1) / shape.packs;
    const strip_schedule<std::int64_t> schedule(work.before(), p.a.block_rows(), cut.strips,
                                                spmm_block_weight(size));
    tile t;
    t.stored = natural_blocks(p.a.matrix());
    t.mirrored = work.mirrored(p.a.matrix());
    t.alpha = p.alpha;
    int pieces = thread_count(policy, (p.a.nnz() + p.c.rows()) * packs / 4);
    if (!by_row && pieces > work.pieces()) pieces = work.pieces();
    for_each_range(
        policy, schedule, panels, pieces,
        [&](int piece, const strip_range& range) {
          for (strip_position first = range.first; first != range.last;) {
            const strip_position end = by_row ? detail::chunk_end(t.stored, first, range.last) : range.last;
            for (std::int64_t panel = range.first_panel; panel < range.last_panel; ++panel) {
              const std::int64_t begin = share(packs, panel, panels),
                                 beyond = share(packs, panel + 1, panels);
              if constexpr (by_row)
                run_panel(t, p, cut, first, end, begin, beyond, p.b.data() + begin * P::size,
                          p.b.row_stride());
              else
                run_panel(t, p, cut, first, end, begin, beyond, copied(p.b, begin, beyond, work.slice(piece)),
                          (beyond - begin) * P::size);
            }
            first = end;
          }
        },
        !by_row);
  }

 private:
  static constexpr bool by_row = std::same_as<typename B::layout_type, row_major>;
  static constexpr int known = A::static_rows == dynamic ? 0 : A::static_rows;
  static constexpr int tallest = known == 0 ? tallest_tile : cut_rows(known, select_tile(known).rows).height;
  static constexpr int shortest = known == 0 ? 1 : tallest - (known % tallest != 0);
  static constexpr int widest = 4 * P::size;
  using kernel = void (*)(const tile&);

  static kernel choose(int rows, int packs, bool masked) {
    return detail::choose_for<tallest, shortest>(rows, [&]<int Rows>() {
      return detail::choose_for<select_tile(Rows).packs>(packs, [&]<int Packs>() -> kernel {
        return masked ? &detail::symmetric_sums<Rows, Packs, true, known, T, TA, Index>
                      : &detail::symmetric_sums<Rows, Packs, false, known, T, TA, Index>;
      });
    });
  }

  /// Columns [first * size, last * size) of B, row after row; those beyond the last one are zero.
  static const T* copied(const B& b, std::int64_t first, std::int64_t last, T* to) {
    const std::int64_t left = first * P::size, width = (last - first) * P::size;
    const std::int64_t columns = b.cols() - left < width ? b.cols() - left : width;
    detail::pack_columns(b.data() + left * b.col_stride(), b.col_stride(), b.rows(), columns,
                         static_cast<int>(width), to);
    return to;
  }

  /// Packs [first_pack, last_pack) of strips [first, last). b: row 0 of the panel.
  static void run_panel(tile t, const problem& p, const strip_cut& cut, strip_position first,
                        strip_position last, std::int64_t first_pack, std::int64_t last_pack, const T* b,
                        std::int64_t ldb) {
    const std::int64_t left = first_pack * P::size, width = (last_pack - first_pack) * P::size;
    const int packs = static_cast<int>(last_pack - first_pack);
    const std::int64_t cols = p.c.cols() - left < width ? p.c.cols() - left : width;
    const bool masked = by_row && cols < width;
    const kernel high = choose(cut.height, packs, masked);
    const kernel low = cut.highest < cut.strips ? choose(cut.height - 1, packs, masked) : high;
    constexpr bool writes_through =
        std::same_as<Epilogue, no_epilogue> && std::same_as<T, typename C::value_type>;
    alignas(64) T sums[tallest * widest];
    t.b = b;
    t.ldb = ldb;
    t.mask = P::first(masked ? static_cast<int>(cols - width + P::size) : P::size);
    for (strip_position s = first; s != last; s = next_strip(s, cut.strips)) {
      const int strip = static_cast<int>(s.strip), rows = cut.rows(strip);
      const std::int64_t top = s.block_row * t.stored.block.rows + cut.first_row(strip);
      const std::int64_t valid = p.c.rows() - top < rows ? p.c.rows() - top : rows;
      t.block_row = s.block_row;
      t.first_row = cut.first_row(strip);
      bool through = false;
      t.out = sums;
      t.ldo = width;
      if constexpr (writes_through && by_row)
        if (valid == rows && p.c.col_stride() == 1) {
          through = true;
          t.out = &p.c(top, left);
          t.ldo = p.c.row_stride();
        }
      (strip < cut.highest ? high : low)(t);
      if (!through && valid > 0)
        detail::sweep<axis::row>(sums, width, p.c, p.epilogue, top, valid, left, cols);
    }
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
