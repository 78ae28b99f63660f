// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// C = epilogue(alpha op(A) B) on tensor cores of every generation from sm_80 on: mma.sync, fed by cp.async.
//
// A block of threads goes through its work items. Steps flow through a ring of stages in shared memory: while
// one stage is multiplied, copies for the next ones are under way, also across the end of an item. One
// barrier for each stage says both that its copies have arrived everywhere and that the stage before it,
// which is filled next, has been read by everyone. Warps keep their tile of C in registers, load each
// fragment of B once and multiply it by all blocks that are there; blocks that are not cost nothing.
#include <cstddef>
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/isa.hpp"
#include "bsr/kernel/cuda/mma_stage.hpp"
#include "bsr/kernel/cuda/mma_type.hpp"
#include "bsr/kernel/cuda/spmm_args.hpp"
#include "bsr/kernel/cuda/tile.hpp"
#include "bsr/kernel/cuda/work_parts.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Tile::value is an spmm_tile. op(A) is A with OrderA == along::k, and A transposed with along::m: its
/// blocks are then columns of op(A) one after the other, block_cols of block_rows elements. CopyBytes: what
/// the addresses of B and its stride are multiples of, 16 or the size of an element. A is aligned to 16
/// bytes; its blocks have, in op(A), block_rows rows and a multiple of `depth` columns.
template <class T, class Tile, along OrderB, int CopyBytes, along OrderA = along::k>
class spmm_mma : mma_stage<T, Tile, OrderA, OrderB> {
  static_assert(CopyBytes == 16 || CopyBytes == static_cast<int>(sizeof(T)));
  using stage = mma_stage<T, Tile, OrderA, OrderB>;
  using stage::a_bytes;
  using stage::block_bytes;
  using stage::block_rows;
  using stage::col_tiles;
  using stage::columns;
  using stage::depth;
  using stage::elements;
  using stage::group;
  using stage::row_tiles;
  using stage::rows;
  using stage::stage_bytes;
  using stage::stages;
  using stage::steps;
  using typename stage::a_tile;
  using typename stage::accumulator;
  using typename stage::b_tile;
  using typename stage::registers;
  using typename stage::type;

 public:
  using stage::resident;
  using stage::threads;
  /// Shared memory behind that of the tile, for an epilogue that is data: half a row of tiles of each thread.
  template <class Epilogue>
  static constexpr int scratch_bytes =
      steps_at_run_time<Epilogue> ? 16 + threads * 2 * col_tiles * static_cast<int>(sizeof(accumulator)) : 0;

  template <class Isa, class Result, class Epilogue>
  BSR_DEVICE static void run(Isa& isa, const spmm_args<T, accumulator, Result, Epilogue>& args) {
    const std::uint32_t ring = isa.shared();
    const std::uint32_t present = ring + stages * stage_bytes;
    const std::uint32_t arrived = present + stages * 4;
    const int first = isa.load(args.begin + isa.block());
    const int last = isa.load(args.begin + isa.block() + 1);

    loader ahead(isa, args, first, last);
    BSR_GPU_UNROLL
    for (int s = 0; s < stages - 1; ++s) ahead.fill(isa, args, ring, present, s);
    int now = 0;
    for (int n = first; n < last; ++n) {
      const work_item item = load_item(isa, args.items + n);
      registers sums;
      BSR_GPU_UNROLL
      for (int i = 0; i < registers::size; ++i) sums[i] = accumulator(0);
      const int count = (item.end - item.begin) * (args.block_cols / depth);
      for (int step = 0; step < count; step += steps) {
        isa.template wait<stages - 2>();
        isa.sync();
        ahead.fill(isa, args, ring, present, (now + stages - 1) % stages);
        stage::multiply(
            isa, ring + static_cast<std::uint32_t>(now * stage_bytes),
            isa.template load_shared<std::uint32_t>(present + static_cast<std::uint32_t>(4 * now)), sums);
        now = (now + 1) % stages;
      }
      if (item.parts == 1 ||
          combine_parts<registers::size, threads, true>(isa, args, item, isa.thread(), arrived, sums))
        finish(isa, args, item, sums);
    }
  }

 private:
  /// What a plan says of the blocks that go into one stage: lane s * group + j knows of block row j in step
  /// s.
  struct stage_plan {
    std::int32_t block = -1;
    std::int32_t first = -1;  // the k at which the step begins; -1: no such step
    std::int32_t offset = 0;  // of the step inside its block, in elements
  };

  /// Walks through all stages of all items, some stages ahead of the multiplications.
  class loader {
   public:
    template <class Isa, class Args>
    BSR_DEVICE loader(Isa& isa, const Args& args, int first, int last) : item_(first - 1), last_(last) {
      next(isa, args);
    }

    /// Begins the copies of the next stage, if there is one, as one group.
    template <class Isa, class Args>
    BSR_DEVICE void fill(Isa& isa, const Args& args, std::uint32_t ring, std::uint32_t present, int to) {
      if (item_ < last_) {
        const std::uint32_t a = ring + static_cast<std::uint32_t>(to * stage_bytes);
        copy_a(isa, args, a);
        copy_b(isa, args, a + a_bytes);
        const std::uint32_t bits = isa.ballot(plan_.block >= 0);
        if (isa.thread() == 0) isa.store_shared(present + static_cast<std::uint32_t>(4 * to), bits);
        next(isa, args);
      }
      isa.commit();
    }

   private:
    template <class Isa, class Args>
    BSR_DEVICE void next(Isa& isa, const Args& args) {
      step_ += steps;
      while (step_ >= count_) {
        if (++item_ >= last_) return;
        const work_item item = load_item(isa, args.items + item_);
        begin_ = item.begin;
        column_ = item.tile * columns;
        count_ = (item.end - item.begin) * (args.block_cols / depth);
        step_ = 0;
      }
      const int lane = isa.lane();
      const int mine = step_ + lane / group;
      plan_ = {};
      if (lane < steps * group && mine < count_) {
        const int pieces = args.block_cols / depth;
        const int step = begin_ + mine / pieces;
        plan_.block = isa.load(args.blocks + static_cast<std::int64_t>(step) * group + lane % group);
        plan_.offset = mine % pieces * depth;
        const std::int32_t block_column = isa.load(args.columns + step);
        plan_.first = block_column * args.block_cols + plan_.offset;
        // The item's group is read again, since that takes no register from the multiplications.
        if (plan_.block >= 0 &&
            !(args.mask.takes(isa, plan_.block, block_column) &&
              (args.mask.active_rows == nullptr ||
               args.mask.takes_row(isa, isa.load(&args.items[item_].group) * group + lane % group))))
          plan_.block = -1;
      }
    }

    template <class Isa, class Args>
    BSR_DEVICE void copy_a(Isa& isa, const Args& args, std::uint32_t to) {
      constexpr int chunks = block_bytes / chunk_bytes;
      stage::template for_each_chunk<a_bytes / chunk_bytes>(isa, [&](int n) {
        const int slot = n / chunks;  // the same for all lanes
        const int row = n % chunks / a_tile::chunks;
        const int chunk = n % a_tile::chunks;
        const int block = isa.shuffle(plan_.block, slot);
        const int first = isa.shuffle(plan_.first, slot);
        const int offset = isa.shuffle(plan_.offset, slot);
        if (block < 0) return;
        // From the beginning of its block. Transposed, whole rows of the block are one k each.
        const int at = OrderA == along::k ? row * args.block_cols + offset + chunk * elements
                                          : (offset + row) * block_rows + chunk * elements;
        const int valid = OrderA == along::k ? stage::valid_bytes(args.depth - first - chunk * elements)
                          : first + row < args.depth ? chunk_bytes
                                                     : 0;
        isa.template copy_async<chunk_bytes>(
            to + static_cast<std::uint32_t>(slot * block_bytes + a_tile::at(row, chunk)),
            args.a + static_cast<std::int64_t>(block) * block_rows * args.block_cols + at, valid);
      });
    }

    template <class Isa, class Args>
    BSR_DEVICE void copy_b(Isa& isa, const Args& args, std::uint32_t to) {
      BSR_GPU_LOOP
      for (int step = 0; step < steps; ++step) {
        const int first = isa.shuffle(plan_.first, step * group);
        if (first < 0) continue;
        stage::template copy_dense<b_tile, OrderB, CopyBytes>(
            isa, to + static_cast<std::uint32_t>(step * b_tile::bytes), args.b, args.b_stride, first,
            args.depth, args.cols, [&](int line) { return column_ + line; });
      }
    }

    int item_;
    int last_;
    int begin_ = 0;   // the item's first step
    int column_ = 0;  // the first column of its tile
    int step_ = 0;    // of `count_`, in pieces of depth
    int count_ = 0;
    stage_plan plan_;
  };

  /// Stores the tile, as far as it is inside C.
  template <class Isa, class Result, class Epilogue>
  BSR_DEVICE static void finish(Isa& isa, const spmm_args<T, accumulator, Result, Epilogue>& args,
                                const work_item& item, registers& sums) {
    const int row = item.group * rows + stage::first_row_of_warp(isa);
    const int column = item.tile * columns + stage::first_column_of_warp(isa);
    // Rows g and g + 8 of each tile in turn: the address goes down with them.
    const place p = type::fragment::c(isa.lane(), 0);
    auto* at = args.c + (row + p.row) * args.c_row_stride;
    BSR_GPU_UNROLL
    for (int half = 0; half < 2 * row_tiles; ++half) {
      const int r = row + p.row + 8 * half;
      BSR_GPU_UNROLL
      for (int i = 0; i < 2 * col_tiles; ++i) {
        const accumulator v = args.alpha * sums.tile(half / 2, i / 2)[half % 2 * 2 + i % 2];
        if constexpr (steps_at_run_time<Epilogue>) {
          isa.store_shared(scratch(isa, i), v);
        } else {
          const int c = column + type::column(OrderB, i / 2, p.col + i % 2);
          if (r < args.rows && c < args.cols)
            isa.store(at + c * args.c_col_stride, isa.template result<Result>(args.epilogue(v, r, c)));
        }
      }
      if constexpr (steps_at_run_time<Epilogue>) {
        // Once, not for each register: such an epilogue is much code.
        BSR_GPU_LOOP
        for (int i = 0; i < 2 * col_tiles; ++i) {
          const int c = column + type::column(OrderB, i / 2, p.col + i % 2);
          if (r < args.rows && c < args.cols)
            isa.store(at + c * args.c_col_stride,
                      isa.template result<Result>(
                          args.epilogue(isa.template load_shared<accumulator>(scratch(isa, i)), r, c)));
        }
      }
      at += 8 * args.c_row_stride;
    }
  }
  /// Where this thread keeps value i; nobody else goes there.
  template <class Isa>
  BSR_DEVICE static std::uint32_t scratch(Isa& isa, int i) {
    constexpr int first = (stage::tile.shared_bytes() + 15) / 16 * 16;
    return isa.shared() + static_cast<std::uint32_t>(first + (i * threads + isa.thread()) *
                                                                 static_cast<int>(sizeof(accumulator)));
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
