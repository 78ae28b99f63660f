// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// C = epilogue(alpha op(A) B) on sm_90a: multiplications by warpgroups straight from shared memory, which one
// warp keeps filled.
//
// The first warp goes through the plan and has the copy engine bring slabs of A and B into a ring of stages.
// Two warpgroups multiply, each for 64 rows of the tile: a block row of 64, or a half of one of 128. Two
// barriers for each stage count instead of meeting: `full` the bytes that have come, `empty` the warps that
// are done with them. So nobody waits for threads that do the same as it does, only for data and for room.
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "bsr/base/half.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/fragment.hpp"
#include "bsr/kernel/cuda/isa.hpp"
#include "bsr/kernel/cuda/mma_type.hpp"
#include "bsr/kernel/cuda/slab.hpp"
#include "bsr/kernel/cuda/spmm_args.hpp"
#include "bsr/kernel/cuda/tile.hpp"
#include "bsr/kernel/cuda/work_parts.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// T is float16, bfloat16, float as tf32, or std::int8_t with sums in int32. op(A) is A with OrderA ==
/// along::k, and A transposed with along::m; its blocks have BlockRows rows, 64 or 128, and a multiple of 128
/// bytes of columns. Elements of other than two bytes lie along k in both factors. A, B and the stride of B
/// are aligned to 16 bytes.
template <class T, int BlockRows, along OrderB, along OrderA = along::k>
class spmm_wgmma {
  static constexpr wgmma_tile tile = select_wgmma_tile(BlockRows, sizeof(T));
  static_assert(takes_wgmma<T>(BlockRows, tile.depth, OrderA, OrderB));
  // One by one: device code has no objects that are constants.
  static constexpr int group = tile.rows_of_group;
  static constexpr int rows = tile.rows();
  static constexpr int columns = tile.columns;
  static constexpr int depth = tile.depth;
  static constexpr int stages = tile.stages;
  static constexpr int stage_bytes = tile.stage_bytes();
  static constexpr int warpgroup_size = wgmma_tile::warpgroup_size;
  static constexpr int multipliers = tile.threads() - warpgroup_size;  // threads
  static constexpr int slabs_of_block = BlockRows / slab_lines;
  static constexpr int slabs_of_b = columns / slab_lines;
  static constexpr int a_bytes = group * slabs_of_block * slab_bytes;
  static constexpr int b_bytes = slabs_of_b * slab_bytes;
  static_assert(a_bytes + b_bytes == stage_bytes);
  using fragment = wgmma_fragment;
  using accumulator = typename mma_type<T>::accumulator;
  static_assert(sizeof(accumulator) == 4);
  static constexpr int size = columns / 2;  // sums of a thread
  static constexpr int staged = 32;         // of them, at a time, for an epilogue that is data

 public:
  static constexpr int threads = tile.threads();
  static constexpr int resident = tile.resident();
  static constexpr slab_box block_box = {};
  static constexpr slab_box dense_box = {};
  /// Shared memory behind that of the tile, for an epilogue that is data.
  template <class Epilogue>
  static constexpr int scratch_bytes = steps_at_run_time<Epilogue> ? multipliers * staged * 4 : 0;

  template <class Isa, class Args>
  BSR_DEVICE static void run(Isa& isa, const Args& args) {
    const places shared(isa.shared());
    if (isa.thread() == 0) {
      for (int s = 0; s < stages; ++s) {
        isa.phase_init(shared.full(s), 1);
        isa.phase_init(shared.empty(s), multipliers / warp_size);
      }
      isa.fence_async();
    }
    isa.sync();
    const int first = isa.load(args.begin + isa.block());
    const int last = isa.load(args.begin + isa.block() + 1);
    const int warp = isa.warp();
    if (warp < warpgroup_size / warp_size) {
      isa.template give_registers<40>();
      if (warp == 0) bring(isa, args, shared, first, last);
    } else {
      isa.template take_registers<232>();
      multiply(isa, args, shared, first, last);
    }
  }

 private:
  /// Where things lie in shared memory.
  class places {
   public:
    BSR_DEVICE explicit places(std::uint32_t begin) : begin_(begin) {}
    BSR_DEVICE std::uint32_t a(int stage) const { return at(stage * stage_bytes); }
    BSR_DEVICE std::uint32_t b(int stage) const { return at(stage * stage_bytes + a_bytes); }
    /// Barriers: the stage's slabs have come; they have been read.
    BSR_DEVICE std::uint32_t full(int stage) const { return at(stages * stage_bytes + 8 * stage); }
    BSR_DEVICE std::uint32_t empty(int stage) const { return at(stages * (stage_bytes + 8) + 8 * stage); }
    /// Bit j: block row j of the group has a block there.
    BSR_DEVICE std::uint32_t present(int stage) const { return at(stages * (stage_bytes + 16) + 4 * stage); }
    BSR_DEVICE std::uint32_t arrived() const { return at(stages * (stage_bytes + 20)); }
    /// Value i of one of the threads that multiply.
    BSR_DEVICE std::uint32_t scratch(int i, int thread) const {
      return at(tile.shared_bytes() + 4 * (i * multipliers + thread));
    }

   private:
    BSR_DEVICE std::uint32_t at(int bytes) const { return begin_ + static_cast<std::uint32_t>(bytes); }
    std::uint32_t begin_;
  };

  /// The stage whose turn it is. Its barriers' phases are told apart by their parity.
  struct position {
    int stage = 0;
    std::uint32_t parity = 0;
    BSR_DEVICE void advance() {
      if (++stage == stages) stage = 0, parity ^= 1;
    }
  };

  template <class Args>
  BSR_DEVICE static int count_pieces(const Args& args, const work_item& item) {
    return (item.end - item.begin) * (args.block_cols / depth);
  }

  // ---- the warp that brings -------------------------------------------------------------------------------

  /// What goes into one stage.
  struct piece {
    std::int32_t block[std::size_t{group}];  // of each block row, or -1
    std::int32_t column;                     // of blocks
    std::int32_t offset;                     // of the piece inside its block, in elements of k
  };

  template <class Isa, class Args>
  BSR_DEVICE static void bring(Isa& isa, const Args& args, const places& shared, int first, int last) {
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
        for (int j = 0; j < group; ++j) next.block[j] = isa.shuffle(mine.block[j], i % warp_size);
        next.column = isa.shuffle(mine.column, i % warp_size);
        next.offset = isa.shuffle(mine.offset, i % warp_size);
        // Nobody else waits: while one lane goes ahead, the stage may come round twice, and then its parity
        // tells the others nothing.
        if (lane == 0) {
          isa.phase_wait(shared.empty(now.stage), now.parity ^ 1);
          fill(isa, args, shared, now.stage, item.tile * columns, next);
        }
        now.advance();
      }
    }
  }

  template <class Isa, class Args>
  BSR_DEVICE static piece read_plan(Isa& isa, const Args& args, const work_item& item, int i) {
    const int pieces = args.block_cols / depth;
    const std::int64_t step = item.begin + i / pieces;
    piece p;
    p.offset = i % pieces * depth;
    p.column = isa.load(args.columns + step);
    BSR_GPU_UNROLL
    for (int j = 0; j < group; ++j) {
      const std::int32_t block = isa.load(args.blocks + step * group + j);
      const bool taken = block >= 0 && args.mask.takes(isa, block, p.column) &&
                         args.mask.takes_row(isa, item.group * group + j);
      p.block[j] = taken ? block : -1;
    }
    return p;
  }

  /// Begins the copies of a stage. Where no block is there, nothing comes.
  template <class Isa, class Args>
  BSR_DEVICE static void fill(Isa& isa, const Args& args, const places& shared, int stage, int column,
                              const piece& p) {
    std::uint32_t present = 0;
    int blocks = 0;
    BSR_GPU_UNROLL
    for (int j = 0; j < group; ++j) {
      present |= static_cast<std::uint32_t>(p.block[j] >= 0) << j;
      blocks += p.block[j] >= 0;
    }
    isa.store_shared(shared.present(stage), present);
    const std::uint32_t full = shared.full(stage);
    isa.phase_expect(
        full, static_cast<std::uint32_t>(blocks > 0 ? blocks * slabs_of_block * slab_bytes + b_bytes : 0));
    if (blocks == 0) return;
    const std::int32_t k = p.column * args.block_cols + p.offset;
    // The last block column ends where op(A) does, whatever is stored behind that.
    const bool cut = p.column == args.depth / args.block_cols;
    BSR_GPU_UNROLL
    for (int j = 0; j < group; ++j) {
      if (p.block[j] < 0) continue;
      BSR_GPU_UNROLL
      for (int h = 0; h < slabs_of_block; ++h) {
        const std::uint32_t to =
            shared.a(stage) + static_cast<std::uint32_t>((j * slabs_of_block + h) * slab_bytes);
        const int x = OrderA == along::k ? p.offset : h * slab_lines;
        const int y = OrderA == along::k ? h * slab_lines : p.offset;
        isa.copy_slab(to, cut ? args.cut_blocks : args.whole_blocks, full, x, y, p.block[j]);
      }
    }
    BSR_GPU_UNROLL
    for (int h = 0; h < slabs_of_b; ++h) {
      const std::uint32_t to = shared.b(stage) + static_cast<std::uint32_t>(h * slab_bytes);
      const int n = column + h * slab_lines;
      isa.copy_slab(to, args.dense, full, OrderB == along::k ? k : n, OrderB == along::k ? n : k, 0);
    }
  }

  // ---- the warpgroups that multiply -----------------------------------------------------------------------

  template <class Isa, class Args>
  BSR_DEVICE static void multiply(Isa& isa, const Args& args, const places& shared, int first, int last) {
    const int mine = isa.warp() / (warpgroup_size / warp_size) - 1;  // 64 rows of the tile
    const std::uint32_t bit = 1u << (group == 1 ? 0 : mine);
    position now;
    for (int n = first; n < last; ++n) {
      const work_item item = load_item(isa, args.items + n);
      const int count = count_pieces(args, item);
      accumulator sums[std::size_t{size}];
      BSR_GPU_UNROLL
      for (int i = 0; i < size; ++i) sums[i] = 0;
      BSR_GPU_LOOP
      for (int i = 0; i < count; ++i) {
        isa.phase_wait(shared.full(now.stage), now.parity);
        if ((isa.template load_shared<std::uint32_t>(shared.present(now.stage)) & bit) != 0) {
          const std::uint32_t a = shared.a(now.stage) + static_cast<std::uint32_t>(mine * slab_bytes);
          const std::uint32_t b = shared.b(now.stage);
          isa.wgmma_fence();
          BSR_GPU_UNROLL
          for (int slice = 0; slice < slices_of_slab; ++slice)
            multiply_slice(isa, sums, slab_descriptor(a, OrderA, slice), slab_descriptor(b, OrderB, slice));
          isa.wgmma_commit();
          // In the same branch: with multiplications under way around it, ptxas serializes them all. The
          // other warpgroup keeps the tensor cores busy.
          isa.template wgmma_wait<0>();
        }
        // One arrival for each warp: without a block, nothing has brought the four of them together.
        isa.sync_warp();
        if (isa.lane() == 0) isa.phase_arrive(shared.empty(now.stage));
        now.advance();
      }
      const int thread = isa.thread() - warpgroup_size;
      if (item.parts == 1 ||
          combine_parts<size, multipliers, false>(isa, args, item, thread, shared.arrived(), sums))
        finish(isa, args, shared, item, sums);
    }
  }

  template <class Isa>
  BSR_DEVICE static void multiply_slice(Isa& isa, accumulator (&sums)[std::size_t{size}], std::uint64_t a,
                                        std::uint64_t b) {
    if constexpr (std::is_same_v<T, std::int8_t>)
      isa.wgmma_s8(sums, a, b);
    else if constexpr (std::is_same_v<T, float>)
      isa.wgmma_tf32(sums, a, b);
    else if constexpr (std::is_same_v<T, bfloat16>)
      isa.template wgmma_bf16<OrderA != along::k, OrderB != along::k>(sums, a, b);
    else
      isa.template wgmma_f16<OrderA != along::k, OrderB != along::k>(sums, a, b);
  }

  /// Stores the tile, as far as it is inside C.
  template <class Isa, class Args>
  BSR_DEVICE static void finish(Isa& isa, const Args& args, const places& shared, const work_item& item,
                                accumulator (&sums)[std::size_t{size}]) {
    using result_type = std::remove_pointer_t<decltype(args.c)>;
    const int thread = isa.thread() - warpgroup_size;
    const place p = fragment::c(thread % warpgroup_size, 0);
    const int row = item.group * rows + thread / warpgroup_size * slab_lines + p.row;
    const int column = item.tile * columns + p.col;
    BSR_GPU_UNROLL
    for (int half = 0; half < 2; ++half) {
      const int r = row + 8 * half;
      auto* const at = args.c + r * args.c_row_stride;
      // Values i and i + 1 are neighbours, i + 2 is eight columns further.
      BSR_GPU_UNROLL
      for (int from = 0; from < size / 2; from += staged) {
        BSR_GPU_UNROLL
        for (int i = 0; i < staged; ++i) {
          const accumulator v = args.alpha * sums[(from + i) / 2 * 4 + 2 * half + i % 2];
          if constexpr (steps_at_run_time<decltype(args.epilogue)>) {
            isa.store_shared(shared.scratch(i, thread), v);
          } else {
            const int c = column + (from + i) / 2 * 8 + i % 2;
            if (r < args.rows && c < args.cols)
              isa.store(at + c * args.c_col_stride, isa.template result<result_type>(args.epilogue(v, r, c)));
          }
        }
        if constexpr (steps_at_run_time<decltype(args.epilogue)>) {
          // Once, not for each register: such an epilogue is much code.
          BSR_GPU_LOOP
          for (int i = 0; i < staged; ++i) {
            const int c = column + (from + i) / 2 * 8 + i % 2;
            if (r < args.rows && c < args.cols)
              isa.store(at + c * args.c_col_stride,
                        isa.template result<result_type>(args.epilogue(
                            isa.template load_shared<accumulator>(shared.scratch(i, thread)), r, c)));
          }
        }
      }
    }
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
