// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What the kernels for CUDA are told: raw pointers and integers.
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/block_mask.hpp"
#include "bsr/kernel/cuda/mma_type.hpp"
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

/// The same for spmm_wgmma. Map: what copy_slab takes, made from a slab_source.
template <class T, class Result, class Epilogue, class Map>
struct spmm_slab_args : spmm_args<T, typename mma_type<T>::accumulator, Result, Epilogue> {
  Map whole_blocks;  // (column, row, block) of A as it is stored
  Map cut_blocks;    // the same, of the last block column: nothing behind the end of op(A)
  Map dense;         // (column, row, 0) of row-major B, (row, column, 0) of column-major B
};

/// An epilogue whose steps are data, as flat_epilogue is.
template <class Epilogue>
inline constexpr bool steps_at_run_time = requires(const Epilogue& e) { e.steps; };

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
