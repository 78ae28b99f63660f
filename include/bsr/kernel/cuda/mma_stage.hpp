// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What the kernels for tensor cores have in common: a stage of the pipeline in shared memory, which holds
// tiles of both factors, how it is filled, and how a block of threads multiplies what is in it.
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/fragment.hpp"
#include "bsr/kernel/cuda/isa.hpp"
#include "bsr/kernel/cuda/mma_type.hpp"
#include "bsr/kernel/cuda/swizzle.hpp"
#include "bsr/kernel/cuda/tile.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// The part of a result that a warp keeps in registers: Rows x Cols tiles of 16 x 8. All indices are known
/// when loops are unrolled.
template <class T, int Rows, int Cols>
class register_tiles {
 public:
  static constexpr int size = Rows * Cols * 4;  // of one lane
  BSR_DEVICE auto tile(int row, int col) -> T (&)[4] { return values_[row * Cols + col]; }
  /// Element i % 4 of tile (i / 4 / Cols, i / 4 % Cols).
  BSR_DEVICE T& operator[](int i) { return values_[i / 4][i % 4]; }

 private:
  T values_[std::size_t{Rows * Cols}][4];
};

/// Tile::value is an spmm_tile. (A type, because nvcc 13 cannot launch a kernel with a template argument that
/// is an object.) A lies as OrderA says, B as OrderB does.
template <class T, class Tile, along OrderA, along OrderB>
struct mma_stage {
  static constexpr spmm_tile tile = Tile::value;
  static_assert(tile.is_valid() && tile.element_bytes == static_cast<int>(sizeof(T)));
  using type = mma_type<T>;
  using accumulator = typename type::accumulator;
  static_assert(type::takes_a(OrderA));

  // The tile's numbers, one by one: device code has no objects that are constants.
  static constexpr int block_rows = tile.block_rows;
  static constexpr int group = tile.rows_of_group;
  static constexpr int rows = tile.rows();
  static constexpr int columns = tile.columns;
  static constexpr int depth = tile.depth;
  static constexpr int steps = tile.steps;
  static constexpr int stages = tile.stages;
  static constexpr int warp_cols = tile.warp_cols;
  static constexpr int threads = tile.threads();
  static constexpr int resident = tile.resident();
  static constexpr int rows_of_warp = tile.rows_of_warp();
  static constexpr int columns_of_warp = tile.columns_of_warp();
  static constexpr int block_bytes = tile.block_bytes();
  static constexpr int a_bytes = tile.a_bytes();
  static constexpr int stage_bytes = tile.stage_bytes();
  static constexpr int elements = chunk_bytes / static_cast<int>(sizeof(T));  // of a chunk
  static constexpr int slices = tile.depth_bytes() / 32;
  /// Of one block.
  using a_tile =
      std::conditional_t<OrderA == along::k, tile_along_k<sizeof(T), tile.depth_bytes(), block_rows>,
                         tile_along_n<sizeof(T), block_rows* int(sizeof(T)), depth>>;
  /// Of one step.
  using b_tile = std::conditional_t<OrderB == along::k, tile_along_k<sizeof(T), tile.depth_bytes(), columns>,
                                    tile_along_n<sizeof(T), columns* int(sizeof(T)), depth>>;
  // A warp computes whole blocks one below the other, or some rows of one block.
  static constexpr int blocks_of_warp = rows_of_warp > block_rows ? rows_of_warp / block_rows : 1;
  static constexpr int tiles_of_block = rows_of_warp / blocks_of_warp / 16;
  static constexpr int row_tiles = blocks_of_warp * tiles_of_block;
  static constexpr int col_tiles = columns_of_warp / 8;
  using registers = register_tiles<accumulator, row_tiles, col_tiles>;

  template <class Isa>
  BSR_DEVICE static int first_row_of_warp(Isa& isa) {
    return isa.warp() / warp_cols * rows_of_warp;
  }
  template <class Isa>
  BSR_DEVICE static int first_column_of_warp(Isa& isa) {
    return isa.warp() % warp_cols * columns_of_warp;
  }

  // ---- filling --------------------------------------------------------------------------------------------

  /// f(n) for every n below Chunks, 32 consecutive ones by each warp together.
  template <int Chunks, class Isa, class F>
  BSR_DEVICE static void for_each_chunk(Isa& isa, const F& f) {
    static_assert(Chunks % warp_size == 0);
    BSR_GPU_LOOP
    for (int n = isa.thread(); n < Chunks; n += threads) f(n);
  }
  /// Begins the copies of a tile of a dense factor, k from `k`. Its lines, rows of the left factor or columns
  /// of the right one, follow each other along k in one piece where Order says so, else side by side. line(n)
  /// is the line of the factor, of `lines`, that line n of the tile is, the same for all lanes of a chunk;
  /// -1: none. What lies beyond depth and lines becomes 0.
  template <class Operand, along Order, int CopyBytes, class Isa, class Line>
  BSR_DEVICE static void copy_dense(Isa& isa, std::uint32_t to, const T* from, std::int64_t stride, int k,
                                    int end_of_k, int lines, const Line& line) {
    for_each_chunk<Operand::bytes / chunk_bytes>(isa, [&](int n) {
      const int row = n / Operand::chunks;
      const int chunk = n % Operand::chunks;
      const int j = line(Order == along::k ? row : chunk * elements);
      const int i = k + (Order == along::k ? chunk * elements : row);
      const bool there = j >= 0 && (Order == along::k ? j < lines : i < end_of_k);
      const int valid = there ? valid_bytes(Order == along::k ? end_of_k - i : lines - j) : 0;
      const std::int64_t at = Order == along::k ? j * stride + i : i * stride + j;
      copy_chunk<CopyBytes>(isa, to + static_cast<std::uint32_t>(Operand::at(row, chunk)),
                            valid > 0 ? from + at : from, valid);
    });
  }
  /// Of the chunk that begins so many elements before the edge.
  BSR_DEVICE static int valid_bytes(int rest) {
    return rest >= elements ? chunk_bytes : rest > 0 ? rest * static_cast<int>(sizeof(T)) : 0;
  }
  /// 16 bytes from an address that is aligned to CopyBytes.
  template <int CopyBytes, class Isa>
  BSR_DEVICE static void copy_chunk(Isa& isa, std::uint32_t to, const T* from, int valid) {
    if constexpr (CopyBytes >= 4) {
      BSR_GPU_UNROLL
      for (int n = 0; n < chunk_bytes; n += CopyBytes) {
        const int rest = valid - n;
        isa.template copy_async<CopyBytes>(to + static_cast<std::uint32_t>(n),
                                           rest > 0 ? from + n / static_cast<int>(sizeof(T)) : from,
                                           rest >= CopyBytes ? CopyBytes
                                           : rest > 0        ? rest
                                                             : 0);
      }
    } else {
      // No asynchronous copy is that small: elements are collected into words.
      quad q{};
      BSR_GPU_UNROLL
      for (int e = 0; e < elements; ++e) {
        const int byte = e * static_cast<int>(sizeof(T));
        if (byte < valid) q.word[byte / 4] |= bits_of(isa.load(from + e)) << byte % 4 * 8;
      }
      isa.store_shared(to, q);
    }
  }
  BSR_DEVICE static std::uint32_t bits_of(T value) {
    if constexpr (sizeof(T) == 1)
      return static_cast<std::uint8_t>(value);
    else if constexpr (sizeof(T) == 2)
      return __builtin_bit_cast(std::uint16_t, value);
    else
      return 0;
  }

  // ---- multiplying ----------------------------------------------------------------------------------------

  /// sums += the blocks of the stage at `a` times their rows of B. Bit step * group + j of `present`: block j
  /// of that step is there.
  template <class Isa>
  BSR_DEVICE static void multiply(Isa& isa, std::uint32_t a, std::uint32_t present, registers& sums) {
    constexpr int at_once = type::tiles_at_once(OrderB);
    constexpr std::uint32_t all_blocks = (1u << blocks_of_warp) - 1;
    const int row = first_row_of_warp(isa);
    const int column = first_column_of_warp(isa);
    const int first_block = row / block_rows;
    BSR_GPU_UNROLL
    for (int step = 0; step < steps; ++step) {
      const std::uint32_t mine = present >> (step * group + first_block) & all_blocks;
      if (mine == 0) continue;
      const std::uint32_t b = a + static_cast<std::uint32_t>(a_bytes + step * b_tile::bytes);
      BSR_GPU_UNROLL
      for (int slice = 0; slice < slices; ++slice) {
        typename type::b_registers from_b[std::size_t{col_tiles}];
        BSR_GPU_UNROLL
        for (int j = 0; j < col_tiles; j += at_once)
          type::template load_b<OrderB, b_tile>(isa, from_b + j, b, column + 8 * j, slice);
        BSR_GPU_UNROLL
        for (int n = 0; n < blocks_of_warp; ++n) {
          if ((mine >> n & 1) == 0) continue;
          const std::uint32_t block =
              a + static_cast<std::uint32_t>((step * group + first_block + n) * block_bytes);
          BSR_GPU_UNROLL
          for (int i = 0; i < tiles_of_block; ++i) {
            typename type::a_registers from_a;
            type::template load_a<OrderA, a_tile>(isa, from_a, block, row % block_rows + 16 * i, slice);
            BSR_GPU_UNROLL
            for (int j = 0; j < col_tiles; ++j)
              type::multiply(isa, sums.tile(n * tiles_of_block + i, j), from_a, from_b[j]);
          }
        }
      }
    }
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
