// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// From a block size known at run time to one known at compile time. Other sizes run loops that count at run time.
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

template <int... N>
struct squares {};
/// The block sizes N x N that have code of their own for SpMV. To add one: write it here.
using static_blocksizes = squares<1, 2, 3, 4, 5, 6, 7, 8, 16, 32>;

template <class F, int... N>
BSR_INLINE bool call_with_blocksize(dims block, const F& f, squares<N...>) {
  return ((block == dims(N, N) ? (f.template operator()<N, N>(), true) : false) || ...);
}

}  // namespace detail

/// Calls f.operator()<R, C>() when `block` is one of the sizes above; returns whether it was.
template <class F>
BSR_INLINE bool with_static_blocksize(dims block, const F& f) {
  return detail::call_with_blocksize(block, f, detail::static_blocksizes{});
}

}  // namespace bsr::inline v0::inline BSR_TARGET
