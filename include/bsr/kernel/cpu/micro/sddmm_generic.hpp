// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SDDMM for everything: any types, layouts, strides, block sizes. The last of the list.
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// What is stored for the sum of an element of S, `at` its place in the data of S and of D.
template <class Problem>
BSR_INLINE auto sampled_element(const Problem& p, const typename Problem::accumulator& sum, std::int64_t at) {
  using accumulator = typename Problem::accumulator;
  accumulator value = multiply(p.alpha, sum);
  if (p.beta != accumulator{})
    value = add(value, multiply(p.beta, convert<accumulator>(p.d.data().data()[at])));
  return to_element<typename decltype(p.s)::value_type>(value);
}

}  // namespace detail

namespace micro {

/// S = alpha * X Y + beta * D at the blocks of S. Sums of one row of a block, up to 32 columns, on the stack;
/// an element's sum runs over k in order. An element of S is written once, after its element of D was read.
template <class Problem>
struct sddmm_generic;

template <class X, class Y, class S, class D>
struct sddmm_generic<sddmm_problem<X, Y, S, D>> {
  using problem = sddmm_problem<X, Y, S, D>;
  using accumulator = typename problem::accumulator;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    const std::int64_t rows = p.s.blocksize().rows;
    const int pieces = thread_count(policy, p.s.nnz() * (p.x.cols() + 1));
    for_each_strip(policy, p.s.indptr().data(), p.s.block_rows(), rows, pieces,
                   [&](std::int64_t block_row, std::int64_t row, std::int64_t first, std::int64_t last) {
                     for (std::int64_t k = first; k < last; ++k) block_line(p, block_row, row, k);
                   });
  }

 private:
  static constexpr std::int64_t most = 32;

  /// Row r of block k.
  static void block_line(const problem& p, std::int64_t block_row, std::int64_t r, std::int64_t k) {
    const dims block = p.s.blocksize();
    const std::int64_t row = block_row * block.rows + r;
    const std::int64_t left = static_cast<std::int64_t>(p.s.indices().data()[k]) * block.cols;
    std::int64_t valid = p.s.cols() - left < block.cols ? p.s.cols() - left : block.cols;
    if (row >= p.s.rows()) valid = 0;
    const std::int64_t at = (k * block.rows + r) * block.cols;
    auto* const to = p.s.data().data() + at;
    for (std::int64_t c = valid; c < block.cols; ++c) to[c] = typename S::value_type{};
    accumulator sums[most];
    for (std::int64_t first = 0; first < valid; first += most) {
      const std::int64_t width = valid - first < most ? valid - first : most;
      for (std::int64_t c = 0; c < width; ++c) sums[c] = accumulator{};
      for (std::int64_t l = 0; l < p.x.cols(); ++l) {
        const auto x = detail::convert<accumulator>(p.x(row, l));
        const auto* const y = &p.y(l, left + first);
        for (std::int64_t c = 0; c < width; ++c)
          sums[c] = add(sums[c], multiply(x, detail::convert<accumulator>(y[c * p.y.col_stride()])));
      }
      for (std::int64_t c = 0; c < width; ++c)
        to[first + c] = detail::sampled_element(p, sums[c], at + first + c);
    }
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
