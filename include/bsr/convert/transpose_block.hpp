// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// One dense block, transposed.
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Four elements of 4 or 8 bytes in a register, whatever they are.
template <class T>
using four_of [[gnu::vector_size(4 * sizeof(T))]] =
    std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;

/// Rows of four become columns: x and y are 4 x 4, their rows x_step and y_step elements apart.
template <class T>
BSR_INLINE void transpose_four(const T* x, std::int64_t x_step, T* y, std::int64_t y_step) {
  four_of<T> row[4];
  for (int r = 0; r < 4; ++r) std::memcpy(&row[r], x + r * x_step, sizeof row[r]);
  const auto a = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
  const auto b = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
  const auto c = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
  const auto d = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
  row[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  row[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  row[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  row[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
  for (int r = 0; r < 4; ++r) std::memcpy(static_cast<void*>(y + r * y_step), &row[r], sizeof row[r]);
}

/// y(c, r) = x(r, c) for a row-major block x of rows x cols; y is cols x rows.
template <class T, int R, int C>
BSR_INLINE void transpose_block(const T* BSR_RESTRICT x, T* BSR_RESTRICT y, extent<R> rows, extent<C> cols) {
  const std::int64_t m = rows.value(), n = cols.value();
  std::int64_t fours_m = 0, fours_n = 0;
  if constexpr (std::is_trivially_copyable_v<T> && (sizeof(T) == 4 || sizeof(T) == 8) &&
                (R >= 4 || R == dynamic) && (C >= 4 || C == dynamic)) {
    fours_m = m / 4 * 4;
    fours_n = n / 4 * 4;
    for (std::int64_t c = 0; c < fours_n; c += 4)
      for (std::int64_t r = 0; r < fours_m; r += 4) transpose_four(x + r * n + c, n, y + c * m + r, m);
    if (fours_m == 0 || fours_n == 0) fours_m = fours_n = 0;
  }
  for (std::int64_t c = 0; c < fours_n; ++c)
    for (std::int64_t r = fours_m; r < m; ++r) y[c * m + r] = x[r * n + c];
  for (std::int64_t c = fours_n; c < n; ++c)
    for (std::int64_t r = 0; r < m; ++r) y[c * m + r] = x[r * n + c];
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
