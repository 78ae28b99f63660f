// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM with a half-stored symmetric matrix, without a plan: every block adds to the rows of C of its row and
// of its column. The sums are kept in C.
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/micro/choose.hpp"
#include "bsr/kernel/cpu/micro/kept_sums.hpp"
#include "bsr/kernel/cpu/micro/panel_strips.hpp"
#include "bsr/kernel/cpu/micro/rank_one.hpp"
#include "bsr/kernel/cpu/micro/symmetric_generic.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/kernel/symmetric_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// Rows of the blocks of a block row, times a panel of columns, and their transposed ones.
template <class T, class TA, class Index>
struct symmetric_update {
  const TA* a;         ///< all blocks
  std::int64_t strip;  ///< where these rows begin in a block
  std::int64_t size;   ///< rows of a block
  std::int64_t depth;  ///< rows of B
  const Index* indices;
  const Index* indptr;
  std::int64_t row;  ///< the block row
  std::int64_t top;  ///< the first of these rows, in B and C
  const T* b;
  std::int64_t ldb;
  T* out;
  std::int64_t ldo;
  T alpha;
  typename pack<T>::mask mask;  ///< columns in use of the last pack
};

/// One broadcast of an element serves both products.
template <int Rows, int Packs, bool Masked, class T, class TA, class Index>
[[gnu::noinline]] void add_both_halves(const symmetric_update<T, TA, Index>& t) {
  using P = pack<T>;
  const auto mask = t.mask;
  const std::int64_t size = t.size, area = size * size, ldb = t.ldb, ldo = t.ldo, i = t.row;
  const P alpha = P::broadcast(t.alpha);
  P total[Rows][Packs], own[Rows][Packs];
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    load_panel<Masked>(own[r], t.b + (t.top + r) * ldb, mask);
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) {
      own[r][v] = alpha * own[r][v];
      total[r][v] = P::zero();
    }
  }
  const std::int64_t last = t.indptr[i + 1];
  for (std::int64_t k = t.indptr[i]; k < last; ++k) {
    const std::int64_t j = t.indices[k], top = j * size;
    const std::int64_t count = t.depth - top < size ? t.depth - top : size;
    const TA* x = t.a + (k * area + t.strip);
    const T* b = t.b + top * ldb;
    if (j == i) {
      for (std::int64_t c = 0; c < count; ++c, ++x, b += ldb)
        rank_one_update<Masked, false>(total, x, size, b, b, mask);
      continue;
    }
    T* out = t.out + top * ldo;
    for (std::int64_t c = 0; c < count; ++c, ++x, b += ldb, out += ldo) {
      P row[Packs], sums[Packs];
      load_panel<Masked>(row, b, mask);
      load_panel<Masked>(sums, out, mask);
      BSR_UNROLL
      for (int r = 0; r < Rows; ++r) {
        const P value = P::broadcast(convert<T>(x[r * size]));
        BSR_UNROLL
        for (int v = 0; v < Packs; ++v) {
          total[r][v] = fma(value, row[v], total[r][v]);
          sums[v] = fma(value, own[r][v], sums[v]);
        }
      }
      store_panel<Masked>(sums, out, mask);
    }
  }
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    T* const out = t.out + (t.top + r) * ldo;
    P sums[Packs];
    load_panel<Masked>(sums, out, mask);
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) sums[v] = fma(alpha, total[r][v], sums[v]);
    store_panel<Masked>(sums, out, mask);
  }
}

}  // namespace detail

namespace micro {

/// C = epilogue(alpha * symmetric(A) * B), sums of float or double, B and C by rows, any block size.
///
/// Parallel over columns of B and C, which share nothing, so no atomics and no scratch: the sums are kept in
/// C. They start from the epilogue's first addend where there is one (0 otherwise); the rest of the epilogue
/// runs over C at the end. Within these columns a block is read from memory once. An element's sum runs in
/// storage order, block row after block row; alpha multiplies B where a block is mirrored, sums where not.
template <class Problem>
struct symmetric_scatter {
  static constexpr bool fits = false;
};

template <class A, op Op, class B, class C, class Epilogue>
  requires(std::floating_point<typename C::value_type> && detail::has_vectors<typename C::value_type> &&
           detail::has_vectors<typename A::value_type> &&
           std::same_as<typename C::value_type,
                        typename spmm_problem<symmetric_view<A>, Op, B, C, Epilogue>::accumulator> &&
           std::same_as<typename B::value_type, typename C::value_type> &&
           std::same_as<typename B::layout_type, row_major> &&
           std::same_as<typename C::layout_type, row_major>)
struct symmetric_scatter<spmm_problem<symmetric_view<A>, Op, B, C, Epilogue>> {
  using problem = spmm_problem<symmetric_view<A>, Op, B, C, Epilogue>;
  using T = typename problem::accumulator;
  using TA = typename A::value_type;
  using Index = typename A::index_type;
  using P = pack<T>;
  using update = detail::symmetric_update<T, TA, Index>;
  using split = detail::split_epilogue<Epilogue>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    if (detail::reads(split::rest(p.epilogue), p.c)) return symmetric_generic<problem>::run(policy, p);
    const std::int64_t packs = (p.c.cols() + P::size - 1) / P::size;
    const int asked = thread_count(policy, (p.a.nnz() + p.c.rows()) * packs / 4);
    const int pieces = asked < packs ? asked : static_cast<int>(packs);
    for_each_piece(policy, pieces, [&](int piece) {
      run_columns(p, share(packs, piece, pieces), share(packs, piece + 1, pieces));
    });
  }

 private:
  /// Registers: twice as many sums, a row of B and one of C, an element of A.
  static constexpr int tallest = 4, widest = vector_registers == 32 ? 3 : 1;
  using kernel = void (*)(const update&);

  static kernel choose(int rows, int packs, bool masked) {
    return detail::choose_for<tallest>(rows, [&]<int Rows>() {
      return detail::choose_for<widest>(packs, [&]<int Packs>() -> kernel {
        return masked ? &detail::add_both_halves<Rows, Packs, true, T, TA, Index>
                      : &detail::add_both_halves<Rows, Packs, false, T, TA, Index>;
      });
    });
  }

  /// Packs [first, last) of columns.
  static void run_columns(const problem& p, std::int64_t first, std::int64_t last) {
    const std::int64_t left = first * P::size,
                       right = last * P::size < p.c.cols() ? last * P::size : p.c.cols();
    if (left >= right) return;
    detail::start_sums<axis::row>(p.c, p.epilogue, left, right);
    const auto list = natural_blocks(p.a.matrix());
    const std::int64_t panels = (last - first + widest - 1) / widest;
    for (std::int64_t row = 0, end = 0; row < p.a.block_rows(); row = end) {
      end = detail::chunk_end(list, {row, 0}, {p.a.block_rows(), 0}).block_row;
      for (std::int64_t panel = 0; panel < panels; ++panel)
        run_panel(p, row, end, first + share(last - first, panel, panels),
                  first + share(last - first, panel + 1, panels));
    }
    detail::finish_sums<axis::row>(p.c, p.epilogue, left, right);
  }

  /// Block rows [row, end), packs [first, last) of columns.
  static void run_panel(const problem& p, std::int64_t row, std::int64_t end, std::int64_t first,
                        std::int64_t last) {
    const std::int64_t left = first * P::size, width = (last - first) * P::size;
    const std::int64_t cols = p.c.cols() - left < width ? p.c.cols() - left : width;
    const int packs = static_cast<int>(last - first);
    const std::int64_t size = p.a.blocksize().rows;
    update t{p.a.data().data(),
             0,
             size,
             p.a.rows(),
             p.a.indices().data(),
             p.a.indptr().data(),
             0,
             0,
             p.b.data() + left,
             p.b.row_stride(),
             p.c.data() + left,
             p.c.row_stride(),
             p.alpha,
             P::first(static_cast<int>(cols - width + P::size))};
    for (t.row = row; t.row < end; ++t.row) {
      const std::int64_t top = t.row * size, rest = p.a.rows() - top;
      const strip_cut cut = cut_rows(static_cast<int>(rest < size ? rest : size), tallest);
      for (int strip = 0; strip < cut.strips; ++strip) {
        t.strip = cut.first_row(strip) * size;
        t.top = top + cut.first_row(strip);
        choose(cut.rows(strip), packs, cols < width)(t);
      }
    }
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
