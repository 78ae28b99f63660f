// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Every tuning number of the CPU kernels, each below the measurement that chose it. Where nothing else is
// said: f32, 1024 x 1024, N = 128, 10 % of the blocks, one thread, % of the FMA peak interleaved in the same
// run, Xeon (Emerald Rapids), g++ 12 / clang 14.
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/blocksize.hpp"
#include "bsr/kernel/cpu/pack.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// How many vector registers there are.
#if BSR_ISA_AVX512 || defined(__ARM_NEON) || defined(__ARM_FEATURE_SVE)
inline constexpr int vector_registers = 32;
#else
inline constexpr int vector_registers = 16;
#endif

/// The tile of C that one call of the SpMM panel kernel keeps in registers.
struct spmm_tile {
  int rows;   ///< rows of a block row
  int packs;  ///< packs of columns
};

constexpr spmm_tile select_tile(int block_rows) {
  if (vector_registers == 32) {
    // 8 x 3: 95 / 96 (8x8, 16x16); 8 x 2: 90; 8 x 1: 83.
    if (block_rows >= 7) return {8, 3};
    // 4 x 4: 90 / 90 (4x4); 4 x 3: 73 / 76.
    return {block_rows, 4};
  }
  // 6 x 2 leaves 16 registers - 12 sums - 2 of B = 2 for A, and starts fewer tiles than 4 x 3. GF/s of 96,
  // AVX2, f32, g++ / clang++, 4 x 3: 16x16 72.5 / 74, 32x32 73 / 77, 64x64 74 / 79; 6 x 2: 75 / 75, 77
  // / 76.5, 81 / 80.
  if (block_rows >= 10) return {6, 2};
  // 4 x 3 leaves 16 registers - 12 sums - 3 of B = 1 for A.
  if (block_rows >= 7 || block_rows <= 4) return {block_rows < 4 ? block_rows : 4, 3};
  return {block_rows, 2};
}

/// The most rows that select_tile gives, whatever the block.
inline constexpr int tallest_tile = [] {
  int most = 0;
  for (int rows = 1; rows <= 64; ++rows) most = select_tile(rows).rows > most ? select_tile(rows).rows : most;
  return most;
}();

/// The columns of a block that are unrolled; it divides the number of columns. 0 columns: known at run time.
constexpr int panel_unroll(int block_cols) {
  // 8x8: 95.6 with 8, 94.7 with 4. 16x16: 94.9 with 16, 90.0 with 8, 93.6 with 4, 94.0 with 2. 64x64: 94.5
  // with 16 to 2.
  if (block_cols > 0 && block_cols <= 8) return block_cols;
  for (const int n : {4, 6, 5, 3, 7, 2})
    if (block_cols % n == 0) return n;
  return 1;
}

/// Whether rows of B are prefetched.
constexpr bool panel_prefetch(int block_cols) {
  // With and without: 4x4 90 / 85; 8x8 95.6 / 91; 16x16 94 / 92; 32x32 93 / 94; 64x64 91.6 / 94.5.
  return block_cols <= 16;
}

/// The blocks between the one that is multiplied and the one whose rows of B are prefetched.
constexpr int panel_distance(std::int64_t block_cols) {
  // 16x1: 90 / 87 with 1, 90 / 92 with 4, 92 / 91 with 8. 4x4: 90 / 90 with 1 and with 2.
  return block_cols >= 4 ? 1 : static_cast<int>(8 / block_cols);
}

/// The strips into which a block row is cut: ceil(rows / tile.rows) of them, as even as can be, higher ones
/// first.
struct strip_cut {
  int strips;
  int height;   ///< of the first strips; the others have one row less
  int highest;  ///< how many have `height` rows

  BSR_INLINE constexpr int first_row(int strip) const {
    return strip * height - (strip > highest ? strip - highest : 0);
  }
  BSR_INLINE constexpr int rows(int strip) const { return strip < highest ? height : height - 1; }
};

BSR_INLINE constexpr strip_cut cut_rows(int block_rows, int tile_rows) {
  const int strips = (block_rows + tile_rows - 1) / tile_rows;
  const int height = (block_rows + strips - 1) / strips;
  return {strips, height, block_rows - strips * (height - 1)};
}

// ---- SpMM with rows of A in the lanes ---------------------------------------------------------------------------

/// Columns of B in a tile of so many packs of rows. `unit`: the elements of B that are broadcast together lie
/// side by side, else each in a row of its own.
constexpr int lanes_columns(int packs, bool unit) {
  // y = x * transpose(w), 2 packs, x as it lies: 12 columns 94, 8 columns 85 to 90.
  if (vector_registers == 32 && packs == 2) return 12;
  // 1 pack: 16 columns 88 side by side; as they lie 63, because rows of x that are a multiple of 4 KiB long
  // share a set of the first cache; 8 columns 73, 12 columns 69, 24 columns 49.
  if (vector_registers == 32) return unit ? 16 : 8;
  return packs == 2 ? 6 : 8;
}

/// B by rows with at most so many columns: its elements are broadcast; wider ones are loaded.
template <class T>
inline constexpr std::int64_t lanes_most_columns = simd::pack<T>::size;

/// Blocks of so many bytes are read once for all columns of a group, smaller ones once for each panel.
/// 32x32, 90 % of the blocks: 90 against 62 (16x16: 90, 85); 10 %: 84 against 90 (16x16: 81, 88).
inline constexpr std::int64_t blocks_stay_in_cache = std::int64_t{1} << 20;

/// Plans copy panels of B, stored by rows, when its rows have so many bytes and are used so often on average:
/// rows of a panel then lie side by side instead of 2 KiB apart. 16x16, N = 512: 68 without, 83 with copies;
/// GF/s, f64, N = 256: 47 and 58; f32, N = 256: 148 and 130.
constexpr bool copies_panels(std::int64_t row_bytes, std::int64_t uses = 1 << 20) {
  return row_bytes >= 2048 && uses >= 32;
}

/// Bytes of A that all panels of a group read one after the other, and of B's panels in such a group:
/// together they stay in the second cache, so that A is not read from further away for each panel. GF/s, f64,
/// N = 128, without and with such chunks: 8x8 72 and 78, 16x16 63 and 71, 32x32 65 and 73.
inline constexpr std::int64_t chunk_of_a = std::int64_t{1} << 18, group_of_b = std::int64_t{1} << 20;

/// Blocks of one row are packed in chunks of so many rows of B, which are copied to the stack (32 KiB with
/// the panels below) and stay in the first cache.
inline constexpr std::int64_t packed_chunk_rows = 64;

/// The most packs of columns of B in a panel of such a product: every row of C's panel is loaded and stored
/// once a chunk.
inline constexpr int chunk_packs = 8;

// ---- SDDMM ---------------------------------------------------------------------------------------------------------

/// Rows of a tile of outer products of so many packs of columns, 1 or 2: half of the registers hold sums.
constexpr int outer_rows(int packs) {
  // 1536x384, 16x16, 128 samples by rows: 75 % of the peak.
  return vector_registers / (2 * packs);
}

/// The fewest k for which four of them lie in the lanes: their sums must be added for every element. GF/s,
/// one after the other with lanes of rows alone, 10 %: 16x16, k = 768 121 and 136; 64 112 and 118; 32 88 and
/// 87; 32x32, 768 137 and 141; 64x64, 768 142 and 143; 128 142 and 136; f64 8x8, 768 39 and 46.
constexpr std::int64_t sddmm_quads_depth(std::int64_t block_rows) { return 8 * block_rows; }

// ---- SpMV ------------------------------------------------------------------------------------------------------------

/// Blocks that are summed apart in SpMV, when a block is so many packs.
constexpr int spmv_chains(int packs) { return packs >= 3 ? 1 : packs == 2 ? 2 : 4; }

/// SpMV prefetches the blocks so many elements ahead.
template <class T>
inline constexpr int spmv_distance = 4096 / static_cast<int>(sizeof(T));

/// The run-time block sizes for which SpMV has instances of its own.
using spmv_list = square_blocks<1, 2, 3, 4, 5, 6, 8>;

}  // namespace bsr::inline v0::inline BSR_TARGET
