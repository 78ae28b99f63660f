// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The definition of the sampled product of dense matrices: loops to be read and believed. Oracle of every
// kernel test.
#include <cstdint>

#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET::reference {

/// Computes the problem element by element; no SIMD, no threads. O(stored elements * k).
template <class X, class Y, class S, class D>
void sddmm(const sddmm_problem<X, Y, S, D>& p) {
  using accumulator = typename sddmm_problem<X, Y, S, D>::accumulator;
  const dims block = p.s.blocksize();
  for (std::int64_t block_row = 0; block_row < p.s.block_rows(); ++block_row)
    for (auto entry : p.s.row(block_row))
      for (std::int64_t r = 0; r < block.rows; ++r)
        for (std::int64_t c = 0; c < block.cols; ++c) {
          const std::int64_t row = block_row * block.rows + r;
          const std::int64_t col = entry.col() * block.cols + c;
          accumulator value{};
          if (row < p.s.rows() && col < p.s.cols()) {  // else padding
            for (std::int64_t k = 0; k < p.x.cols(); ++k)
              value = add(value, multiply(detail::convert<accumulator>(p.x(row, k)),
                                          detail::convert<accumulator>(p.y(k, col))));
            value = multiply(p.alpha, value);
            if (p.beta != accumulator{})
              value =
                  add(value, multiply(p.beta, detail::convert<accumulator>(p.d.block(entry.index())(r, c))));
          }
          entry(r, c) = to_element<typename S::value_type>(value);
        }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::reference
