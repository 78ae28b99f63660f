// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// C = epilogue(alpha A B) on tensor cores of every generation from sm_80 on: mma.sync, fed by cp.async.
//
// A block of threads goes through its work items. Steps flow through a ring of stages in shared memory: while
// one stage is multiplied, copies for the next ones are under way, also across the end of an item. One
// barrier for each stage says both that its copies have arrived everywhere and that the stage before it,
// which is filled next, has been read by everyone. Warps keep their tile of C in registers, load each
// fragment of B once and multiply it by all blocks that are there; blocks that are not cost nothing.
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/isa.hpp"
#include "bsr/kernel/cuda/mma_type.hpp"
#include "bsr/kernel/cuda/spmm_args.hpp"
#include "bsr/kernel/cuda/tile.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// The part of C that a warp keeps in registers: Rows x Cols tiles of 16 x 8. All indices are known when
/// loops are unrolled.
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

/// An epilogue whose steps are data, as flat_epilogue is.
template <class Epilogue>
inline constexpr bool steps_at_run_time = requires(const Epilogue& e) { e.steps; };

/// Tile::value is an spmm_tile. (A type, because nvcc 13 cannot launch a kernel with a template argument that
/// is an object.) CopyBytes: what the addresses of B and its stride are multiples of, 16 or the size of an
/// element. A is aligned to 16 bytes; its blocks have block_rows rows and a multiple of `depth` columns.
template <class T, class Tile, along Order, int CopyBytes>
class spmm_mma {
  static constexpr spmm_tile tile = Tile::value;
  static_assert(tile.is_valid() && tile.element_bytes == static_cast<int>(sizeof(T)));
  static_assert(CopyBytes == 16 || CopyBytes == static_cast<int>(sizeof(T)));
  using type = mma_type<T>;
  using accumulator = typename type::accumulator;

  // The tile's numbers, one by one: device code has no objects that are constants.
  static constexpr int block_rows = tile.block_rows;
  static constexpr int group = tile.rows_of_group;
  static constexpr int rows = tile.rows();
  static constexpr int columns = tile.columns;
  static constexpr int depth = tile.depth;
  static constexpr int steps = tile.steps;
  static constexpr int stages = tile.stages;
  static constexpr int warp_cols = tile.warp_cols;
  static constexpr int rows_of_warp = tile.rows_of_warp();
  static constexpr int columns_of_warp = tile.columns_of_warp();
  static constexpr int block_bytes = tile.block_bytes();
  static constexpr int a_bytes = tile.a_bytes();
  static constexpr int b_bytes = tile.b_bytes();
  static constexpr int stage_bytes = tile.stage_bytes();
  static constexpr int elements = chunk_bytes / static_cast<int>(sizeof(T));  // of a chunk
  static constexpr int slices = tile.depth_bytes() / 32;
  using a_tile = tile_along_k<sizeof(T), tile.depth_bytes(), block_rows>;
  /// Of one step.
  using b_tile = std::conditional_t<Order == along::k, tile_along_k<sizeof(T), tile.depth_bytes(), columns>,
                                    tile_along_n<sizeof(T), columns* int(sizeof(T)), depth>>;
  // A warp computes whole blocks one below the other, or some rows of one block.
  static constexpr int blocks_of_warp = rows_of_warp > block_rows ? rows_of_warp / block_rows : 1;
  static constexpr int tiles_of_block = rows_of_warp / blocks_of_warp / 16;
  static constexpr int row_tiles = blocks_of_warp * tiles_of_block;
  static constexpr int col_tiles = columns_of_warp / 8;
  using registers = register_tiles<accumulator, row_tiles, col_tiles>;

 public:
  static constexpr int threads = tile.threads();
  static constexpr int resident = 256 / threads;  // so many threads may have 255 registers each
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
    int stage = 0;
    for (int n = first; n < last; ++n) {
      const work_item item = load_item(isa, args.items + n);
      registers sums;
      BSR_GPU_UNROLL
      for (int i = 0; i < registers::size; ++i) sums[i] = accumulator(0);
      const int count = (item.end - item.begin) * (args.block_cols / depth);
      for (int step = 0; step < count; step += steps) {
        isa.template wait<stages - 2>();
        isa.sync();
        ahead.fill(isa, args, ring, present, (stage + stages - 1) % stages);
        multiply(isa, ring + static_cast<std::uint32_t>(stage * stage_bytes),
                 isa.template load_shared<std::uint32_t>(present + static_cast<std::uint32_t>(4 * stage)),
                 sums);
        stage = (stage + 1) % stages;
      }
      if (item.parts == 1 || combine(isa, args, item, arrived, sums)) finish(isa, args, item, sums);
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

  template <class Isa>
  BSR_DEVICE static work_item load_item(Isa& isa, const work_item* item) {
    const auto* const halves = reinterpret_cast<const quad*>(item);
    const quad x = isa.load(halves);
    const quad y = isa.load(halves + 1);
    const auto field = [](std::uint32_t w) { return static_cast<std::int32_t>(w); };
    return {field(x.word[0]), field(x.word[1]), field(x.word[2]), field(x.word[3]),
            field(y.word[0]), field(y.word[1]), field(y.word[2]), field(y.word[3])};
  }

  /// Walks through all stages of all items, some stages ahead of the multiplications.
  class loader {
   public:
    template <class Isa, class Args>
    BSR_DEVICE loader(Isa& isa, const Args& args, int first, int last) : item_(first - 1), last_(last) {
      next(isa, args);
    }

    /// Begins the copies of the next stage, if there is one, as one group.
    template <class Isa, class Args>
    BSR_DEVICE void fill(Isa& isa, const Args& args, std::uint32_t ring, std::uint32_t present, int stage) {
      if (item_ < last_) {
        const std::uint32_t a = ring + static_cast<std::uint32_t>(stage * stage_bytes);
        copy_a(isa, args, a);
        copy_b(isa, args, a + a_bytes);
        const std::uint32_t bits = isa.ballot(plan_.block >= 0);
        if (isa.thread() == 0) isa.store_shared(present + static_cast<std::uint32_t>(4 * stage), bits);
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
        if (plan_.block >= 0 && args.gate != nullptr && isa.load(args.gate + plan_.block) == 0)
          plan_.block = -1;
        if (args.active != nullptr && isa.load(args.active + block_column) == 0) plan_.block = -1;
      }
    }

    template <class Isa, class Args>
    BSR_DEVICE void copy_a(Isa& isa, const Args& args, std::uint32_t to) {
      constexpr int chunks = block_bytes / chunk_bytes;
      BSR_GPU_LOOP
      for (int n = 0; n < a_bytes / chunk_bytes; n += threads) {
        const int slot = (n + isa.thread()) / chunks;  // the same for all lanes
        const int row = (n + isa.thread()) % chunks / a_tile::chunks;
        const int chunk = (n + isa.thread()) % a_tile::chunks;
        const int block = isa.shuffle(plan_.block, slot);
        const int first = isa.shuffle(plan_.first, slot);
        const int offset = isa.shuffle(plan_.offset, slot);
        if (block < 0) continue;
        const T* const from = args.a +
                              (static_cast<std::int64_t>(block) * block_rows + row) * args.block_cols +
                              offset + chunk * elements;
        isa.template copy_async<chunk_bytes>(
            to + static_cast<std::uint32_t>(slot * block_bytes + a_tile::at(row, chunk)), from,
            valid_bytes(args.depth - first - chunk * elements));
      }
    }

    template <class Isa, class Args>
    BSR_DEVICE void copy_b(Isa& isa, const Args& args, std::uint32_t to) {
      BSR_GPU_LOOP
      for (int n = 0; n < b_bytes / chunk_bytes; n += threads) {
        constexpr int chunks = b_tile::bytes / chunk_bytes;
        const int step = (n + isa.thread()) / chunks;  // the same for all lanes
        const int row = (n + isa.thread()) % chunks / b_tile::chunks;
        const int chunk = (n + isa.thread()) % b_tile::chunks;
        const int first = isa.shuffle(plan_.first, step * group);
        if (first < 0) continue;
        const int k = first + (Order == along::k ? chunk * elements : row);
        const int column = column_ + (Order == along::k ? row : chunk * elements);
        const int valid = Order == along::k ? (column < args.cols ? valid_bytes(args.depth - k) : 0)
                                            : (k < args.depth ? valid_bytes(args.cols - column) : 0);
        const std::int64_t at = Order == along::k ? column * args.b_stride + k : k * args.b_stride + column;
        copy_chunk(isa, to + static_cast<std::uint32_t>(step * b_tile::bytes + b_tile::at(row, chunk)),
                   valid > 0 ? args.b + at : args.b, valid);
      }
    }

    /// Of the chunk that begins so many elements before the edge.
    BSR_DEVICE static int valid_bytes(int rest) {
      return rest >= elements ? chunk_bytes : rest > 0 ? rest * static_cast<int>(sizeof(T)) : 0;
    }

    /// 16 bytes from an address that is aligned to CopyBytes.
    template <class Isa>
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

    int item_;
    int last_;
    int begin_ = 0;   // the item's first step
    int column_ = 0;  // the first column of its tile
    int step_ = 0;    // of `count_`, in pieces of depth
    int count_ = 0;
    stage_plan plan_;
  };

  /// sums += the blocks of one stage times their rows of B.
  template <class Isa>
  BSR_DEVICE static void multiply(Isa& isa, std::uint32_t a, std::uint32_t present, registers& sums) {
    constexpr int at_once = type::tiles_at_once(Order);
    constexpr std::uint32_t all_blocks = (1u << blocks_of_warp) - 1;
    const int row = isa.warp() / warp_cols * rows_of_warp;
    const int column = isa.warp() % warp_cols * columns_of_warp;
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
          type::template load_b<Order, b_tile>(isa, from_b + j, b, column + 8 * j, slice);
        BSR_GPU_UNROLL
        for (int n = 0; n < blocks_of_warp; ++n) {
          if ((mine >> n & 1) == 0) continue;
          const std::uint32_t block =
              a + static_cast<std::uint32_t>((step * group + first_block + n) * block_bytes);
          BSR_GPU_UNROLL
          for (int i = 0; i < tiles_of_block; ++i) {
            typename type::a_registers from_a;
            type::template load_a<a_tile>(isa, from_a, block, row % block_rows + 16 * i, slice);
            BSR_GPU_UNROLL
            for (int j = 0; j < col_tiles; ++j)
              type::multiply(isa, sums.tile(n * tiles_of_block + i, j), from_a, from_b[j]);
          }
        }
      }
    }
  }

  /// Leaves this part's sums in memory. True for the block that comes last: it then has the sums of all
  /// parts, added in their order.
  template <class Isa, class Args>
  BSR_DEVICE static bool combine(Isa& isa, const Args& args, const work_item& item, std::uint32_t arrived,
                                 registers& sums) {
    constexpr int size = rows * columns;
    accumulator* const first = args.partial + static_cast<std::int64_t>(item.slot) * size + isa.thread();
    BSR_GPU_UNROLL
    for (int i = 0; i < registers::size; ++i)
      isa.store(first + static_cast<std::int64_t>(item.part) * size + i * threads, sums[i]);
    isa.sync();
    if (isa.thread() == 0) isa.store_shared(arrived, isa.exchange_count(args.counter + item.counter, 1));
    isa.sync();
    if (isa.template load_shared<std::uint32_t>(arrived) != static_cast<std::uint32_t>(item.parts - 1))
      return false;
    BSR_GPU_UNROLL
    for (int i = 0; i < registers::size; ++i) sums[i] = isa.load_written(first + i * threads);
    for (int part = 1; part < item.parts; ++part) {
      BSR_GPU_UNROLL
      for (int i = 0; i < registers::size; ++i)
        sums[i] += isa.load_written(first + static_cast<std::int64_t>(part) * size + i * threads);
    }
    if (isa.thread() == 0) isa.store(args.counter + item.counter, 0u);
    return true;
  }

  /// Stores the tile, as far as it is inside C.
  template <class Isa, class Result, class Epilogue>
  BSR_DEVICE static void finish(Isa& isa, const spmm_args<T, accumulator, Result, Epilogue>& args,
                                const work_item& item, registers& sums) {
    const int row = item.group * rows + isa.warp() / warp_cols * rows_of_warp;
    const int column = item.tile * columns + isa.warp() % warp_cols * columns_of_warp;
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
          const int c = column + type::column(Order, i / 2, p.col + i % 2);
          if (r < args.rows && c < args.cols)
            isa.store(at + c * args.c_col_stride, isa.template result<Result>(args.epilogue(v, r, c)));
        }
      }
      if constexpr (steps_at_run_time<Epilogue>) {
        // Once, not for each register: such an epilogue is much code.
        BSR_GPU_LOOP
        for (int i = 0; i < 2 * col_tiles; ++i) {
          const int c = column + type::column(Order, i / 2, p.col + i % 2);
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
    constexpr int first = (tile.shared_bytes() + 15) / 16 * 16;
    return isa.shared() + static_cast<std::uint32_t>(first + (i * threads + isa.thread()) *
                                                                 static_cast<int>(sizeof(accumulator)));
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
