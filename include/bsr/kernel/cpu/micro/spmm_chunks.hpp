// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM for packed blocks of one row. Such a block uses every row of B that it reads once, so what counts is
// where B is read from: a chunk of rows of B is copied to the stack and serves all blocks that need it.
#include <concepts>
#include <cstdint>
#include <utility>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/micro/choose.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/packed_blocks.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// out row += block * chunk, for blocks [first, last) in the order of chunks.
template <class T, class Index>
struct chunk_range {
  const T* values;  ///< of the first block
  const chunk_block<Index>* first;
  const chunk_block<Index>* last;
  const chunk_block<Index>* end;  ///< blocks up to here exist
  std::int64_t cols;              ///< of a block
  const T* chunk;                 ///< its rows are Packs packs apart
  T* out;
  std::int64_t ldo;
  typename pack<T>::mask mask;  ///< columns in use of the last pack
};

template <int Packs, class T, class Index>
[[gnu::noinline]] void add_chunk(const chunk_range<T, Index>& t) {
  using P = pack<T>;
  const auto mask = t.mask;
  const T* a = t.values;
  const std::int64_t cols = t.cols;
  for (const chunk_block<Index>* i = t.first; i != t.last;) {
    const Index row = i->row;
    T* const out = t.out + static_cast<std::int64_t>(row) * t.ldo;
    const T* const later = t.out + static_cast<std::int64_t>((t.end - i > 4 ? i[4] : *i).row) * t.ldo;
    P sums[Packs];
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) {
      sums[v] = v == Packs - 1 ? P::load(out + v * P::size, mask) : P::load(out + v * P::size);
      __builtin_prefetch(later + v * P::size, 1);
    }
    do {
      const T* b = t.chunk + static_cast<std::int64_t>(i->top) * (Packs * P::size);
      for (std::int64_t c = 0; c < cols; ++c, ++a, b += Packs * P::size) {
        const P x = P::broadcast(*a);
        BSR_UNROLL
        for (int v = 0; v < Packs; ++v) sums[v] = fma(x, P::load(b + v * P::size), sums[v]);
        BSR_ORDER_MEMORY();
      }
    } while (++i != t.last && i->row == row);
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) {
      if (v == Packs - 1)
        sums[v].store(out + v * P::size, mask);
      else
        sums[v].store(out + v * P::size);
    }
  }
}

}  // namespace detail

namespace micro {

/// C = epilogue(alpha * op(A) * B) for packed_blocks with the layout `chunks`, B and C by rows, float or
/// double throughout, an epilogue that does not read C.
///
/// Panels of columns x chunks of rows of B x blocks of the chunk. Sums are kept in C between two chunks. Work
/// is cut into rows of C; each piece copies the chunks for itself. An element's sum runs chunk after chunk,
/// within a chunk in the order of A, one fused multiply-add after the other.
template <class Problem>
struct spmm_chunks;

template <class A, op Op, class B, class C, class Epilogue>
struct spmm_chunks<spmm_problem<A, Op, B, C, Epilogue>> {
  using problem = spmm_problem<A, Op, B, C, Epilogue>;
  using T = typename problem::accumulator;
  using P = pack<T>;
  using Index = typename A::index_type;
  static constexpr bool fits = std::same_as<typename B::layout_type, row_major> &&
                               std::same_as<typename C::layout_type, row_major> &&
                               std::same_as<typename C::value_type, T>;

  template <class Blocks>
  static void run(const cpu& policy, const Blocks& a, const problem& p) {
    const auto list = a.list();
    const std::int64_t packs = (p.c.cols() + P::size - 1) / P::size;
    const std::int64_t panels = (packs + chunk_packs - 1) / chunk_packs;
    const strip_schedule<Index> schedule(list.indptr, list.block_rows(), 1,
                                         spmm_block_weight(list.block.cols));
    const int pieces = thread_count(policy, (a.num_blocks() * list.block.cols + p.c.rows()) * packs / 6);
    for_each_range(policy, schedule, panels, pieces, [&](int, const strip_range& range) {
      for (std::int64_t panel = range.first_panel; panel < range.last_panel; ++panel)
        run_panel(a, p, range.first.block_row, range.last.block_row, share(packs, panel, panels),
                  share(packs, panel + 1, panels));
    });
  }

 private:
  /// Rows [first, last) of C, packs [first_pack, last_pack).
  template <class Blocks>
  static void run_panel(const Blocks& a, const problem& p, std::int64_t first, std::int64_t last,
                        std::int64_t first_pack, std::int64_t last_pack) {
    const std::int64_t left = first_pack * P::size, packs = last_pack - first_pack;
    const std::int64_t right = last_pack * P::size, cols = (p.c.cols() < right ? p.c.cols() : right) - left;
    const auto mask = P::first(static_cast<int>(cols - (packs - 1) * P::size));
    for (std::int64_t i = first; i < last; ++i) {
      T* const row = &p.c(i, left);
      for (std::int64_t v = 0; v + 1 < packs; ++v) P::zero().store(row + v * P::size);
      P::zero().store(row + (packs - 1) * P::size, mask);
    }
    alignas(64) T chunk[packed_chunk_rows * chunk_packs * P::size];
    const std::int64_t depth = a.chunk_rows(), width = packs * P::size;
    detail::chunk_range<T, Index> t;
    t.cols = a.block().cols;
    t.chunk = chunk;
    t.out = p.c.data() + left;
    t.ldo = p.c.row_stride();
    t.mask = mask;
    for (std::int64_t c = 0; c < a.num_chunks(); ++c) {
      const auto* const blocks = a.chunked();
      t.first = reach(blocks + a.chunk_begin(c), blocks + a.chunk_begin(c + 1), first);
      t.last = reach(t.first, blocks + a.chunk_begin(c + 1), last);
      t.end = blocks + a.num_blocks();
      if (t.first == t.last) continue;
      // Where B ends within a block the padding of the block is zero, and so must be what it meets.
      const std::int64_t top = c * depth, rows = p.b.rows() - top < depth ? p.b.rows() - top : depth;
      for (std::int64_t k = 0; k < rows; ++k) {
        const T* const from = &p.b(top + k, left);
        for (std::int64_t v = 0; v < packs; ++v)
          (v + 1 < packs ? P::load(from + v * P::size) : P::load(from + v * P::size, mask))
              .store(chunk + k * width + v * P::size);
      }
      for (std::int64_t k = rows; k < depth; ++k)
        for (std::int64_t v = 0; v < packs; ++v) P::zero().store(chunk + k * width + v * P::size);
      t.values = a.values().data() + (t.first - blocks) * t.cols;
      add(t, packs);
    }
    if (p.alpha != T(1)) {
      const P alpha = P::broadcast(p.alpha);
      for (std::int64_t i = first; i < last; ++i)
        for (std::int64_t n = 0; n < cols; n += P::size) {
          const auto some = P::first(cols - n < P::size ? static_cast<int>(cols - n) : P::size);
          (alpha * P::load(&p.c(i, left + n), some)).store(&p.c(i, left + n), some);
        }
    }
    if constexpr (!std::same_as<Epilogue, no_epilogue>)
      if (last > first)
        detail::sweep<axis::row>(&p.c(first, left), p.c.row_stride(), p.c, p.epilogue, first, last - first,
                                 left, cols);
  }

  /// The first block of row `row` or later. O(log blocks).
  static const chunk_block<Index>* reach(const chunk_block<Index>* first, const chunk_block<Index>* last,
                                         std::int64_t row) {
    while (first != last) {
      const chunk_block<Index>* const middle = first + (last - first) / 2;
      if (middle->row < row)
        first = middle + 1;
      else
        last = middle;
    }
    return first;
  }

  static void add(const detail::chunk_range<T, Index>& t, std::int64_t packs) {
    detail::choose_for<chunk_packs>(static_cast<int>(packs),
                                    [&]<int Packs>() { detail::add_chunk<Packs>(t); });
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
