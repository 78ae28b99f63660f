// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What a machine can do, measured, and what a product costs on it.
#include <cmath>
#include <cstdint>

#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Rates of a machine, as calibrate() measures them, or as somebody fills them in.
struct machine {
  /// Multiply-adds of vectors in registers, one thread, in floating-point operations a second.
  double fma_float = 0, fma_double = 0;
  /// Bytes a second that one thread reads of arrays of these sizes, again and again.
  static constexpr int sizes = 6;
  static constexpr double size[sizes] = {16e3, 256e3, 1e6, 4e6, 16e6, 128e6};
  double read[sizes] = {};
  /// Bytes a second that all threads together read of the largest.
  double read_all = 0;
  /// Bytes a second of columns that are copied side by side, one thread.
  double turn = 0;
  /// Seconds until all threads have begun and ended.
  double fork = 0;
  int threads = 1;

  /// Bytes a second that one thread reads of an array of so many bytes: between two measured sizes in
  /// proportion to the logarithm of the size.
  double read_of(double bytes) const {
    if (bytes <= size[0]) return read[0];
    for (int i = 1; i < sizes; ++i)
      if (bytes <= size[i]) {
        const double part = std::log(bytes / size[i - 1]) / std::log(size[i] / size[i - 1]);
        return read[i - 1] + part * (read[i] - read[i - 1]);
      }
    return read[sizes - 1];
  }
};

/// What a product computes and moves, how it does it, and, where a machine was given, how long it takes.
struct product_cost {
  const char* kernel = "";  ///< a name in bsr::micro
  int tile_rows = 0;        ///< of the result, kept in registers
  int tile_cols = 0;
  int threads = 1;
  double flops = 0;
  double bytes = 0;        ///< that must travel once: blocks, indices, both dense operands
  const char* limit = "";  ///< what binds
  double seconds = 0;
  double dense_seconds = 0;  ///< a product of the same shape with a dense matrix, at 93 % of the peak
};

}  // namespace bsr::inline v0::inline BSR_TARGET
