// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMV with a transposed matrix whose transposed index is known.
#include <concepts>
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/masked_view.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET::micro {

/// y = epilogue(alpha * op(A) * x), float or double throughout, x in one piece, blocks of op(A) whose rows
/// lie in the direction of memory, any y.
///
/// Rows of op(A) in the lanes, a pack of them after the other. The columns of a block take turns among four
/// sums, which are added at the end: the order depends on the list and the block size only.
template <class Problem>
struct spmv_turned;

template <class A, op Op, class X, class Y, class Epilogue>
struct spmv_turned<spmv_problem<A, Op, X, Y, Epilogue>> {
  using problem = spmv_problem<A, Op, X, Y, Epilogue>;
  using T = typename problem::accumulator;
  using P = pack<T>;
  using Index = typename A::index_type;
  using list = block_list<T, Index>;

  static void run(const cpu& policy, const list& a, const problem& p) {
    const std::int64_t strips = (a.block.rows + P::size - 1) / P::size;
    const strip_schedule<Index> schedule(a.indptr, a.block_rows(), strips);
    const int pieces =
        thread_count(policy, a.num_blocks() * a.area() * static_cast<std::int64_t>(sizeof(T)) / 10);
    for_each_range(policy, schedule, 1, pieces, [&](int, const strip_range& range) {
      for (strip_position s = range.first; s != range.last; s = schedule.next(s)) strip(a, p, s);
    });
  }

 private:
  static constexpr std::int64_t prefetched = 512 / static_cast<std::int64_t>(sizeof(T));

  static void strip(const list& a, const problem& p, strip_position s) {
    const std::int64_t first_row = s.strip * P::size, top = s.block_row * a.block.rows + first_row;
    const std::int64_t rest = a.block.rows - first_row;
    const int height = rest < P::size ? static_cast<int>(rest) : P::size;
    const auto mask = P::first(height);
    const std::int64_t cols = a.block.cols, depth = a.shape.cols, ld = a.col_step;
    const std::int64_t ahead = a.area() < prefetched ? a.area() : prefetched;
    P sums[4] = {P::zero(), P::zero(), P::zero(), P::zero()};
    const std::int64_t begin = a.indptr[s.block_row], end = a.indptr[s.block_row + 1];
    for (std::int64_t k = begin; k < end; ++k) {
      if constexpr (is_masked_view<A>)
        if (!a.kept(s.block_row, k)) continue;
      const T* v = a.values(k) + first_row;
      // Masked loads do not train the prefetcher of some processors, and the blocks lie apart.
      const T* const next = a.values(k + 2 < a.num_blocks() ? k + 2 : k) + first_row;
      for (std::int64_t n = 0; n < ahead; n += 64 / static_cast<std::int64_t>(sizeof(T)))
        __builtin_prefetch(next + n);
      const std::int64_t left = static_cast<std::int64_t>(a.indices[k]) * cols;
      const std::int64_t count = depth - left < cols ? depth - left : cols;
      const T* const x = p.x.data() + left;
      std::int64_t c = 0;
      for (; c + 4 <= count; c += 4) {
        BSR_UNROLL
        for (int u = 0; u < 4; ++u, v += ld) sums[u] = add_column(v, x[c + u], sums[u], height, mask);
      }
      for (int u = 0; c < count; ++c, ++u, v += ld) sums[u] = add_column(v, x[c], sums[u], height, mask);
    }
    const std::int64_t left_over = p.y.size() - top;
    const int valid = left_over < height ? static_cast<int>(left_over) : height;
    if (valid <= 0) return;
    const P total = P::broadcast(p.alpha) * ((sums[0] + sums[1]) + (sums[2] + sums[3]));
    const P result = apply_epilogue<axis::column>(p.epilogue, total, top, 0, lanes<axis::column>{valid});
    auto* const to = &p.y[top];
    if constexpr (std::same_as<T, typename Y::value_type>)
      if (p.y.stride() == 1) return result.store(to, valid);
    T lane[P::size];
    result.store(lane);
    for (int l = 0; l < valid; ++l) to[l * p.y.stride()] = to_element<typename Y::value_type>(lane[l]);
  }
  BSR_INLINE static P add_column(const T* v, T x, P sum, int height, typename P::mask mask) {
    return fma(height == P::size ? P::load(v) : P::load(v, mask), P::broadcast(x), sum);
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::micro
