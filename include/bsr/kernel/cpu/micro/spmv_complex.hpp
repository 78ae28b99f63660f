// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMV of complex numbers.
#include <complex>
#include <concepts>
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/micro/spmm_complex.hpp"
#include "bsr/kernel/cpu/micro/spmv_generic.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// sums = rows [first_row, first_row + Rows) of block row i times x. The parts of a row of a block lie in the
/// lanes, (re, im) by turns: with x they give the two halves of the real part, with x turned around those of
/// the imaginary part.
template <int Rows, class T, class Index>
[[gnu::noinline]] void complex_dots(const block_list<std::complex<T>, Index>& a, const std::complex<T>* x,
                                    std::int64_t i, std::int64_t first_row, std::complex<T>* sums) {
  using P = pack<T>;
  P straight[Rows], crossed[Rows];
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) straight[r] = crossed[r] = P::zero();
  const std::int64_t cols = a.block.cols, row = 2 * cols;
  for (std::int64_t k = a.indptr[i]; k < a.indptr[i + 1]; ++k) {
    if (!a.kept(i, k)) continue;
    const std::int64_t left = static_cast<std::int64_t>(a.indices[k]) * cols;
    const std::int64_t count = 2 * (a.shape.cols - left < cols ? a.shape.cols - left : cols);
    const T* const values = parts(a.values(k) + first_row * cols);
    const T* const numbers = parts(x + left);
    for (std::int64_t n = 0; n < count; n += P::size) {
      const bool full = count - n >= P::size;
      const auto mask = P::first(full ? P::size : static_cast<int>(count - n));
      const P z = full ? P::load(numbers + n) : P::load(numbers + n, mask);
      const P turned = P::shuffle(z, z, [](int lane) { return lane ^ 1; });
      __builtin_prefetch(values + n + spmv_distance<T>);
      BSR_UNROLL
      for (int r = 0; r < Rows; ++r) {
        const P v = full ? P::load(values + r * row + n) : P::load(values + r * row + n, mask);
        straight[r] = fma(v, z, straight[r]);
        crossed[r] = fma(v, turned, crossed[r]);
      }
    }
  }
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    T same[P::size], other[P::size];
    straight[r].store(same);
    crossed[r].store(other);
    T re{}, im{};
    for (int l = 0; l < P::size; l += 2) {
      re += same[l] - same[l + 1];
      im += other[l] + other[l + 1];
    }
    sums[r] = {re, im};
  }
}

}  // namespace detail

namespace micro {

/// y = epilogue(alpha * A * x), op none, A masked or not, complex throughout, x in one piece, any y.
///
/// Reads every block once, in storage order. An element's sum is formed in lanes that depend on the block
/// size only.
template <class Problem>
struct spmv_complex {
  static constexpr bool fits = false;
};

template <class A, class X, class Y, class Epilogue>
  requires(
      is_complex<typename spmv_problem<A, op::none, X, Y, Epilogue>::accumulator> &&
      detail::has_vectors<typename scalar_traits<typename A::value_type>::real> &&
      std::same_as<typename A::value_type, typename spmv_problem<A, op::none, X, Y, Epilogue>::accumulator> &&
      std::same_as<typename X::value_type, typename A::value_type>)
struct spmv_complex<spmv_problem<A, op::none, X, Y, Epilogue>> {
  using problem = spmv_problem<A, op::none, X, Y, Epilogue>;
  using element = typename problem::accumulator;
  using T = typename scalar_traits<element>::real;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    if (p.x.stride() != 1) return spmv_generic<problem>::run(policy, p);
    const auto a = natural_blocks(p.a);
    const strip_schedule schedule(a.indptr, a.block_rows(), 1);
    const int pieces = thread_count(policy, p.a.nnz() * static_cast<std::int64_t>(sizeof(element)) / 20);
    for_each_range(policy, schedule, 1, pieces, [&](int, const strip_range& range) {
      for (std::int64_t i = range.first.block_row; i < range.last.block_row; ++i) {
        std::int64_t row = 0;
        for (; row + 4 <= a.block.rows; row += 4) rows<4>(a, p, i, row);
        if (row + 3 == a.block.rows) {
          rows<3>(a, p, i, row);
          continue;
        }
        for (; row + 2 <= a.block.rows; row += 2) rows<2>(a, p, i, row);
        if (row < a.block.rows) rows<1>(a, p, i, row);
      }
    });
  }

 private:
  template <int Rows, class List>
  static void rows(const List& a, const problem& p, std::int64_t i, std::int64_t first_row) {
    element sums[Rows];
    detail::complex_dots<Rows>(a, p.x.data(), i, first_row, sums);
    const std::int64_t top = i * a.block.rows + first_row;
    for (std::int64_t r = 0; r < Rows && top + r < p.y.size(); ++r)
      p.y[top + r] = to_element<typename Y::value_type>(p.epilogue(multiply(p.alpha, sums[r]), top + r, 0));
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
