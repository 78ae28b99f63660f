// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Which block an element is in: division of an index by a block extent.
#include <cstdint>
#include <type_traits>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// x / n for 0 <= x, n >= 1. A constant N is the compiler's work; for a run-time n and 32-bit indices one
/// multiplication with ceil(2^64 / n) is exact (Lemire, Kaser, Kurz 2019, "Faster remainder by direct
/// computation", theorem 1).
template <int N, index Index>
class divider {
 public:
  explicit divider(std::int64_t n) : n_(n) {
    if constexpr (reciprocal) inverse_ = n == 1 ? 0 : ~std::uint64_t{0} / static_cast<std::uint64_t>(n) + 1;
  }
  BSR_INLINE std::int64_t value() const { return n_.value(); }
  BSR_INLINE Index operator()(Index x) const {
    if constexpr (N != dynamic) {
      return static_cast<Index>(static_cast<Unsigned>(x) / static_cast<Unsigned>(N));
    } else if constexpr (reciprocal) {
      __extension__ using wide = unsigned __int128;
      if (inverse_ == 0) return x;
      return static_cast<Index>((static_cast<wide>(inverse_) * static_cast<Unsigned>(x)) >> 64);
    } else {
      return static_cast<Index>(static_cast<Unsigned>(x) / static_cast<Unsigned>(n_.value()));
    }
  }

 private:
  using Unsigned = std::make_unsigned_t<Index>;
  static constexpr bool reciprocal = N == dynamic && sizeof(Index) == 4;
  extent<N> n_;
  std::uint64_t inverse_ = 0;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
