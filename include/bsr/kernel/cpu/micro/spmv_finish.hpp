// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The last step of SpMV: epilogue, conversion to y's type, store.
#include <concepts>
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// y = epilogue(alpha * sums) for `count` elements from `first` on.
template <class Problem>
[[gnu::noinline]] void finish_vector(const Problem& p, const typename Problem::accumulator* sums,
                                     std::int64_t first, std::int64_t count) {
  using T = typename Problem::accumulator;
  using element = typename std::remove_cvref_t<decltype(p.y)>::value_type;
  using P = pack<T>;
  const P alpha = P::broadcast(p.alpha);
  for (std::int64_t n = 0; n < count; n += P::size) {
    const int width = count - n < P::size ? static_cast<int>(count - n) : P::size;
    const P result = apply_epilogue<axis::column>(p.epilogue, alpha * P::load(sums + n, width), first + n, 0,
                                                  lanes<axis::column>{width});
    auto* const to = &p.y[first + n];
    if constexpr (std::same_as<T, element>)
      if (p.y.stride() == 1) {
        result.store(to, width);
        continue;
      }
    T lane[P::size];
    result.store(lane);
    for (int l = 0; l < width; ++l) to[l * p.y.stride()] = to_element<element>(lane[l]);
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
