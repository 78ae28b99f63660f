// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Columns of a dense matrix, copied so that their elements of one row lie side by side.
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/pack_squares.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// to[k * width + j] = from[j * ld + k] for k < rows and j < columns, 0 for columns <= j < width; width is a
/// multiple of a pack.
template <class T>
[[gnu::noinline]] void pack_columns(const T* from, std::int64_t ld, std::int64_t rows, std::int64_t columns,
                                    std::int64_t width, T* to) {
  using P = pack<T>;
  for (std::int64_t k = 0; k < rows; k += P::size)
    for (std::int64_t j = 0; j < width; j += P::size) {
      const T* const corner = from + j * ld + k;
      const int height = rows - k < P::size ? static_cast<int>(rows - k) : P::size;
      P square[P::size];
      if (height == P::size && j + P::size <= columns) {
        load_columns(corner, ld, square);
        BSR_UNROLL
        for (int r = 0; r < P::size; ++r) square[r].store(to + (k + r) * width + j);
        continue;
      }
      const auto mask = P::first(height);
      BSR_UNROLL
      for (int r = 0; r < P::size; ++r)
        square[r] = j + r < columns ? P::load(corner + r * ld, mask) : P::zero();
      transpose_square(square);
      BSR_UNROLL
      for (int r = 0; r < P::size; ++r)
        if (r < height) square[r].store(to + (k + r) * width + j);
    }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
