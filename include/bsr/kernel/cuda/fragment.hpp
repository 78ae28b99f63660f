// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What the registers of matrix instructions mean: which element of which operand a lane holds.
//
// Source: PTX ISA, "Matrix Fragments for mma" and "ldmatrix". tests/cuda/cute.cpp compares every entry with
// the tables of CuTe.
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Lanes of a warp.
inline constexpr int warp_size = 32;

/// Row and column of an element.
struct place {
  int row;
  int col;
  friend constexpr bool operator==(place, place) = default;
};

/// The operands of one multiplication by a warp, D(16 x 8) = A(16 x depth) B(depth x 8) + C, for elements of
/// `Bytes` bytes. The depth is `DepthBytes` bytes of elements: with 32 it is m16n8k16 for two bytes, m16n8k8
/// for four (tf32) and m16n8k32 for one (int8). For eight bytes it is m8n8k4 twice, for the upper and the
/// lower half.
template <int Bytes, int DepthBytes = 32>
struct mma_fragment {
  static_assert(Bytes == 1 || Bytes == 2 || Bytes == 4 || Bytes == 8);
  static_assert(DepthBytes == 16 || DepthBytes == 32);
  static constexpr int rows = 16;
  static constexpr int cols = 8;
  static constexpr int depth = DepthBytes / Bytes;
  /// Elements that one lane holds.
  static constexpr int a_elements = rows * depth / warp_size;
  static constexpr int b_elements = depth * cols / warp_size;
  static constexpr int c_elements = rows * cols / warp_size;

  /// Element i of A that a lane holds; low bits of a register come first.
  BSR_HD static constexpr place a(int lane, int i) {
    const int part = i / packed;
    return {lane / 4 + 8 * (part % 2), packed * (lane % 4) + i % packed + 4 * packed * (part / 2)};
  }
  BSR_HD static constexpr place b(int lane, int i) {
    return {packed * (lane % 4) + i % packed + 4 * packed * (i / packed), lane / 4};
  }
  BSR_HD static constexpr place c(int lane, int i) {
    return {lane / 4 + 8 * (i / 2), 2 * (lane % 4) + i % 2};
  }

 private:
  static constexpr int packed = Bytes >= 4 ? 1 : 4 / Bytes;  // elements in a register
};

/// The sums of a multiplication by a warpgroup, D(64 x N) = A(64 x 16) B(16 x N) + D, wgmma.m64nNk16: each of
/// its 128 threads holds N / 2 of them.
struct wgmma_fragment {
  BSR_HD static constexpr place c(int thread, int i) {
    return {thread / warp_size * 16 + thread % warp_size / 4 + 8 * (i / 2 % 2),
            i / 4 * 8 + 2 * (thread % 4) + i % 2};
  }
};

/// What ldmatrix gives a lane of an 8 x 8 matrix of two-byte elements whose rows are 16 bytes: elements i = 0
/// (low half) and 1 of its register.
BSR_HD constexpr place loaded_matrix(int lane, int i, bool transposed) {
  const place p{lane / 4, 2 * (lane % 4) + i};
  return transposed ? place{p.col, p.row} : p;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
