// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM of 8-bit integers with rows of B that lie in one piece: products four at a time, sums in 32 bits.
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/micro/choose.hpp"
#include "bsr/kernel/cpu/micro/spmm_panel.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/cpu/words.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// One tile: the rows of a strip of a block row times a panel of B, four rows of which are one row of words.
template <class TA, class Index>
struct byte_tile {
  const TA* a;         ///< the strip's first row in the block row's first block
  std::int64_t block;  ///< elements of a block
  std::int64_t cols;   ///< columns of a block, a multiple of four
  const Index* first;  ///< block columns [first, last)
  const Index* last;
  const std::int32_t* b;      ///< packs * pack::size words for every four rows of B
  std::int64_t from;          ///< the block column with which b begins
  const std::int32_t* start;  ///< with what the sums of each row begin; null: 0
  bool adds;                  ///< the sums begin with what `out` holds instead
  std::int32_t* out;          ///< of sums
  std::int64_t ldo;           ///< from row to row
};

/// Cols = 0: known at run time.
template <int Rows, int Packs, int Cols, class TA, class Index>
[[gnu::noinline]] void byte_sums(const byte_tile<TA, Index>& t) {
  using P = word_pack;
  constexpr int ld = Packs * P::size, unroll = Cols == 0 ? 1 : panel_unroll(Cols / 4);
  // Rows at a distance that is not known: every fourth one has a pointer of its own.
  constexpr int group = Cols == 0 ? 4 : Rows, groups = (Rows + group - 1) / group;
  std::int32_t* const out = t.out;
  const std::int64_t ldo = t.ldo;
  const std::int32_t* const start = t.start;
  P sums[Rows][Packs];
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v)
      sums[r][v] = t.adds             ? P::load(out + r * ldo + v * P::size)
                   : start == nullptr ? P::zero()
                                      : P::broadcast(start[r]);
  }
  const std::int64_t cols = Cols == 0 ? t.cols : Cols;
  const TA* a = t.a;
  for (const Index* i = t.first; i != t.last; ++i, a += t.block) {
    const std::int32_t* b = t.b + (static_cast<std::int64_t>(*i) - t.from) * (cols / 4) * ld;
    const TA* x[groups];
    BSR_UNROLL
    for (int g = 0; g < groups; ++g) x[g] = a + g * group * cols;
    for (std::int64_t c = 0; c < cols; c += 4 * unroll) {
      BSR_UNROLL
      for (int u = 0; u < unroll; ++u) {
        P words[Packs];
        BSR_UNROLL
        for (int v = 0; v < Packs; ++v) {
          words[v] = P::load(b + u * ld + v * P::size);
          words[v].pin();
        }
        BSR_UNROLL
        for (int r = 0; r < Rows; ++r) {
          const P one = broadcast_word(x[r / group] + r % group * cols + 4 * u);
          BSR_UNROLL
          for (int v = 0; v < Packs; ++v)
            sums[r][v] = std::same_as<TA, std::uint8_t> ? dot_bytes(sums[r][v], one, words[v])
                                                        : dot_bytes(sums[r][v], words[v], one);
        }
        BSR_ORDER_MEMORY();
      }
      b += unroll * ld;
      BSR_UNROLL
      for (int g = 0; g < groups; ++g) {
        x[g] += 4 * unroll;
        BSR_FORGET(x[g]);
      }
    }
  }
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) sums[r][v].store(out + r * ldo + v * P::size);
  }
}

}  // namespace detail

namespace micro {

/// C = epilogue(alpha * A * B), op none, A and B of 8-bit integers, rows of B in one piece, any C; sums in
/// int32, then alpha and the epilogue in int32 or float.
///
/// Panels of columns of B (outer), four rows of which are interleaved into one row of words on the stack, 48
/// KiB of them, x strips of rows of a block row x blocks. One factor of the instruction is unsigned: where
/// neither is, B gets 128 added, and 128 times the sum of A's row taken off at the end; where both are, the
/// other way round. Exact, and without saturation. Where B is deeper than what fits, groups of strips keep
/// their sums on the stack, too, and take B in parts. Blocks whose columns are no multiple of four, wider
/// than a part, and padded matrices go to spmm_panel.
template <class Problem>
struct spmm_bytes {
  static constexpr bool fits = false;
};

template <class A, class B, class C, class Epilogue>
  requires(detail::is_byte<typename A::value_type> && detail::is_byte<typename B::value_type> &&
           detail::has_vectors<std::int32_t> && !std::same_as<typename B::layout_type, col_major> &&
           (std::same_as<typename spmm_problem<A, op::none, B, C, Epilogue>::accumulator, std::int32_t> ||
            std::same_as<typename spmm_problem<A, op::none, B, C, Epilogue>::accumulator, float>))
struct spmm_bytes<spmm_problem<A, op::none, B, C, Epilogue>> {
  using problem = spmm_problem<A, op::none, B, C, Epilogue>;
  using T = typename problem::accumulator;
  using TA = typename A::value_type;
  using TB = typename B::value_type;
  using index_type = typename A::index_type;
  using tile = detail::byte_tile<TA, index_type>;
  using P = detail::word_pack;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    const dims block = p.a.blocksize();
    const std::int64_t groups = p.a.cols() / 4;
    const int widest = panel_words / P::size >= 2 * groups ? 2 : 1;
    const bool deep = groups * P::size > panel_words;
    if (p.b.col_stride() != 1 || block.cols % 4 != 0 || p.a.is_padded() || block.cols > part_rows)
      return spmm_panel<problem>::run(policy, p);
    const std::int64_t packs = (p.c.cols() + P::size - 1) / P::size, panels = (packs + widest - 1) / widest;
    const strip_cut cut = cut_rows(static_cast<int>(block.rows), tallest);
    const strip_schedule<index_type> schedule(p.a.indptr().data(), p.a.block_rows(), cut.strips);
    const int pieces = thread_count(policy, p.a.nnz() * packs / 32 + p.c.rows() * packs / 4);
    for_each_range(policy, schedule, panels, pieces, [&](int, const strip_range& range) {
      row_sums known;
      for (std::int64_t panel = range.first_panel; panel < range.last_panel; ++panel)
        if (deep) {
          run_deep_panel(p, cut, range.first, range.last, panel);
        } else {
          run_panel(p, cut, range.first, range.last, share(packs, panel, panels),
                    share(packs, panel + 1, panels), known);
          known.there = true;
        }
    });
  }

 private:
  static constexpr int tallest = vector_registers == 32 ? 12 : 4;
  static constexpr std::int64_t panel_words = 49152 / 4;
  /// A deep B: rows of a part, 32 KiB of words, and the strips of a group, whose sums take at most 24 KiB.
  static constexpr std::int64_t part_rows = 8192 / P::size * 4;
  static constexpr int group_strips = 6144 / (tallest * P::size) < 32 ? 6144 / (tallest * P::size) : 32;
  static constexpr bool same_sign = std::same_as<TA, TB>;
  static constexpr bool writes_through = std::same_as<Epilogue, no_epilogue> &&
                                         std::same_as<T, std::int32_t> &&
                                         std::same_as<typename C::value_type, std::int32_t>;
  using kernel = void (*)(const tile&);

  /// What the sums of rows begin with, kept from one panel to the next for as many strips as there is room
  /// for.
  struct row_sums {
    static constexpr int strips = same_sign ? 100 : 1;
    std::int32_t of[strips][tallest];
    bool there = false;
  };

  /// What the 128 that was added to one factor made too much.
  static void offsets(const TA* from, std::int64_t block, std::int64_t blocks, int rows, std::int64_t cols,
                      std::int32_t* to) {
    detail::sum_rows(from, block, blocks, rows, cols, to);
    for (int r = 0; r < rows; ++r) to[r] *= std::same_as<TA, std::int8_t> ? -128 : 128;
  }

  static constexpr int max_height =
      A::static_rows == dynamic ? tallest : cut_rows(A::static_rows, tallest).height;
  static constexpr int min_height =
      A::static_rows == dynamic ? 1 : max_height - (A::static_rows % max_height != 0);
  static constexpr int block_cols = A::static_cols == dynamic || A::static_cols % 4 != 0 ? 0 : A::static_cols;

  static kernel choose(int rows, int packs) {
    return detail::choose_for<max_height, min_height>(rows, [&]<int Rows>() {
      return detail::choose_for<2>(packs, []<int Packs>() -> kernel {
        return &detail::byte_sums<Rows, Packs, block_cols, TA, index_type>;
      });
    });
  }

  /// Packs [first_pack, last_pack) of strips [first, last).
  static void run_panel(const problem& p, const strip_cut& cut, strip_position first, strip_position last,
                        std::int64_t first_pack, std::int64_t last_pack, [[maybe_unused]] row_sums& known) {
    const dims block = p.a.blocksize();
    const int packs = static_cast<int>(last_pack - first_pack), ld = packs * P::size;
    const std::int64_t left = first_pack * P::size;
    const std::int64_t cols = p.c.cols() - left < ld ? p.c.cols() - left : ld;
    const index_type* const indptr = p.a.indptr().data();

    alignas(64) std::int32_t words[panel_words];
    alignas(64) std::int32_t sums[tallest * 2 * P::size];
    pack_words(p.b, 0, p.b.rows(), left, cols, packs, words);
    const kernel high = choose(cut.height, packs), low = choose(cut.height - 1, packs);
    tile t;
    t.block = block.rows * block.cols;
    t.cols = block.cols;
    t.b = words;
    t.from = 0;
    t.start = nullptr;
    t.adds = false;
    t.out = sums;
    t.ldo = ld;
    [[maybe_unused]] int number = 0;
    for (strip_position s = first; s != last; s = next_strip(s, cut.strips)) {
      const int strip = static_cast<int>(s.strip), rows = cut.rows(strip);
      const std::int64_t begin = indptr[s.block_row], end = indptr[s.block_row + 1];
      t.first = p.a.indices().data() + begin;
      t.last = p.a.indices().data() + end;
      t.a = p.a.data().data() + begin * t.block + cut.first_row(strip) * block.cols;
      const std::int64_t top = s.block_row * block.rows + cut.first_row(strip);
      bool through = false;
      if constexpr (writes_through) through = p.alpha == 1 && cols == ld && p.c.col_stride() == 1;
      if constexpr (writes_through) t.out = through ? &p.c(top, left) : sums;
      t.ldo = through ? p.c.row_stride() : ld;
      if constexpr (same_sign) {
        std::int32_t* const of = known.of[number < row_sums::strips ? number : row_sums::strips - 1];
        if (!known.there || number >= row_sums::strips - 1)
          offsets(t.a, t.block, end - begin, rows, block.cols, of);
        t.start = of;
        ++number;
      }
      (strip < cut.highest ? high : low)(t);
      if (!through) finish(p, sums, ld, top, rows, left, cols);
    }
  }

  /// Pack `pack` of strips [first, last) of a product whose B is too deep to be interleaved at once.
  static void run_deep_panel(const problem& p, const strip_cut& cut, strip_position first,
                             strip_position last, std::int64_t pack) {
    const dims block = p.a.blocksize();
    const std::int64_t left = pack * P::size;
    const std::int64_t cols = p.c.cols() - left < P::size ? p.c.cols() - left : P::size;
    const std::int64_t part = part_rows / block.cols;  // block columns
    const index_type* const indptr = p.a.indptr().data();
    const index_type* const indices = p.a.indices().data();

    alignas(64) std::int32_t words[part_rows / 4 * P::size];
    alignas(64) std::int32_t sums[group_strips][tallest * P::size];
    tile t;
    t.block = block.rows * block.cols;
    t.cols = block.cols;
    t.start = nullptr;
    t.adds = true;
    t.ldo = P::size;
    const auto for_each_in_group = [&](strip_position s, const auto& f) {
      int n = 0;
      for (; s != last && n < group_strips; ++n, s = next_strip(s, cut.strips)) {
        const int strip = static_cast<int>(s.strip);
        f(n, s.block_row, cut.first_row(strip), cut.rows(strip));
      }
      return s;
    };
    const auto values = [&](std::int64_t k, int first_row) {
      return p.a.data().data() + k * t.block + first_row * block.cols;
    };
    for (strip_position s = first; s != last;) {
      for_each_in_group(s, [&](int n, std::int64_t block_row, int first_row, int rows) {
        std::int32_t of[tallest] = {};
        const std::int64_t begin = indptr[block_row], end = indptr[block_row + 1];
        if constexpr (same_sign)
          if (begin < end) offsets(values(begin, first_row), t.block, end - begin, rows, block.cols, of);
        for (int r = 0; r < rows; ++r) P::broadcast(of[r]).store(sums[n] + r * P::size);
      });
      for (std::int64_t from = 0; from < p.a.block_cols(); from += part) {
        const std::int64_t to = p.a.block_cols() - from < part ? p.a.block_cols() : from + part;
        pack_words(p.b, from * block.cols, to * block.cols, left, cols, 1, words);
        t.b = words;
        t.from = from;
        for_each_in_group(s, [&](int n, std::int64_t block_row, int first_row, int rows) {
          t.out = sums[n];
          const kernel run = choose(rows, 1);
          // Blocks of this part that lie one behind the other.
          for (std::int64_t k = indptr[block_row]; k < indptr[block_row + 1];) {
            std::int64_t end = k;
            while (end < indptr[block_row + 1] && indices[end] >= from && indices[end] < to) ++end;
            if (end > k) {
              t.first = indices + k;
              t.last = indices + end;
              t.a = values(k, first_row);
              run(t);
            }
            k = end + 1;
          }
        });
      }
      s = for_each_in_group(s, [&](int n, std::int64_t block_row, int first_row, int rows) {
        finish(p, sums[n], P::size, block_row * block.rows + first_row, rows, left, cols);
      });
    }
  }

  /// words[g * ld + j]: bytes 4 g .. 4 g + 3, counted from row `from` on, of column left + j of B, 0 where
  /// there is none.
  [[gnu::noinline]] static void pack_words(const B& b, std::int64_t from, std::int64_t to, std::int64_t left,
                                           std::int64_t cols, int packs, std::int32_t* words) {
    constexpr std::uint8_t flip = same_sign ? 0x80 : 0;
    for (std::int64_t k = from; k + 4 <= to; k += 4)
      for (int v = 0; v < packs; ++v, words += P::size) {
        const std::int64_t rest = cols - v * P::size;
        detail::interleave_bytes(&b(k, left + v * P::size), b.row_stride(), 4,
                                 rest < P::size ? static_cast<int>(rest) : P::size, flip)
            .store(words);
      }
  }

  static void finish(const problem& p, std::int32_t* sums, int ld, std::int64_t top, int rows,
                     std::int64_t left, std::int64_t cols) {
    if constexpr (std::same_as<T, std::int32_t>) {
      if (p.alpha != 1)
        for (int i = 0; i < rows * ld; i += P::size)
          (P::broadcast(p.alpha) * P::load(sums + i)).store(sums + i);
      detail::sweep<axis::row>(sums, ld, p.c, p.epilogue, top, rows, left, cols);
    } else {
      using F = pack<float>;
      alignas(64) float values[tallest * 2 * P::size];
      for (int i = 0; i < rows * ld; i += F::size)
        (F::broadcast(p.alpha) * F::load_from(sums + i)).store(values + i);
      detail::sweep<axis::row>(values, ld, p.c, p.epilogue, top, rows, left, cols);
    }
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
