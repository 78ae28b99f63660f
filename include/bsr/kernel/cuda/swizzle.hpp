// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Where the elements of a tile lie in shared memory.
//
// Shared memory has 32 banks of four bytes; an access is one wavefront for each time that it needs a bank
// again. Tiles are therefore stored as rows of 16-byte chunks, the chunks of a row exchanged by an exclusive
// or that depends on the row, such that whatever a warp writes or reads together meets every bank equally
// often. tests/cuda/swizzle.cpp counts the wavefronts of every access.
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Bytes of a chunk: what one lane copies, and one row of what ldmatrix loads.
inline constexpr int chunk_bytes = 16;
/// Bytes that the banks hold once.
inline constexpr int line_bytes = 128;

/// Chunk c of row r lies where chunk c ^ (*this)(r) would.
struct swizzle {
  int shift;  // rows that share a pattern: 1 << shift
  int mask;   // of the row's remaining bits
  int up;     // times two: pairs of chunks stay together
  BSR_HD constexpr int operator()(int row) const { return ((row >> shift) & mask) << up; }
  friend constexpr bool operator==(const swizzle&, const swizzle&) = default;
};

/// A tile of `Rows` rows, each a piece of 32, 64 or 128 bytes of consecutive elements of k: a block of A, or
/// column-major B. Lanes read 8 rows x 1 chunk at a time (ldmatrix), with elements of eight bytes 4 rows x 2
/// chunks.
template <int ElementBytes, int RowBytes, int Rows>
struct tile_along_k {
  static_assert(RowBytes == 32 || RowBytes == 64 || RowBytes == 128);
  static constexpr int chunks = RowBytes / chunk_bytes;  // in a row
  static constexpr int bytes = Rows * RowBytes;
  static constexpr swizzle exchange = {RowBytes == 128  ? 0
                                       : RowBytes == 64 ? 1
                                                        : 2,
                                       ElementBytes == 8 ? chunks / 2 - 1 : chunks - 1,
                                       ElementBytes == 8 ? 1 : 0};
  /// The byte at which a chunk of a row begins.
  BSR_HD static constexpr int at(int row, int chunk) {
    constexpr swizzle here = exchange;
    return row * RowBytes + (chunk ^ here(row)) * chunk_bytes;
  }
};

/// A tile of `Rows` rows of k, each `RowBytes` bytes of consecutive columns: row-major B, or a transposed
/// block of A. Panels of up to 128 bytes stand one behind the other. Lanes read 8 rows x 1 chunk (ldmatrix,
/// two bytes), 4 rows x 2 chunks (four and eight bytes), or every fourth of 16 rows x 2 chunks (one byte).
template <int ElementBytes, int RowBytes, int Rows>
struct tile_along_n {
  static_assert(RowBytes % line_bytes == 0 || (ElementBytes != 1 && (RowBytes == 32 || RowBytes == 64)));
  static constexpr int chunks = RowBytes / chunk_bytes;
  static constexpr int bytes = Rows * RowBytes;
  static constexpr int panel_bytes = RowBytes < line_bytes ? RowBytes : line_bytes;
  static constexpr int in_panel = panel_bytes / chunk_bytes;
  static constexpr int rows_of_line_log2 = in_panel == 8 ? 0 : in_panel == 4 ? 1 : 2;
  static constexpr swizzle exchange = ElementBytes == 2   ? swizzle{rows_of_line_log2, in_panel - 1, 0}
                                      : ElementBytes == 1 ? swizzle{2, 3, 1}
                                                          : swizzle{rows_of_line_log2, in_panel / 2 - 1, 1};
  BSR_HD static constexpr int at(int row, int chunk) {
    constexpr swizzle here = exchange;
    return (chunk / in_panel) * (Rows * panel_bytes) + row * panel_bytes +
           (chunk % in_panel ^ here(row)) * chunk_bytes;
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
