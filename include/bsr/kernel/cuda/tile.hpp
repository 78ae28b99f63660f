// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The shapes of tiles: all tuning numbers of the kernels for CUDA.
#include <cstdint>
#include <type_traits>

#include "bsr/base/half.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/fragment.hpp"
#include "bsr/kernel/cuda/mma_type.hpp"
#include "bsr/kernel/cuda/schedule.hpp"
#include "bsr/kernel/cuda/swizzle.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// How spmm_mma cuts its work, and sddmm_mma. Sizes are elements unless they say otherwise.
struct spmm_tile {
  int element_bytes;
  int block_rows;     // R: 16, 32, 64 or 128
  int rows_of_group;  // block rows that share B
  int columns;        // of B and C in one tile
  int depth;          // elements of k in a step; a block of C columns takes C / depth of them
  int steps;          // in one stage of the pipeline
  int stages;
  int warp_rows;  // warps, one below the other
  int warp_cols;  // and side by side

  BSR_HD constexpr int rows() const { return block_rows * rows_of_group; }
  BSR_HD constexpr int threads() const { return warp_rows * warp_cols * warp_size; }
  /// Blocks of threads of a multiprocessor: 256 threads may have 255 registers each.
  BSR_HD constexpr int resident() const { return 256 / threads(); }
  BSR_HD constexpr int depth_bytes() const { return depth * element_bytes; }
  BSR_HD constexpr int block_bytes() const { return block_rows * depth_bytes(); }
  BSR_HD constexpr int a_bytes() const { return steps * rows_of_group * block_bytes(); }
  BSR_HD constexpr int b_bytes() const { return steps * depth_bytes() * columns; }
  BSR_HD constexpr int stage_bytes() const { return a_bytes() + b_bytes(); }
  /// Behind the stages: for each stage one word of bits for the blocks that are there, and one word.
  BSR_HD constexpr int shared_bytes() const { return stages * stage_bytes() + (stages + 1) * 4; }
  /// Rows and columns of C that one warp computes.
  BSR_HD constexpr int rows_of_warp() const { return rows() / warp_rows; }
  BSR_HD constexpr int columns_of_warp() const { return columns / warp_cols; }

  /// What spmm_mma relies upon.
  constexpr bool is_valid() const {
    const bool rows_fit = rows() % warp_rows == 0 && rows_of_warp() % 16 == 0 &&
                          (rows_of_warp() % block_rows == 0 || block_rows % rows_of_warp() == 0);
    const bool columns_fit = columns % warp_cols == 0 && columns_of_warp() % 16 == 0 &&
                             (element_bytes != 1 || columns_of_warp() % 32 == 0) &&
                             columns * element_bytes % line_bytes == 0;
    // A warp copies 32 chunks of one block, or of the rows of B of one step.
    const bool copies_fit =
        block_bytes() / chunk_bytes % warp_size == 0 && b_bytes() / steps / chunk_bytes % warp_size == 0;
    return rows_fit && columns_fit && copies_fit && steps * rows_of_group <= warp_size && stages >= 2 &&
           (depth_bytes() == 32 || depth_bytes() == 64 || depth_bytes() == 128);
  }

  /// Bytes that come from the L2 cache; a multiplication costs as much as reading the block from there.
  constexpr work_cost cost() const {
    return {.step = depth_bytes() * columns,
            .block = 2 * block_bytes(),
            .tile = 2 * rows() * columns,
            .part = 8 * rows() * columns};
  }
};

/// How spmm_wgmma and, for blocks of 16 and 32 rows, spmm_wgmma_narrow cut their work. The names that
/// spmm_tile has too mean the same.
struct wgmma_tile {
  static constexpr int warpgroup_size = 4 * warp_size;
  int element_bytes;
  int block_rows;     // 16, 32, 64 or 128
  int rows_of_group;  // 128 rows
  int columns;
  int depth;
  int stages;
  int rows_of_warpgroup;

  BSR_HD constexpr int rows() const { return block_rows * rows_of_group; }
  /// And one warpgroup that brings what the others multiply.
  BSR_HD constexpr int threads() const { return (rows() / rows_of_warpgroup + 1) * warpgroup_size; }
  BSR_HD constexpr int resident() const { return 1; }
  BSR_HD constexpr int stage_bytes() const { return (rows() + columns) * depth * element_bytes; }
  /// Behind the stages: for each stage two barriers of eight bytes and one word, and one word more.
  BSR_HD constexpr int shared_bytes() const { return (stages * (stage_bytes() + 20) + 4 + 15) / 16 * 16; }
  constexpr work_cost cost() const {
    return {.step = depth * element_bytes * columns,
            .block = 2 * block_rows * depth * element_bytes,
            .tile = 2 * rows() * columns,
            .part = 8 * rows() * columns};
  }
};
/// 192 KiB of stages. A step of low blocks is as deep as they are high, as planned_depth says of two bytes.
constexpr wgmma_tile select_wgmma_tile(int block_rows, int element_bytes = 2) {
  const bool low = block_rows < 64;
  const int line = line_bytes / element_bytes;
  return {.element_bytes = element_bytes,
          .block_rows = block_rows,
          .rows_of_group = 128 / block_rows,
          .columns = 256,
          .depth = low ? block_rows : line,
          .stages = low ? 4 * line / block_rows : 4,
          .rows_of_warpgroup = low ? 32 : 64};
}
/// Whether spmm_wgmma or, of elements of two bytes, spmm_wgmma_narrow takes such blocks, in steps of that
/// depth, of op(A) and B that lie that way: bytes and floats (as tf32) along k only.
template <class T>
constexpr bool takes_wgmma(int block_rows, int depth, along order_a, along order_b) {
  const bool half = std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>;
  const bool other = (std::is_same_v<T, std::int8_t> || std::is_same_v<T, float>) && order_a == along::k &&
                     order_b == along::k;
  const bool low = block_rows == 16 || block_rows == 32;
  const bool high = block_rows == 64 || block_rows == 128;
  return ((half && low) || ((half || other) && high)) &&
         depth == select_wgmma_tile(block_rows, sizeof(T)).depth;
}
/// Shared memory that they need, in KiB: that of sm_90.
inline constexpr int wgmma_shared_kib = 227;

/// The depth of a step for blocks of `block_cols` columns: up to 128 bytes, a power of two; 0 when the blocks
/// are not made of pieces of 32 bytes.
constexpr int select_depth(int element_bytes, int block_cols) {
  for (int bytes = 128; bytes >= 32; bytes /= 2)
    if (block_cols * element_bytes % bytes == 0) return bytes / element_bytes;
  return 0;
}

/// The tile for blocks of R = block_rows rows, with so much shared memory for a block of threads (163 KiB on
/// sm_80 and more elsewhere, 99 KiB on sm_86, sm_89 and sm_120). block_rows is 16, 32, 64 or 128.
///
/// Accumulators are 128 registers of a thread. Groups have 128 rows (doubles: 64), and of low blocks several
/// steps share a stage, so that a barrier is followed by enough work.
constexpr spmm_tile select_tile(int element_bytes, int block_rows, int depth, int shared_limit) {
  spmm_tile tile{};
  tile.element_bytes = element_bytes;
  tile.block_rows = block_rows;
  tile.depth = depth;
  const bool low = block_rows <= 32;
  if (element_bytes == 8) {
    tile.rows_of_group = block_rows >= 64 ? 1 : 64 / block_rows;
    tile.columns = block_rows == 128 ? 64 : 128;
    tile.warp_rows = block_rows == 128 ? 4 : block_rows == 64 ? 2 : 1;
    tile.warp_cols = 8 / tile.warp_rows;
  } else {
    tile.rows_of_group = 128 / block_rows;
    tile.columns = low ? 256 : 128;
    tile.warp_rows = low ? 1 : 2;
    tile.warp_cols = low ? 8 : 2;
  }
  tile.steps = 128 / tile.depth_bytes();
  if (tile.steps * tile.rows_of_group > warp_size) tile.steps = warp_size / tile.rows_of_group;
  // Two blocks of threads share a multiprocessor where tiles are small enough.
  for (tile.stages = 4; tile.stages > 2 && tile.shared_bytes() > shared_limit; --tile.stages) {
  }
  if (tile.threads() == 128)
    for (; tile.stages > 3; --tile.stages) {
    }
  return tile;
}

/// The tile of sddmm_mma for so many rows of X at a time, a multiple of which the blocks have: 16, 32, 64, or
/// (not with doubles) 128. Needs 99 KiB at most, which all devices have.
constexpr spmm_tile select_sample_tile(int element_bytes, int rows) {
  spmm_tile tile{};
  tile.element_bytes = element_bytes;
  tile.block_rows = rows;
  tile.rows_of_group = 1;
  tile.columns = element_bytes == 8 || rows == 128 ? 128 : 256;
  tile.depth = 64 / element_bytes;
  tile.steps = 1;
  tile.stages = 4;
  tile.warp_rows = rows == 128 ? 2 : 1;
  tile.warp_cols = rows == 128 ? 2 : 4;
  return tile;
}
/// How many rows of a block of block_rows rows are computed at a time; 0 where sddmm_mma does not take it.
constexpr int select_sample_rows(int element_bytes, std::int64_t block_rows) {
  for (int rows = element_bytes == 8 ? 64 : 128; rows >= 16; rows /= 2)
    if (block_rows % rows == 0) return rows;
  return 0;
}
template <class T, int Rows>
struct selected_sample_tile {
  static constexpr spmm_tile value = select_sample_tile(static_cast<int>(sizeof(T)), Rows);
};

/// The depth at which products with a plan run, for blocks of block_rows rows: one for each, so that there
/// are not too many kernels. 0 where the tensor cores' form does not take the blocks.
constexpr int planned_depth(int element_bytes, int block_rows, int block_cols) {
  if (block_rows != 16 && block_rows != 32 && block_rows != 64 && block_rows != 128) return 0;
  const int bytes = block_rows == 16 ? 32 : block_rows == 32 ? 64 : 128;
  return block_cols * element_bytes % bytes == 0 ? bytes / element_bytes : 0;
}
/// Shared memory that products with a plan need, in KiB: that of sm_80.
inline constexpr int planned_shared_kib = 163;

/// The same as a type.
template <class T, int BlockRows, int Depth, int SharedKib>
struct selected_tile {
  static constexpr spmm_tile value =
      select_tile(static_cast<int>(sizeof(T)), BlockRows, Depth, SharedKib << 10);
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
