// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// S = alpha X Y + beta D at the blocks of S on tensor cores: mma.sync, fed by cp.async as in spmm_mma.
//
// The blocks of a block row, one beside the other, are a band of strips of 16 columns. A block of threads
// gathers as many strips as its tile has, whichever columns of Y they are and wherever a block ends, so
// blocks of any multiple of 16 columns fill the tile; it multiplies them by some rows of X, which come once.
// Each takes its share of all strips in the order in which they are stored, with no plan: rows of blocks are
// not cut in shares, so long ones do no harm. The sum over k is done by one block of threads, in order: the
// same bits every time.
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/isa.hpp"
#include "bsr/kernel/cuda/mma_stage.hpp"
#include "bsr/kernel/cuda/mma_type.hpp"
#include "bsr/kernel/cuda/sddmm_args.hpp"
#include "bsr/kernel/cuda/tile.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Tile::value is what select_sample_tile gives. The blocks of S have a multiple of its block_rows rows and
/// of `strip` columns. X lies along k or m, Y along k or n; both, and their strides, are aligned to 16 bytes.
template <class T, class Tile, along OrderX, along OrderY>
class sddmm_mma : mma_stage<T, Tile, OrderX, OrderY> {
  using stage = mma_stage<T, Tile, OrderX, OrderY>;
  using stage::a_bytes;
  using stage::block_rows;
  using stage::col_tiles;
  using stage::columns;
  using stage::depth;
  using stage::row_tiles;
  using stage::stage_bytes;
  using stage::stages;
  using typename stage::accumulator;
  using typename stage::registers;
  using typename stage::type;
  static_assert(stage::group == 1 && stage::steps == 1);

 public:
  using stage::resident;
  using stage::threads;
  static constexpr int strip = 16;
  static constexpr int shared_bytes = stages * stage_bytes;

  /// How many blocks of threads have something to do.
  BSR_HD static constexpr std::int64_t count_tiles(std::int64_t blocks, std::int64_t rows_of_block,
                                                   std::int64_t cols_of_block) {
    return (blocks * (cols_of_block / strip) * (rows_of_block / block_rows) + strips - 1) / strips;
  }

  template <class Isa, class Result>
  BSR_DEVICE static void run(Isa& isa, const sddmm_args<T, accumulator, Result>& args) {
    const std::uint32_t ring = isa.shared();
    loader ahead(isa, args);
    BSR_GPU_UNROLL
    for (int s = 0; s < stages - 1; ++s) ahead.fill(isa, args, ring, s);
    int now = 0;
    for (band here(isa, args); here.count > 0; here.next(isa, args)) {
      registers sums;
      BSR_GPU_UNROLL
      for (int i = 0; i < registers::size; ++i) sums[i] = accumulator(0);
      const bool mine = stage::first_column_of_warp(isa) < here.count * strip;
      for (int k = 0; k < args.depth; k += depth) {
        isa.template wait<stages - 2>();
        isa.sync();
        ahead.fill(isa, args, ring, (now + stages - 1) % stages);
        stage::multiply(isa, ring + static_cast<std::uint32_t>(now * stage_bytes), mine ? 1u : 0u, sums);
        now = (now + 1) % stages;
      }
      if (mine) finish(isa, args, here, sums);
    }
  }

 private:
  static constexpr int strips = columns / strip;  // of a tile
  static_assert(strips <= warp_size);

  /// Strips that are multiplied together: of one block row, one beside the other.
  struct band {
    int count = 0;              // of strips; 0: there are no more
    std::int64_t row = 0;       // of S, the first one
    std::int64_t column = -1;   // of S, the first one of the strip that this lane knows; -1: of none
    std::int64_t element = -1;  // of s, the first one of that strip

    template <class Isa, class Args>
    BSR_DEVICE band(Isa& isa, const Args& args) {
      const std::int64_t tiles = count_tiles(args.blocks, args.block_rows, args.block_cols);
      const std::int64_t share = (tiles + isa.blocks() - 1) / isa.blocks() * strips;
      const std::int64_t all = args.blocks * (args.block_cols / strip) * (args.block_rows / block_rows);
      at_ = isa.block() * share;
      last_ = at_ + share < all ? at_ + share : all;
      if (at_ < last_) find(isa, args, -1);
    }
    template <class Isa, class Args>
    BSR_DEVICE void next(Isa& isa, const Args& args) {
      at_ += count;
      count = 0;
      if (at_ < last_) find(isa, args, block_row_);
    }

   private:
    /// The band that begins with strip at_. Pieces of block_rows rows of all blocks come one after the other.
    /// `known`: a block row that does not come after the strip's, unless a new piece begins; -1: none.
    template <class Isa, class Args>
    BSR_DEVICE void find(Isa& isa, const Args& args, std::int64_t known) {
      const int of_block = args.block_cols / strip;
      const std::int64_t of_piece = args.blocks * of_block;
      const std::int64_t piece = at_ / of_piece;
      const std::int64_t first = at_ % of_piece;
      const std::int64_t block = first / of_block;
      if (known < 0 || first == 0)
        block_row_ = row_of(isa, args, block);
      else
        while (args.begin.load(isa, block_row_ + 1) <= block) ++block_row_;
      const std::int64_t left = args.begin.load(isa, block_row_ + 1) * of_block - first;
      const std::int64_t most = left < last_ - at_ ? left : last_ - at_;
      count = most < strips ? static_cast<int>(most) : strips;
      row = block_row_ * args.block_rows + piece * block_rows;
      column = -1;
      if (isa.lane() < count) {
        const std::int64_t mine = first + isa.lane();
        const std::int64_t n = mine / of_block;
        const std::int64_t inside = mine % of_block * strip;
        column = args.columns.load(isa, n) * args.block_cols + inside;
        element = (n * args.block_rows + piece * block_rows) * args.block_cols + inside;
      }
    }
    /// The row of a block: the last that begins at it or before.
    template <class Isa, class Args>
    BSR_DEVICE static std::int64_t row_of(Isa& isa, const Args& args, std::int64_t block) {
      std::int64_t low = 0;
      std::int64_t high = (args.rows + args.block_rows - 1) / args.block_rows;
      while (high - low > 1) {
        const std::int64_t middle = (low + high) / 2;
        if (args.begin.load(isa, middle) <= block)
          low = middle;
        else
          high = middle;
      }
      return low;
    }

    std::int64_t at_;
    std::int64_t last_;  // of this block of threads
    std::int64_t block_row_ = 0;
  };

  /// Walks through all stages of all bands, some stages ahead of the multiplications.
  class loader {
   public:
    template <class Isa, class Args>
    BSR_DEVICE loader(Isa& isa, const Args& args) : band_(isa, args) {}

    /// Begins the copies of the next stage, if there is one, as one group.
    template <class Isa, class Args>
    BSR_DEVICE void fill(Isa& isa, const Args& args, std::uint32_t ring, int to) {
      if (band_.count > 0 && args.depth > 0) {
        const std::uint32_t a = ring + static_cast<std::uint32_t>(to * stage_bytes);
        const auto row = static_cast<int>(band_.row);
        const auto column = static_cast<int>(band_.column);
        stage::template copy_dense<typename stage::a_tile, OrderX, 16>(
            isa, a, args.x, OrderX == along::k ? args.x_row_stride : args.x_col_stride, k_, args.depth,
            args.rows, [&](int line) { return row + line; });
        stage::template copy_dense<typename stage::b_tile, OrderY, 16>(
            isa, a + a_bytes, args.y, OrderY == along::k ? args.y_col_stride : args.y_row_stride, k_,
            args.depth, args.cols, [&](int line) {
              const int first = isa.shuffle(column, line / strip);
              return first < 0 ? -1 : first + line % strip;
            });
        k_ += depth;
        if (k_ >= args.depth) {
          k_ = 0;
          band_.next(isa, args);
        }
      }
      isa.commit();
    }

   private:
    band band_;
    int k_ = 0;
  };

  /// Stores what this warp has of a band.
  template <class Isa, class Result>
  BSR_DEVICE static void finish(Isa& isa, const sddmm_args<T, accumulator, Result>& args, const band& here,
                                registers& sums) {
    const place p = type::fragment::c(isa.lane(), 0);
    const int row = stage::first_row_of_warp(isa) + p.row;
    BSR_GPU_UNROLL
    for (int i = 0; i < 2 * col_tiles; ++i) {
      const int c = stage::first_column_of_warp(isa) + type::column(OrderY, i / 2, p.col + i % 2);
      const std::int64_t first = isa.shuffle(here.column, c / strip);
      const std::int64_t at = isa.shuffle(here.element, c / strip) + c % strip;
      if (first < 0) continue;
      BSR_GPU_UNROLL
      for (int half = 0; half < 2 * row_tiles; ++half) {
        const int r = row + 8 * half;
        args.finish(isa, at + static_cast<std::int64_t>(r) * args.block_cols,
                    sums.tile(half / 2, i / 2)[half % 2 * 2 + i % 2],
                    here.row + r < args.rows && first + c % strip < args.cols);
      }
    }
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
