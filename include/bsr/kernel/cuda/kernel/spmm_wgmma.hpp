// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// C = epilogue(alpha op(A) B) on sm_90a: multiplications by warpgroups straight from shared memory, which one
// warp keeps filled.
//
// Two warpgroups multiply what is in a ring of stages (wgmma_ring), each for 64 rows of the tile: a block row
// of 64, or a half of one of 128.
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
  static constexpr int shared_bytes = tile.shared_bytes();
  static constexpr int warpgroup_size = wgmma_tile::warpgroup_size;
  static constexpr int multipliers = tile.threads() - warpgroup_size;  // threads
  static constexpr int slabs_of_block = BlockRows / slab_lines;
  static constexpr int slabs_of_b = columns / slab_lines;
  static constexpr int block_bytes = slabs_of_block * slab_bytes;
  static constexpr int b_bytes = slabs_of_b * slab_bytes;
  static_assert(group * block_bytes + b_bytes == tile.stage_bytes());
  using ring = wgmma_ring<group, depth, block_bytes, b_bytes, tile.stages, multipliers / warp_size>;
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
    const ring stages(isa.shared());
    stages.make(isa);
    const int first = isa.load(args.begin + isa.block());
    const int last = isa.load(args.begin + isa.block() + 1);
    const int warp = isa.warp();
    if (warp < warpgroup_size / warp_size) {
      isa.template give_registers<40>();
      if (warp == 0)
        stages.bring(isa, args, first, last,
                     [&](int stage, std::uint32_t full, int tile_column, const typename ring::piece& p) {
                       copy(isa, args, stages, stage, full, tile_column * columns, p);
                     });
    } else {
      isa.template take_registers<232>();
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
      BSR_GPU_UNROLL
      for (int h = 0; h < slabs_of_block; ++h) {
        const std::uint32_t to = stages.block(stage, j) + static_cast<std::uint32_t>(h * slab_bytes);
        const int x = OrderA == along::k ? p.offset : h * slab_lines;
        const int y = OrderA == along::k ? h * slab_lines : p.offset;
        isa.copy_slab(to, cut ? args.cut_blocks : args.whole_blocks, full, x, y, p.block[j]);
      }
    }
    BSR_GPU_UNROLL
    for (int h = 0; h < slabs_of_b; ++h) {
      const std::uint32_t to = stages.dense(stage) + static_cast<std::uint32_t>(h * slab_bytes);
      const int n = column + h * slab_lines;
      isa.copy_slab(to, args.dense, full, OrderB == along::k ? k : n, OrderB == along::k ? n : k, 0);
    }
  }

  template <class Isa, class Args>
  BSR_DEVICE static void multiply(Isa& isa, const Args& args, const ring& stages, int first, int last) {
    const int mine = isa.warp() / (warpgroup_size / warp_size) - 1;  // 64 rows of the tile
    const std::uint32_t bit = 1u << (group == 1 ? 0 : mine);
    typename ring::position now;
    for (int n = first; n < last; ++n) {
      const work_item item = load_item(isa, args.items + n);
      const int count = ring::count_pieces(args, item);
      accumulator sums[std::size_t{size}];
      BSR_GPU_UNROLL
      for (int i = 0; i < size; ++i) sums[i] = 0;
      BSR_GPU_LOOP
      for (int i = 0; i < count; ++i) {
        if ((stages.wait(isa, now) & bit) != 0) {
          const std::uint32_t a = stages.block(now.stage, 0) + static_cast<std::uint32_t>(mine * slab_bytes);
          const std::uint32_t b = stages.dense(now.stage);
          isa.wgmma_fence();
          BSR_GPU_UNROLL
          for (int slice = 0; slice < slices_of_slab; ++slice)
            multiply_slice(isa, sums, slab_descriptor(a, OrderA, slice), slab_descriptor(b, OrderB, slice));
          isa.wgmma_commit();
          // In the same branch: with multiplications under way around it, ptxas serializes them all. The
          // other warpgroup keeps the tensor cores busy.
          isa.template wgmma_wait<0>();
        }
        stages.done(isa, now);
        now.advance();
      }
      const int thread = isa.thread() - warpgroup_size;
      if (item.parts == 1 ||
          combine_parts<size, multipliers, false>(isa, args, item, thread, stages.arrived(), sums))
        finish(isa, args, item, sums);
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
  BSR_DEVICE static void finish(Isa& isa, const Args& args, const work_item& item,
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
            isa.store_shared(scratch(isa, i, thread), v);
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
                            isa.template load_shared<accumulator>(scratch(isa, i, thread)), r, c)));
          }
        }
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
