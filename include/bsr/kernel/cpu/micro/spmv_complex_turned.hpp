// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMV of complex numbers with a transposed matrix whose transposed index is known.
#include <concepts>
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/micro/spmm_complex.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET::micro {

/// y = epilogue(alpha * A' * x), op transpose, A masked or not, complex throughout, any x and y, with the
/// list that a plan's index makes.
///
/// Rows of A' in the lanes, half a pack of them after the other, their real and imaginary parts by turns.
/// What real parts of x give and what imaginary ones give is summed apart; the columns of a block take turns
/// among two pairs of such sums: the order depends on the list and the block size only.
template <class Problem>
struct spmv_complex_turned {
  static constexpr bool fits = false;
};

template <class A, class X, class Y, class Epilogue>
  requires(is_complex<typename spmv_problem<A, op::transpose, X, Y, Epilogue>::accumulator> &&
           detail::has_vectors<typename scalar_traits<typename A::value_type>::real> &&
           std::same_as<typename A::value_type,
                        typename spmv_problem<A, op::transpose, X, Y, Epilogue>::accumulator> &&
           std::same_as<typename X::value_type, typename A::value_type>)
struct spmv_complex_turned<spmv_problem<A, op::transpose, X, Y, Epilogue>> {
  using problem = spmv_problem<A, op::transpose, X, Y, Epilogue>;
  using element = typename problem::accumulator;
  using T = typename scalar_traits<element>::real;
  using P = pack<T>;
  using Index = typename A::index_type;
  using list = block_list<element, Index>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const list& a, const problem& p) {
    const std::int64_t strips = (a.block.rows + rows - 1) / rows;
    const strip_schedule<Index> schedule(a.indptr, a.block_rows(), strips);
    const int pieces =
        thread_count(policy, a.num_blocks() * a.area() * static_cast<std::int64_t>(sizeof(element)) / 10);
    for_each_range(policy, schedule, 1, pieces, [&](int, const strip_range& range) {
      for (strip_position s = range.first; s != range.last; s = schedule.next(s)) strip(a, p, s);
    });
  }

 private:
  static constexpr std::int64_t rows = P::size > 1 ? P::size / 2 : 1;  ///< of A' in a pack
  static constexpr std::int64_t prefetched = 512 / static_cast<std::int64_t>(sizeof(element));

  static void strip(const list& a, const problem& p, strip_position s) {
    const std::int64_t first_row = s.strip * rows, top = s.block_row * a.block.rows + first_row;
    const std::int64_t rest = a.block.rows - first_row, height = rest < rows ? rest : rows;
    const auto mask = P::first(static_cast<int>(2 * height));
    const std::int64_t cols = a.block.cols, depth = a.shape.cols, ld = 2 * a.col_step;
    const std::int64_t ahead = a.area() < prefetched ? a.area() : prefetched;
    P re[2] = {P::zero(), P::zero()}, im[2] = {P::zero(), P::zero()};
    const std::int64_t begin = a.indptr[s.block_row], end = a.indptr[s.block_row + 1];
    for (std::int64_t k = begin; k < end; ++k) {
      if (!a.kept(s.block_row, k)) continue;
      const T* v = detail::parts(a.values(k) + first_row);
      const element* const next = a.values(k + 2 < a.num_blocks() ? k + 2 : k) + first_row;
      for (std::int64_t n = 0; n < ahead; n += 64 / static_cast<std::int64_t>(sizeof(element)))
        __builtin_prefetch(next + n);
      const std::int64_t left = static_cast<std::int64_t>(a.indices[k]) * cols;
      const std::int64_t count = depth - left < cols ? depth - left : cols;
      const auto add_column = [&](std::int64_t c, int to) {
        const P values = height == rows ? P::load(v) : P::load(v, mask);
        const element& x = p.x[left + c];
        re[to] = fma(P::broadcast(x.real()), values, re[to]);
        im[to] = fma(P::broadcast(x.imag()), values, im[to]);
        v += ld;
      };
      std::int64_t c = 0;
      for (; c + 2 <= count; c += 2) add_column(c, 0), add_column(c + 1, 1);
      if (c < count) add_column(c, 0);
    }
    alignas(64) T sums[P::size];
    ((re[0] + re[1]) + detail::times_i(im[0] + im[1])).store(sums);
    for (std::int64_t r = 0; r < height && top + r < p.y.size(); ++r)
      p.y[top + r] = to_element<typename Y::value_type>(
          p.epilogue(multiply(p.alpha, element(sums[2 * r], sums[2 * r + 1])), top + r, 0));
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::micro
