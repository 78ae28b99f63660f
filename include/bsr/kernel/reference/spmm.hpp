// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The definition of the product with a dense matrix: three loops, to be read and believed. Oracle of every
// kernel test.
#include <cstdint>

#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET::reference {

/// Computes the problem element by element; no SIMD, no threads. O(stored elements * n) and O(m n * longest
/// row).
template <class A, op Op, class B, class C, class Epilogue>
void spmm(const spmm_problem<A, Op, B, C, Epilogue>& p) {
  using accumulator = typename spmm_problem<A, Op, B, C, Epilogue>::accumulator;
  const dims block = p.a.blocksize();
  for (std::int64_t i = 0; i < p.c.rows(); ++i)
    for (std::int64_t j = 0; j < p.c.cols(); ++j) {
      accumulator sum{};
      for (std::int64_t block_row = 0; block_row < p.a.block_rows(); ++block_row)
        for (auto entry : p.a.row(block_row))
          for (std::int64_t r = 0; r < block.rows; ++r)
            for (std::int64_t c = 0; c < block.cols; ++c) {
              const std::int64_t row = block_row * block.rows + r;
              const std::int64_t col = entry.col() * block.cols + c;
              if (row >= p.a.rows() || col >= p.a.cols()) continue;  // padding
              if ((Op == op::none ? row : col) != i) continue;
              sum = add(sum, multiply(detail::convert<accumulator>(entry(r, c)),
                                      detail::convert<accumulator>(p.b(Op == op::none ? col : row, j))));
            }
      p.c(i, j) = to_element<typename C::value_type>(p.epilogue(multiply(p.alpha, sum), i, j));
    }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::reference
