// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What the kernels of sampled products are told: raw pointers and integers.
#include <cstdint>

#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// An array of indices of 32 or 64 bits. Kernels read so few of them that one kernel does for both.
struct index_array {
  const void* data;
  bool wide;

  template <class Isa>
  BSR_DEVICE std::int64_t load(Isa& isa, std::int64_t n) const {
    return wide ? isa.load(static_cast<const std::int64_t*>(data) + n)
                : isa.load(static_cast<const std::int32_t*>(data) + n);
  }
};

/// S(i, j) = alpha * sum_k X(i, k) Y(k, j) + beta * D(i, j) for every element of the stored blocks of S.
/// Block row i of S has the blocks begin[i] .. begin[i + 1] - 1, each in block column columns[n], by rows at
/// s + n * block_rows * block_cols. D has its blocks where S has them; beta == 0: it is not read. What lies
/// beyond rows and cols becomes 0.
template <class T, class Accumulator, class Result>
struct sddmm_args {
  const T* x;
  const T* y;
  const Result* d;
  Result* s;
  std::int64_t x_row_stride;
  std::int64_t x_col_stride;
  std::int64_t y_row_stride;
  std::int64_t y_col_stride;
  std::int32_t rows;
  std::int32_t cols;
  std::int32_t depth;  // columns of X, rows of Y
  std::int32_t block_rows;
  std::int32_t block_cols;
  Accumulator alpha;
  Accumulator beta;
  index_array begin;
  index_array columns;
  std::int64_t blocks;  // of S

  /// Writes element `at` of S, given its sum of products; inside: whether it belongs to the matrix. The
  /// addend may be S itself: it is read by the thread that writes it, and by no other.
  template <class Isa>
  BSR_DEVICE void finish(Isa& isa, std::int64_t at, Accumulator sum, bool inside) const {
    Accumulator value = Accumulator(0);
    if (inside) {
      value = alpha * sum;
      if (beta != Accumulator(0)) value += beta * isa.template widened<Accumulator>(isa.load_own(d + at));
    }
    isa.store(s + at, isa.template result<Result>(value));
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
