// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// C = epilogue(alpha op(A) B) for small blocks and few columns: y = A x of solvers.
//
// A warp computes one block row. Its lanes stand side by side over the elements of as many blocks as 32 lanes
// hold, so that the values, of which there are most, come in one piece; each lane meets the same row and
// column of its blocks every time. What lanes of the same row have summed is added in a fixed order through
// shared memory. Rows are not cut.
#include <cstddef>
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/fragment.hpp"
#include "bsr/kernel/cuda/isa.hpp"
#include "bsr/kernel/cuda/kernel/spmm_plain.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Takes the arguments of spmm_plain, for blocks of up to 64 elements. A is read once for each `columns`
/// columns.
template <class T, class Accumulator>
class spmm_thin {
 public:
  static constexpr int threads = 128;
  static constexpr int resident = 8;
  static constexpr int most_elements = 64;
  static constexpr int columns = 4;
  static constexpr int shared_bytes =
      threads / warp_size * most_elements * columns * static_cast<int>(sizeof(Accumulator));

  /// Whether it is the form for such blocks and so many columns: more of them keep the lanes of spmm_plain
  /// busy.
  static constexpr bool suits(std::int64_t block_rows, std::int64_t block_cols, std::int64_t cols) {
    return block_rows <= most_elements && block_cols <= most_elements &&
           block_rows * block_cols <= most_elements && cols <= 4 * columns;
  }

  BSR_HD static constexpr std::int64_t count_items(std::int64_t rows, std::int64_t cols,
                                                   std::int64_t block_rows) {
    return (rows + block_rows - 1) / block_rows * ((cols + columns - 1) / columns);
  }

  template <class Isa, class Result, class Index, class Epilogue>
  BSR_DEVICE static void run(Isa& isa, const spmm_plain_args<T, Accumulator, Result, Index, Epilogue>& args) {
    const std::int64_t items = count_items(args.rows, args.cols, args.block_rows);
    const int block_rows = (args.rows + args.block_rows - 1) / args.block_rows;
    constexpr int warps = threads / warp_size;
    for (std::int64_t item = static_cast<std::int64_t>(isa.block()) * warps + isa.warp(); item < items;
         item += static_cast<std::int64_t>(isa.blocks()) * warps)
      compute(isa, args, static_cast<int>(item % block_rows), static_cast<int>(item / block_rows) * columns);
  }

 private:
  static constexpr int passes = most_elements / warp_size;

  template <class Isa, class Result, class Index, class Epilogue>
  BSR_DEVICE static void compute(Isa& isa,
                                 const spmm_plain_args<T, Accumulator, Result, Index, Epilogue>& args,
                                 int block_row, int first_column) {
    const int area = args.block_rows * args.block_cols;
    const int side_by_side = area < warp_size ? warp_size / area : 1;
    const int slot = area < warp_size ? isa.lane() / area : 0;
    Accumulator sums[std::size_t{passes}][std::size_t{columns}];
    int row[std::size_t{passes}];
    int col[std::size_t{passes}];
    BSR_GPU_UNROLL
    for (int p = 0; p < passes; ++p) {
      const int element = area < warp_size ? isa.lane() % area : isa.lane() + p * warp_size;
      const bool mine = slot < side_by_side && element < area && (p == 0 || area > warp_size);
      // In the order of memory: by rows, or a transposed block by columns.
      row[p] = !mine ? -1 : args.a_col_stride == 1 ? element / args.block_cols : element % args.block_rows;
      col[p] = args.a_col_stride == 1 ? element % args.block_cols : element / args.block_rows;
      BSR_GPU_UNROLL
      for (int v = 0; v < columns; ++v) sums[p][v] = Accumulator(0);
    }
    const auto last =
        isa.load(args.begin + (args.mask.takes_row(isa, block_row) ? block_row + 1 : block_row));
    for (auto n = isa.load(args.begin + block_row) + slot; n < last; n += side_by_side) {
      if (slot >= side_by_side) break;
      const std::int64_t block = args.blocks == nullptr ? n : isa.load(args.blocks + n);
      const auto block_column = isa.load(args.columns + n);
      if (!args.mask.takes(isa, block, block_column)) continue;
      BSR_GPU_UNROLL
      for (int p = 0; p < passes; ++p) {
        const int k = static_cast<int>(block_column) * args.block_cols + col[p];
        if (row[p] < 0 || k >= args.depth) continue;
        const auto x = isa.template widened<Accumulator>(
            isa.load(args.a + block * area + row[p] * args.a_row_stride + col[p] * args.a_col_stride));
        BSR_GPU_UNROLL
        for (int v = 0; v < columns; ++v)
          if (first_column + v < args.cols)
            sums[p][v] += x * isa.template widened<Accumulator>(isa.load(
                                  args.b + k * args.b_row_stride + (first_column + v) * args.b_col_stride));
      }
    }
    reduce(isa, args, block_row, first_column, side_by_side, slot, row, col, sums);
  }

  /// Adds what belongs to one element of C, halves of the lanes to halves, and stores it.
  template <class Isa, class Result, class Index, class Epilogue>
  BSR_DEVICE static void reduce(Isa& isa,
                                const spmm_plain_args<T, Accumulator, Result, Index, Epilogue>& args,
                                int block_row, int first_column, int side_by_side, int slot,
                                const int (&row)[std::size_t{passes}], const int (&col)[std::size_t{passes}],
                                const Accumulator (&sums)[std::size_t{passes}][std::size_t{columns}]) {
    const std::uint32_t memory =
        isa.shared() + static_cast<std::uint32_t>(isa.warp() * (shared_bytes / (threads / warp_size)));
    int length = side_by_side * args.block_cols;  // values of a row; all of them are at most 64
    const int line = length;
    const auto at = [&](int r, int i, int v) {
      return memory + static_cast<std::uint32_t>(((v * args.block_rows + r) * line + i) *
                                                 static_cast<int>(sizeof(Accumulator)));
    };
    isa.sync_warp();  // the row before has been read
    BSR_GPU_UNROLL
    for (int p = 0; p < passes; ++p) {
      if (row[p] < 0) continue;
      BSR_GPU_UNROLL
      for (int v = 0; v < columns; ++v)
        isa.store_shared(at(row[p], slot * args.block_cols + col[p], v), sums[p][v]);
    }
    isa.sync_warp();
    while (length > 1) {
      const int rest = (length + 1) / 2;
      const int moved = length - rest;
      for (int n = isa.lane(); n < columns * args.block_rows * moved; n += warp_size) {
        const int line_of_n = n / moved;  // v * block_rows + row
        const std::uint32_t to = at(line_of_n, n % moved, 0);
        isa.store_shared(to, isa.template load_shared<Accumulator>(to) +
                                 isa.template load_shared<Accumulator>(at(line_of_n, rest + n % moved, 0)));
      }
      isa.sync_warp();
      length = rest;
    }
    for (int n = isa.lane(); n < columns * args.block_rows; n += warp_size) {
      const int i = block_row * args.block_rows + n % args.block_rows;
      const int j = first_column + n / args.block_rows;
      if (i < args.rows && j < args.cols)
        isa.store(args.c + i * args.c_row_stride + j * args.c_col_stride,
                  isa.template result<Result>(
                      args.epilogue(args.alpha * isa.template load_shared<Accumulator>(at(n, 0, 0)), i, j)));
    }
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
