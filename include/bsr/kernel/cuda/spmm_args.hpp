// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What the kernels for CUDA are told: raw pointers and integers.
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/block_mask.hpp"
#include "bsr/kernel/cuda/schedule.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// C(i, j) = epilogue(alpha * sum_k op(A)(i, k) B(k, j), i, j). Element (i, j) of C lies at
/// c + i * c_row_stride + j * c_col_stride; b_stride goes from one row of row-major B to the next, or from
/// one column of column-major B to the next. No element of op(A), B or C beyond rows, cols and depth is used.
template <class T, class Accumulator, class Result, class Epilogue>
struct spmm_args {
  const T* a;
  const T* b;
  Result* c;
  std::int64_t b_stride;
  std::int64_t c_row_stride;
  std::int64_t c_col_stride;
  std::int32_t rows;        // of op(A) and C
  std::int32_t cols;        // of B and C
  std::int32_t depth;       // columns of op(A), rows of B
  std::int32_t block_cols;  // of a block of op(A)
  Accumulator alpha;
  Epilogue epilogue;
  // The plan: row_groups and schedule.
  const std::int32_t* columns;
  const std::int32_t* blocks;
  const work_item* items;
  const std::int32_t* begin;
  Accumulator* partial;    // schedule.slots tiles
  std::uint32_t* counter;  // schedule.counters numbers, 0 before and after
  block_mask mask = {};
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
