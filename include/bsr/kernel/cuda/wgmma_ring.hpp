// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The ring of stages of the products of sm_90a: one warp fills it, warpgroups multiply what is in it.
//
// A stage holds pieces of the blocks of a group, and the rows of B that belong to them. Two barriers for each
// stage count instead of meeting: `full` the bytes that have come, `empty` the warps that are done with them.
// So nobody waits for threads that do the same as it does, only for data and for room.
#include <cstddef>
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/fragment.hpp"
#include "bsr/kernel/cuda/isa.hpp"
#include "bsr/kernel/cuda/schedule.hpp"
#include "bsr/kernel/cuda/work_parts.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Of groups of `Group` block rows and pieces of `Depth` elements of k, which are `BlockBytes` of each block
/// and `DenseBytes` of B; `Warps` warps multiply.
template <int Group, int Depth, int BlockBytes, int DenseBytes, int Stages, int Warps>
class wgmma_ring {
  static constexpr int stage_bytes = Group * BlockBytes + DenseBytes;

 public:
  /// The stage whose turn it is. Its barriers' phases are told apart by their parity.
  struct position {
    int stage = 0;
    std::uint32_t parity = 0;
    BSR_DEVICE void advance() {
      if (++stage == Stages) stage = 0, parity ^= 1;
    }
  };
  /// What goes into one stage.
  struct piece {
    std::int32_t block[std::size_t{Group}];  // of each block row, or -1
    std::int32_t column;                     // of blocks
    std::int32_t offset;                     // of the piece inside its block, in elements of k
  };

  BSR_DEVICE explicit wgmma_ring(std::uint32_t begin) : begin_(begin) {}
  /// The piece of block row j of the group; where a block takes several copies, they follow each other.
  BSR_DEVICE std::uint32_t block(int stage, int j) const { return at(stage * stage_bytes + j * BlockBytes); }
  BSR_DEVICE std::uint32_t dense(int stage) const { return at(stage * stage_bytes + Group * BlockBytes); }
  /// A word for combine_parts.
  BSR_DEVICE std::uint32_t arrived() const { return at(Stages * (stage_bytes + 20)); }

  /// Makes the barriers. All threads of the block.
  template <class Isa>
  BSR_DEVICE void make(Isa& isa) const {
    if (isa.thread() == 0) {
      for (int s = 0; s < Stages; ++s) {
        isa.phase_init(full(s), 1);
        isa.phase_init(empty(s), Warps);
      }
      isa.fence_async();
    }
    isa.sync();
  }

  template <class Args>
  BSR_DEVICE static int count_pieces(const Args& args, const work_item& item) {
    return (item.end - item.begin) * (args.block_cols / Depth);
  }

  // ---- the warp that brings -------------------------------------------------------------------------------

  /// Goes through the items [first, last). copy(stage, barrier, tile, piece) begins the copies of a piece
  /// that has a block.
  template <class Isa, class Args, class Copy>
  BSR_DEVICE void bring(Isa& isa, const Args& args, int first, int last, const Copy& copy) const {
    const int lane = isa.lane();
    position now;
    for (int n = first; n < last; ++n) {
      const work_item item = load_item(isa, args.items + n);
      const int count = count_pieces(args, item);
      piece mine{};
      BSR_GPU_LOOP
      for (int i = 0; i < count; ++i) {
        // Each lane reads the plan of one of the next 32 pieces.
        if (i % warp_size == 0 && i + lane < count) mine = read_plan(isa, args, item, i + lane);
        piece next;
        BSR_GPU_UNROLL
        for (int j = 0; j < Group; ++j) next.block[j] = isa.shuffle(mine.block[j], i % warp_size);
        next.column = isa.shuffle(mine.column, i % warp_size);
        next.offset = isa.shuffle(mine.offset, i % warp_size);
        // Nobody else waits: while one lane goes ahead, the stage may come round twice, and then its parity
        // tells the others nothing.
        if (lane == 0) {
          isa.phase_wait(empty(now.stage), now.parity ^ 1);
          if (announce(isa, now.stage, next)) copy(now.stage, full(now.stage), item.tile, next);
        }
        now.advance();
      }
    }
  }

  // ---- the warpgroups that multiply -----------------------------------------------------------------------

  /// Until the stage has what it shall have. Bit j: block row j of the group has a block there.
  template <class Isa>
  BSR_DEVICE std::uint32_t wait(Isa& isa, const position& now) const {
    isa.phase_wait(full(now.stage), now.parity);
    return isa.template load_shared<std::uint32_t>(present(now.stage));
  }
  /// One arrival for each warp: without a block, nothing has brought the four of a warpgroup together.
  template <class Isa>
  BSR_DEVICE void done(Isa& isa, const position& now) const {
    isa.sync_warp();
    if (isa.lane() == 0) isa.phase_arrive(empty(now.stage));
  }

 private:
  BSR_DEVICE std::uint32_t at(int bytes) const { return begin_ + static_cast<std::uint32_t>(bytes); }
  BSR_DEVICE std::uint32_t full(int stage) const { return at(Stages * stage_bytes + 8 * stage); }
  BSR_DEVICE std::uint32_t empty(int stage) const { return at(Stages * (stage_bytes + 8) + 8 * stage); }
  BSR_DEVICE std::uint32_t present(int stage) const { return at(Stages * (stage_bytes + 16) + 4 * stage); }

  template <class Isa, class Args>
  BSR_DEVICE static piece read_plan(Isa& isa, const Args& args, const work_item& item, int i) {
    const int pieces = args.block_cols / Depth;
    const std::int64_t step = item.begin + i / pieces;
    piece p;
    p.offset = i % pieces * Depth;
    p.column = isa.load(args.columns + step);
    BSR_GPU_UNROLL
    for (int j = 0; j < Group; ++j) {
      const std::int32_t block = isa.load(args.blocks + step * Group + j);
      const bool taken = block >= 0 && args.mask.takes(isa, block, p.column) &&
                         args.mask.takes_row(isa, item.group * Group + j);
      p.block[j] = taken ? block : -1;
    }
    return p;
  }

  /// Says which blocks and how many bytes will come. Where no block is there, nothing comes: false.
  template <class Isa>
  BSR_DEVICE bool announce(Isa& isa, int stage, const piece& p) const {
    std::uint32_t bits = 0;
    int blocks = 0;
    BSR_GPU_UNROLL
    for (int j = 0; j < Group; ++j) {
      bits |= static_cast<std::uint32_t>(p.block[j] >= 0) << j;
      blocks += p.block[j] >= 0;
    }
    isa.store_shared(present(stage), bits);
    isa.phase_expect(full(stage),
                     static_cast<std::uint32_t>(blocks > 0 ? blocks * BlockBytes + DenseBytes : 0));
    return blocks > 0;
  }

  std::uint32_t begin_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
