// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// C = epilogue(alpha op(A) B) for blocks of any size, with multiply-adds: the form for what tensor cores have
// no instruction for, and for float with all its bits.
//
// A warp computes up to 8 rows of one block row for 32 * V columns, one lane V of them. It goes through the
// blocks as they are stored; an element of A is the same for all lanes, and is used V times by each. Rows are
// not cut, so the time is at least that of the longest row.
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/block_mask.hpp"
#include "bsr/kernel/cuda/fragment.hpp"
#include "bsr/kernel/cuda/isa.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// C(i, j) = epilogue(alpha * sum_k op(A)(i, k) B(k, j), i, j), with op(A) rows x depth.
///
/// Block row i of op(A) holds the blocks begin[i] .. begin[i + 1] - 1: block n is in block column columns[n]
/// and has its elements at a + (blocks == nullptr ? n : blocks[n]) * block_rows * block_cols, where element
/// (r, c) is r * a_row_stride + c * a_col_stride further. So A itself has the strides (block_cols, 1), and A
/// transposed has (1, the blocks' rows) and the index of its columns.
template <class T, class Accumulator, class Result, class Index, class Epilogue>
struct spmm_plain_args {
  const T* a;
  const T* b;
  Result* c;
  std::int64_t b_row_stride;
  std::int64_t b_col_stride;
  std::int64_t c_row_stride;
  std::int64_t c_col_stride;
  std::int32_t rows;
  std::int32_t cols;
  std::int32_t depth;
  std::int32_t block_rows;  // of op(A)
  std::int32_t block_cols;
  std::int32_t a_row_stride;
  std::int32_t a_col_stride;
  Accumulator alpha;
  Epilogue epilogue;
  const Index* begin;
  const Index* columns;
  const Index* blocks;
  block_mask mask = {};
};

template <class T, class Accumulator>
class spmm_plain {
 public:
  static constexpr int threads = 128;
  static constexpr int resident = 4;
  static constexpr int shared_bytes = 0;
  static constexpr int rows_at_once = 8;
  static constexpr int columns_of_lane = sizeof(Accumulator) == 8 ? 2 : 4;
  static constexpr int columns = warp_size * columns_of_lane;

  /// How many warps have something to do.
  BSR_HD static constexpr std::int64_t count_items(std::int64_t rows, std::int64_t cols,
                                                   std::int64_t block_rows) {
    return (rows + block_rows - 1) / block_rows * ((block_rows + rows_at_once - 1) / rows_at_once) *
           ((cols + columns - 1) / columns);
  }

  template <class Isa, class Result, class Index, class Epilogue>
  BSR_DEVICE static void run(Isa& isa, const spmm_plain_args<T, Accumulator, Result, Index, Epilogue>& args) {
    const std::int64_t items = count_items(args.rows, args.cols, args.block_rows);
    const int pieces = (args.block_rows + rows_at_once - 1) / rows_at_once;
    const int block_rows = (args.rows + args.block_rows - 1) / args.block_rows;
    constexpr int warps = threads / warp_size;
    for (std::int64_t item = static_cast<std::int64_t>(isa.block()) * warps + isa.warp(); item < items;
         item += static_cast<std::int64_t>(isa.blocks()) * warps) {
      // Warps that run at the same time use the same columns of B.
      const int piece = static_cast<int>(item % pieces);
      const int block_row = static_cast<int>(item / pieces % block_rows);
      const int column = static_cast<int>(item / pieces / block_rows) * columns + isa.lane();
      compute(isa, args, block_row, piece * rows_at_once, column);
    }
  }

 private:
  template <class Isa, class Result, class Index, class Epilogue>
  BSR_DEVICE static void compute(Isa& isa,
                                 const spmm_plain_args<T, Accumulator, Result, Index, Epilogue>& args,
                                 int block_row, int first, int column) {
    Accumulator sums[rows_at_once][std::size_t{columns_of_lane}];
    BSR_GPU_UNROLL
    for (int r = 0; r < rows_at_once; ++r) {
      BSR_GPU_UNROLL
      for (int v = 0; v < columns_of_lane; ++v) sums[r][v] = Accumulator(0);
    }
    const int height = args.block_rows - first < rows_at_once ? args.block_rows - first : rows_at_once;
    const auto last =
        isa.load(args.begin + (args.mask.takes_row(isa, block_row) ? block_row + 1 : block_row));
    for (auto n = isa.load(args.begin + block_row); n < last; ++n) {
      const std::int64_t block = args.blocks == nullptr ? n : isa.load(args.blocks + n);
      const auto block_column = isa.load(args.columns + n);
      if (!args.mask.takes(isa, block, block_column)) continue;
      const int k = static_cast<int>(block_column) * args.block_cols;
      const int width = args.depth - k < args.block_cols ? args.depth - k : args.block_cols;
      const T* const a = args.a + block * args.block_rows * args.block_cols +
                         static_cast<std::int64_t>(first) * args.a_row_stride;
      const T* const b = args.b + k * args.b_row_stride + column * args.b_col_stride;
      for (int c = 0; c < width; ++c) {
        Accumulator x[std::size_t{columns_of_lane}];
        BSR_GPU_UNROLL
        for (int v = 0; v < columns_of_lane; ++v)
          x[v] = column + warp_size * v < args.cols
                     ? isa.template widened<Accumulator>(
                           isa.load(b + c * args.b_row_stride + warp_size * v * args.b_col_stride))
                     : Accumulator(0);
        BSR_GPU_UNROLL
        for (int r = 0; r < rows_at_once; ++r) {
          if (r >= height) continue;
          const auto y = isa.template widened<Accumulator>(
              isa.load(a + static_cast<std::int64_t>(r) * args.a_row_stride + c * args.a_col_stride));
          BSR_GPU_UNROLL
          for (int v = 0; v < columns_of_lane; ++v) sums[r][v] += y * x[v];
        }
      }
    }
    BSR_GPU_UNROLL
    for (int r = 0; r < rows_at_once; ++r) {
      const int i = block_row * args.block_rows + first + r;
      if (r >= height || i >= args.rows) continue;
      BSR_GPU_UNROLL
      for (int v = 0; v < columns_of_lane; ++v) {
        const int j = column + warp_size * v;
        if (j < args.cols)
          isa.store(args.c + i * args.c_row_stride + j * args.c_col_stride,
                    isa.template result<Result>(args.epilogue(args.alpha * sums[r][v], i, j)));
      }
    }
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
