// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A number known at run time becomes one that a kernel is compiled for.
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// make.template operator()<N>() for N = n, or the end of [Least, Most] that is nearer to n; it returns the
/// same type for every N, such as a pointer to the tile of N rows. O(Most - Least) comparisons.
template <int Most, int Least = 1, class Make>
BSR_INLINE auto choose_for(int n, const Make& make) {
  static_assert(Least <= Most);
  if constexpr (Most > Least)
    if (n < Most) return choose_for<Most - 1, Least>(n, make);
  return make.template operator()<Most>();
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
