// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Slabs: how elements come to the warpgroups' multiplications of sm_90a.
//
// A slab is 64 lines of 128 bytes, the chunks of a line exchanged as tile_along_k does it. One copy brings
// one slab; what lies beyond the sizes of its source becomes 0. Slabs that follow each other in shared memory
// are an operand of 64, 128 or 256 rows or columns, and of as many elements of k as fit a line: their lines
// go along k, whatever the type, or along the rows or columns, which wgmma knows of two-byte elements only.
// Low blocks have smaller slabs: fewer lines, or lines of 32 or 64 bytes.
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/mma_type.hpp"
#include "bsr/kernel/cuda/swizzle.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

inline constexpr int slab_lines = 64;
inline constexpr int slab_bytes = slab_lines * line_bytes;
/// Eight lines: a slab begins at a multiple of that.
inline constexpr int slab_alignment = 8 * line_bytes;
/// Elements of k that one multiplication takes, in bytes, and of two bytes.
inline constexpr int slice_bytes = 32;
inline constexpr int slice_depth = slice_bytes / 2;
inline constexpr int slices_of_slab = line_bytes / slice_bytes;

/// Whether slabs of such elements may have one k in each line.
template <class T>
inline constexpr bool has_slabs_along_n = sizeof(T) == 2;

/// What one copy brings.
struct slab_box {
  int line = line_bytes;  // bytes: 32, 64 or 128
  int lines = slab_lines;
};

/// An array of elements of one, two or four bytes in global memory, of which slabs are copied: element
/// (x, y, z) lies at data + element_bytes x + strides[0] y + strides[1] z bytes. The address and the strides
/// are multiples of 16. Four bytes are a float, which is rounded to tf32 on its way: wgmma would cut it off.
struct slab_source {
  const void* data;
  std::int64_t sizes[3];
  std::int64_t strides[2];
  slab_box box = {};
  int element_bytes = 2;
};

/// What wgmma is told of an operand whose slabs begin at `at`: k along the lines, or, with along::n (of A:
/// along::m) and two-byte elements, one k in each line. Its slice `slice` of slice_bytes of k. `line`: bytes
/// of a line, 128, or 32 or 64 of an operand that is one slab.
///
/// Source: PTX ISA, "Matrix Descriptor". Bits 0 to 13 are the address, 16 to 29 the way from one slab to the
/// next where lines are one k each (else 1, and nobody asks), 32 to 45 the way from eight lines to the next,
/// all in units of 16 bytes; bits 62 and 63 say which lines have their chunks exchanged: 1 stands for 128
/// bytes, 2 for 64, 3 for 32.
BSR_HD constexpr std::uint64_t slab_descriptor(std::uint32_t at, along order, int slice,
                                               int line = line_bytes) {
  const int skipped = order == along::k ? slice * slice_bytes : slice * slice_depth * line;
  const std::uint64_t leading = order == along::k ? 1 : slab_bytes / 16;
  const auto stride = static_cast<std::uint64_t>(8 * line / 16);
  const std::uint64_t exchange = line == line_bytes ? 1 : line == line_bytes / 2 ? 2 : 3;
  return std::uint64_t{((at + static_cast<std::uint32_t>(skipped)) & 0x3ffffu) >> 4} | leading << 16 |
         stride << 32 | exchange << 62;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
