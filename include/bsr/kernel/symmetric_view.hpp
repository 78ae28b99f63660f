// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A symmetric matrix of which one triangle is stored.
#include "bsr/base/target.hpp"
#include "bsr/kernel/wrapped_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// A + A' - D, D the diagonal blocks of A, a square matrix_view of square blocks: a block away from the
/// diagonal stands for its transposed one on the other side, too. Stands where A stands in products with
/// dense operands.
template <class A>
class symmetric_view : public wrapped_view<A> {
 public:
  BSR_INLINE explicit symmetric_view(const A& a) : wrapped_view<A>(a) {}
};

template <class X>
inline constexpr bool is_symmetric_view = false;
template <class A>
inline constexpr bool is_symmetric_view<symmetric_view<A>> = true;

}  // namespace bsr::inline v0::inline BSR_TARGET
