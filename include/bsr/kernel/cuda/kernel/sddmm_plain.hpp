// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// S = alpha X Y + beta D at the blocks of S, for blocks of any size, with multiply-adds.
//
// A warp computes up to 8 x 4 elements of one block. Its lanes divide the sum over k among them, so that rows
// of X and columns of Y that lie in one piece come in one piece; then each lane adds the parts of one
// element, in a fixed order, through shared memory.
#include <cstddef>
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/fragment.hpp"
#include "bsr/kernel/cuda/isa.hpp"
#include "bsr/kernel/cuda/sddmm_args.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

template <class T, class Accumulator>
class sddmm_plain {
 public:
  static constexpr int threads = 128;
  static constexpr int resident = sizeof(Accumulator) == 8 ? 3 : 4;  // 32 doubles are 64 registers
  static constexpr int rows_at_once = 8;
  static constexpr int cols_at_once = 4;
  static constexpr int parts = 4;  // warps that share a block row
  static_assert(rows_at_once * cols_at_once == warp_size);
  static constexpr int line = warp_size + 1;  // no two lanes in one bank
  static constexpr int shared_bytes =
      threads / warp_size * warp_size * line * static_cast<int>(sizeof(Accumulator));

  BSR_HD static constexpr std::int64_t count_items(std::int64_t rows, std::int64_t block_rows) {
    return (rows + block_rows - 1) / block_rows * ((block_rows + rows_at_once - 1) / rows_at_once) * parts;
  }

  template <class Isa, class Result>
  BSR_DEVICE static void run(Isa& isa, const sddmm_args<T, Accumulator, Result>& args) {
    const std::int64_t items = count_items(args.rows, args.block_rows);
    const int pieces = (args.block_rows + rows_at_once - 1) / rows_at_once;
    constexpr int warps = threads / warp_size;
    for (std::int64_t item = static_cast<std::int64_t>(isa.block()) * warps + isa.warp(); item < items;
         item += static_cast<std::int64_t>(isa.blocks()) * warps) {
      const int part = static_cast<int>(item % parts);
      const int row = static_cast<int>(item / parts % pieces) * rows_at_once;
      const auto block_row = static_cast<int>(item / parts / pieces);
      const std::int64_t last = args.begin.load(isa, block_row + 1);
      for (std::int64_t n = args.begin.load(isa, block_row) + part; n < last; n += parts)
        for (int col = 0; col < args.block_cols; col += cols_at_once)
          compute(isa, args, block_row, n, row, col);
    }
  }

 private:
  template <class Isa, class Result>
  BSR_DEVICE static void compute(Isa& isa, const sddmm_args<T, Accumulator, Result>& args, int block_row,
                                 std::int64_t n, int row, int col) {
    const std::int64_t i = static_cast<std::int64_t>(block_row) * args.block_rows + row;
    const std::int64_t j = args.columns.load(isa, n) * args.block_cols + col;
    // Of the tile, what lies inside the block and inside S.
    const int height = inside(args.block_rows - row, args.rows - i, rows_at_once);
    const int width = inside(args.block_cols - col, args.cols - j, cols_at_once);
    Accumulator sums[std::size_t{rows_at_once}][std::size_t{cols_at_once}];
    BSR_GPU_UNROLL
    for (int r = 0; r < rows_at_once; ++r) {
      BSR_GPU_UNROLL
      for (int c = 0; c < cols_at_once; ++c) sums[r][c] = Accumulator(0);
    }
    for (int k = isa.lane(); k < args.depth; k += warp_size) {
      Accumulator y[std::size_t{cols_at_once}];
      BSR_GPU_UNROLL
      for (int c = 0; c < cols_at_once; ++c)
        y[c] = c < width ? isa.template widened<Accumulator>(
                               isa.load(args.y + k * args.y_row_stride + (j + c) * args.y_col_stride))
                         : Accumulator(0);
      BSR_GPU_UNROLL
      for (int r = 0; r < rows_at_once; ++r) {
        if (r >= height) continue;
        const auto x = isa.template widened<Accumulator>(
            isa.load(args.x + (i + r) * args.x_row_stride + k * args.x_col_stride));
        BSR_GPU_UNROLL
        for (int c = 0; c < cols_at_once; ++c) sums[r][c] += x * y[c];
      }
    }
    const std::uint32_t memory =
        isa.shared() + static_cast<std::uint32_t>(isa.warp() * (shared_bytes / (threads / warp_size)));
    const auto at = [&](int element, int lane) {
      return memory +
             static_cast<std::uint32_t>((element * line + lane) * static_cast<int>(sizeof(Accumulator)));
    };
    isa.sync_warp();  // the tile before has been read
    BSR_GPU_UNROLL
    for (int r = 0; r < rows_at_once; ++r) {
      BSR_GPU_UNROLL
      for (int c = 0; c < cols_at_once; ++c)
        isa.store_shared(at(r * cols_at_once + c, isa.lane()), sums[r][c]);
    }
    isa.sync_warp();
    Accumulator sum = Accumulator(0);
    BSR_GPU_LOOP
    for (int lane = 0; lane < warp_size; ++lane)
      sum += isa.template load_shared<Accumulator>(at(isa.lane(), lane));
    const int r = isa.lane() / cols_at_once;
    const int c = isa.lane() % cols_at_once;
    if (row + r >= args.block_rows || col + c >= args.block_cols) return;
    args.finish(isa, (n * args.block_rows + row + r) * args.block_cols + col + c, sum,
                r < height && c < width);
  }
  BSR_DEVICE static int inside(std::int64_t of_block, std::int64_t of_matrix, int most) {
    const std::int64_t least = of_block < of_matrix ? of_block : of_matrix;
    return least < 0 ? 0 : least < most ? static_cast<int>(least) : most;
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
