// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The last step of a tile whose sums are in memory: epilogue, conversion to C's type, store.
#include <concepts>
#include <cstdint>

#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Element (i, j) = epilogue(sums, i, j) for rows x cols elements of C from (top, left) on. `sums` holds them
/// one lane after the other along Axis (axis::row: row after row), ld elements apart, and need not be other
/// memory than C.
template <axis Axis, class T, class C, class Epilogue>
[[gnu::noinline]] void sweep(const T* sums, std::int64_t ld, const C& c, const Epilogue& epilogue,
                             std::int64_t top, std::int64_t rows, std::int64_t left, std::int64_t cols) {
  using P = pack<T>;
  constexpr bool by_row = Axis == axis::row;
  const std::int64_t lines = by_row ? rows : cols, length = by_row ? cols : rows;
  const std::int64_t stride = by_row ? c.col_stride() : c.row_stride();
  for (std::int64_t line = 0; line < lines; ++line, sums += ld)
    for (std::int64_t n = 0; n < length; n += P::size) {
      const std::int64_t i = by_row ? top + line : top + n, j = by_row ? left + n : left + line;
      const int count = length - n < P::size ? static_cast<int>(length - n) : P::size;
      const auto mask = P::first(count);
      const P result = apply_epilogue<Axis>(epilogue, P::load(sums + n, mask), i, j, lanes<Axis>{count});
      auto* const to = &c(i, j);
      if constexpr (std::same_as<T, typename C::value_type>)
        if (stride == 1) {
          result.store(to, mask);
          continue;
        }
      if constexpr (std::same_as<T, float> && storage_detail::is_half<typename C::value_type>)
        if (stride == 1) {
          result.store_to(to, mask);
          continue;
        }
      T lane[P::size];
      result.store(lane);
      for (int l = 0; l < count; ++l) to[l * stride] = to_element<typename C::value_type>(lane[l]);
    }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
