// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMV for everything: any types, strides, block sizes. The last of the list.
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/masked_view.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET::micro {

/// y = epilogue(alpha * op(A) * x).
///
/// op none: row by row. op transpose: sums of as many elements of y as fit 32 KiB on the stack; every pass
/// reads all indices and the blocks that reach its part of y. An element's sum runs in storage order. y is
/// written once per element, and read by the epilogue alone.
template <class Problem>
struct spmv_generic;

template <class A, op Op, class X, class Y, class Epilogue>
struct spmv_generic<spmv_problem<A, Op, X, Y, Epilogue>> {
  using problem = spmv_problem<A, Op, X, Y, Epilogue>;
  using accumulator = typename problem::accumulator;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    if constexpr (Op == op::none)
      run_rows(policy, p);
    else
      run_passes(policy, p);
  }

 private:
  static constexpr std::int64_t capacity = 32768 / static_cast<std::int64_t>(sizeof(accumulator));

  static void run_rows(const cpu& policy, const problem& p) {
    const strip_schedule schedule(p.a.indptr().data(), p.a.block_rows(), 1);
    const int pieces = thread_count(policy, p.a.nnz());
    for_each_range(policy, schedule, 1, pieces, [&](int, const strip_range& range) {
      for (std::int64_t i = range.first.block_row; i < range.last.block_row; ++i) block_row(p, i);
    });
  }

  static void block_row(const problem& p, std::int64_t i) {
    const dims block = p.a.blocksize();
    const auto* const indptr = p.a.indptr().data();
    const std::int64_t top = i * block.rows;
    const std::int64_t rows = p.a.rows() - top < block.rows ? p.a.rows() - top : block.rows;
    for (std::int64_t r = 0; r < rows; ++r) {
      accumulator sum{};
      for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
        if (!detail::kept(p.a, k)) continue;
        const std::int64_t left = static_cast<std::int64_t>(p.a.indices().data()[k]) * block.cols;
        const std::int64_t cols = p.a.cols() - left < block.cols ? p.a.cols() - left : block.cols;
        const auto* const values = p.a.data().data() + (k * block.rows + r) * block.cols;
        for (std::int64_t c = 0; c < cols; ++c) accumulate(sum, values[c], p.x[left + c]);
      }
      finish(p, sum, top + r);
    }
  }

  static void run_passes(const cpu& policy, const problem& p) {
    const std::int64_t passes = (p.y.size() + capacity - 1) / capacity;
    const int pieces = thread_count(policy, p.a.nnz());
    for_each_piece(policy, pieces, [&](int piece) {
      const std::int64_t last = share(passes, piece + 1, pieces);
      for (std::int64_t i = share(passes, piece, pieces); i < last; ++i) {
        const std::int64_t top = i * capacity;
        pass(p, top, p.y.size() - top < capacity ? p.y.size() - top : capacity);
      }
    });
  }

  /// Elements [top, top + height) of y.
  static void pass(const problem& p, std::int64_t top, std::int64_t height) {
    accumulator sums[capacity];
    for (std::int64_t i = 0; i < height; ++i) sums[i] = accumulator{};
    const dims block = p.a.blocksize();
    const auto* const indptr = p.a.indptr().data();
    for (std::int64_t i = 0; i < p.a.block_rows(); ++i) {
      const std::int64_t row = i * block.rows;
      const std::int64_t rows = p.a.rows() - row < block.rows ? p.a.rows() - row : block.rows;
      for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
        if (!detail::kept(p.a, k)) continue;
        const std::int64_t col = static_cast<std::int64_t>(p.a.indices().data()[k]) * block.cols;
        const std::int64_t first = col < top ? top - col : 0;
        const std::int64_t last = col + block.cols > top + height ? top + height - col : block.cols;
        const auto* const values = p.a.data().data() + k * block.rows * block.cols;
        for (std::int64_t r = 0; r < (first < last ? rows : 0); ++r)
          for (std::int64_t c = first; c < last; ++c)
            accumulate(sums[col + c - top], values[r * block.cols + c], p.x[row + r]);
      }
    }
    for (std::int64_t i = 0; i < height; ++i) finish(p, sums[i], top + i);
  }

  template <class T, class U>
  BSR_INLINE static void accumulate(accumulator& sum, const T& a, const U& x) {
    sum = add(sum, multiply(detail::convert<accumulator>(a), detail::convert<accumulator>(x)));
  }
  BSR_INLINE static void finish(const problem& p, const accumulator& sum, std::int64_t i) {
    p.y[i] = to_element<typename Y::value_type>(p.epilogue(multiply(p.alpha, sum), i, 0));
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::micro
