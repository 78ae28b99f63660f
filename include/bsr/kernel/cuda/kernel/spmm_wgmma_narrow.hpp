// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// C = epilogue(alpha op(A) B) on sm_90a for low blocks: the transposed product, C' = B' op(A)', tile by tile.
//
// A multiplication by a warpgroup has 64 rows and as many columns as one likes. So 64 columns of B are its
// rows, and the 16 or 32 rows of a block its columns; nothing is multiplied that is not stored. Each of four
// warpgroups owns 32 rows of the tile, one block row or two, and all its columns, of which it multiplies 64
// at a time. Stages are filled and counted as wgmma_ring says.
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
#include "bsr/kernel/cuda/wgmma_ring.hpp"
#include "bsr/kernel/cuda/work_parts.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// T is float16 or bfloat16. op(A) is A with OrderA == along::k, and A transposed with along::m; its blocks
/// have BlockRows rows, 16 or 32, and a multiple of as many columns. A, B and the stride of B are aligned to
/// 16 bytes.
template <class T, int BlockRows, along OrderB, along OrderA = along::k>
class spmm_wgmma_narrow {
  static_assert(std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>);
  static_assert(BlockRows == 16 || BlockRows == 32);
  static constexpr wgmma_tile tile = select_wgmma_tile(BlockRows);
  // One by one: device code has no objects that are constants.
  static constexpr int group = tile.rows_of_group;
  static constexpr int rows = tile.rows();
  static constexpr int columns = tile.columns;
  static constexpr int depth = tile.depth;
  static constexpr int rows_of_warpgroup = tile.rows_of_warpgroup;
  static constexpr int shared_bytes = tile.shared_bytes();
  static constexpr int warpgroup_size = wgmma_tile::warpgroup_size;
  static constexpr int multipliers = tile.threads() - warpgroup_size;  // threads
  static constexpr int blocks_of_warpgroup = rows_of_warpgroup / BlockRows;
  static constexpr int panel = 64;  // columns of B that are multiplied together
  static constexpr int panels = columns / panel;
  static constexpr int block_bytes = BlockRows * depth * 2;
  static constexpr int panel_bytes = panel * depth * 2;
  // Bytes of a line in shared memory.
  static constexpr int block_line = 2 * (OrderA == along::k ? depth : BlockRows);
  static constexpr int panel_line = 2 * (OrderB == along::k ? depth : panel);
  static_assert(group * block_bytes + panels * panel_bytes == tile.stage_bytes());
  using ring =
      wgmma_ring<group, depth, block_bytes, panels * panel_bytes, tile.stages, multipliers / warp_size>;
  using fragment = wgmma_fragment;
  static constexpr int staged = 8;  // sums of a thread, at a time, for an epilogue that is data

  /// The sums of a thread: of each of its blocks, for each panel, those of one multiplication.
  struct registers {
    static constexpr int of_panel = BlockRows / 2;
    static constexpr int of_block = panels * of_panel;
    static constexpr int size = blocks_of_warpgroup * of_block;
    float values[std::size_t{blocks_of_warpgroup}][std::size_t{panels}][std::size_t{of_panel}];
    BSR_DEVICE float& operator[](int n) { return values[n / of_block][n / of_panel % panels][n % of_panel]; }
    /// Where sum n is: the column of op(B)' is a row of C.
    BSR_DEVICE static place in_tile(int thread, int n) {
      const place p = fragment::c(thread % warpgroup_size, n % of_panel);
      return {thread / warpgroup_size * rows_of_warpgroup + n / of_block * BlockRows + p.col,
              n / of_panel % panels * panel + p.row};
    }
  };
  static_assert(registers::of_panel % staged == 0);

 public:
  static constexpr int threads = tile.threads();
  static constexpr int resident = tile.resident();
  /// What one copy brings of A and of B. Columns of B that lie along k come all at once.
  static constexpr slab_box block_box = {block_line, block_bytes / block_line};
  static constexpr slab_box dense_box = {panel_line, OrderB == along::k ? columns : depth};
  /// Shared memory behind that of the tile, for an epilogue that is data.
  template <class Epilogue>
  static constexpr int scratch_bytes = steps_at_run_time<Epilogue> ? multipliers * staged * 4 : 0;

  template <class Isa, class Args>
  BSR_DEVICE static void run(Isa& isa, const Args& args) {
    const ring stages(isa.shared());
    stages.make(isa);
    const int first = isa.load(args.begin + isa.block());
    const int last = isa.load(args.begin + isa.block() + 1);
    const int warp = isa.warp();
    if (warp < warpgroup_size / warp_size) {
      isa.template give_registers<64>();
      if (warp == 0)
        stages.bring(isa, args, first, last,
                     [&](int stage, std::uint32_t full, int tile_column, const typename ring::piece& p) {
                       copy(isa, args, stages, stage, full, tile_column * columns, p);
                     });
    } else {
      isa.template take_registers<104>();
      multiply(isa, args, stages, first, last);
    }
  }

 private:
  template <class Isa, class Args>
  BSR_DEVICE static void copy(Isa& isa, const Args& args, const ring& stages, int stage, std::uint32_t full,
                              int column, const typename ring::piece& p) {
    const std::int32_t k = p.column * args.block_cols + p.offset;
    // The last block column ends where op(A) does, whatever is stored behind that.
    const bool cut = p.column == args.depth / args.block_cols;
    BSR_GPU_UNROLL
    for (int j = 0; j < group; ++j) {
      if (p.block[j] < 0) continue;
      isa.copy_slab(stages.block(stage, j), cut ? args.cut_blocks : args.whole_blocks, full,
                    OrderA == along::k ? p.offset : 0, OrderA == along::k ? 0 : p.offset, p.block[j]);
    }
    if constexpr (OrderB == along::k) {
      isa.copy_slab(stages.dense(stage), args.dense, full, k, column, 0);
    } else {
      BSR_GPU_UNROLL
      for (int n = 0; n < panels; ++n)
        isa.copy_slab(stages.dense(stage) + static_cast<std::uint32_t>(n * panel_bytes), args.dense, full,
                      column + n * panel, k, 0);
    }
  }

  template <class Isa, class Args>
  BSR_DEVICE static void multiply(Isa& isa, const Args& args, const ring& stages, int first, int last) {
    const int mine = (isa.warp() / (warpgroup_size / warp_size) - 1) * blocks_of_warpgroup;
    typename ring::position now;
    for (int n = first; n < last; ++n) {
      const work_item item = load_item(isa, args.items + n);
      const int count = ring::count_pieces(args, item);
      registers sums;
      BSR_GPU_UNROLL
      for (int i = 0; i < registers::size; ++i) sums[i] = 0;
      BSR_GPU_LOOP
      for (int i = 0; i < count; ++i) {
        const std::uint32_t present = stages.wait(isa, now) >> mine;
        BSR_GPU_UNROLL
        for (int j = 0; j < blocks_of_warpgroup; ++j)
          if ((present >> j & 1) != 0)
            multiply_block(isa, sums.values[j], stages.block(now.stage, mine + j), stages.dense(now.stage));
        stages.done(isa, now);
        now.advance();
      }
      const int thread = isa.thread() - warpgroup_size;
      if (item.parts == 1 ||
          combine_parts<registers::size, multipliers, false>(isa, args, item, thread, stages.arrived(), sums))
        finish(isa, args, item, sums);
    }
  }

  /// Waits in the branch in which it multiplies: with multiplications under way around it, ptxas serializes
  /// them all. The other warpgroups keep the tensor cores busy.
  template <class Isa, class Sums>
  BSR_DEVICE static void multiply_block(Isa& isa, Sums& sums, std::uint32_t block, std::uint32_t dense) {
    isa.wgmma_fence();
    BSR_GPU_UNROLL
    for (int slice = 0; slice < depth / slice_depth; ++slice) BSR_GPU_UNROLL
    for (int n = 0; n < panels; ++n)
      multiply_slice(
          isa, sums[n],
          slab_descriptor(dense + static_cast<std::uint32_t>(n * panel_bytes), OrderB, slice, panel_line),
          slab_descriptor(block, OrderA, slice, block_line));
    isa.wgmma_commit();
    isa.template wgmma_wait<0>();
  }
  template <class Isa, class Sums>
  BSR_DEVICE static void multiply_slice(Isa& isa, Sums& sums, std::uint64_t dense, std::uint64_t block) {
    if constexpr (std::is_same_v<T, bfloat16>)
      isa.template wgmma_bf16<OrderB != along::k, OrderA != along::k>(sums, dense, block);
    else
      isa.template wgmma_f16<OrderB != along::k, OrderA != along::k>(sums, dense, block);
  }

  /// Stores the tile, as far as it is inside C.
  template <class Isa, class Args>
  BSR_DEVICE static void finish(Isa& isa, const Args& args, const work_item& item, registers& sums) {
    using result_type = std::remove_pointer_t<decltype(args.c)>;
    const int thread = isa.thread() - warpgroup_size;
    const auto store = [&](int n, float v) {
      const place p = registers::in_tile(thread, n);
      const int r = item.group * rows + p.row;
      const int c = item.tile * columns + p.col;
      if (r < args.rows && c < args.cols)
        isa.store(args.c + r * args.c_row_stride + c * args.c_col_stride,
                  isa.template result<result_type>(args.epilogue(v, r, c)));
    };
    BSR_GPU_UNROLL
    for (int from = 0; from < registers::size; from += staged) {
      BSR_GPU_UNROLL
      for (int i = 0; i < staged; ++i) {
        const float v = args.alpha * sums[from + i];
        if constexpr (steps_at_run_time<decltype(args.epilogue)>)
          isa.store_shared(scratch(isa, i, thread), v);
        else
          store(from + i, v);
      }
      if constexpr (steps_at_run_time<decltype(args.epilogue)>) {
        // Once, not for each register: such an epilogue is much code.
        BSR_GPU_LOOP
        for (int i = 0; i < staged; ++i)
          store(from + i, isa.template load_shared<float>(scratch(isa, i, thread)));
      }
    }
  }
  /// Value i of one of the threads that multiply; nobody else goes there.
  template <class Isa>
  BSR_DEVICE static std::uint32_t scratch(Isa& isa, int i, int thread) {
    return isa.shared() + static_cast<std::uint32_t>(shared_bytes + 4 * (i * multipliers + thread));
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
