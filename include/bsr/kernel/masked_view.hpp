// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Some of the stored blocks of a matrix, chosen at run time without restructuring it.
#include <cstddef>
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/wrapped_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Flags of blocks and of block columns; a null array switches nothing off.
struct block_mask {
  const unsigned char* gate = nullptr;
  const unsigned char* active = nullptr;

  /// Whether block k counts, which lies in this block column: gate[k] and active[column] are not 0.
  BSR_INLINE bool keeps(std::int64_t k, std::int64_t column) const {
    return (gate == nullptr || gate[k] != 0) && (active == nullptr || active[column] != 0);
  }
};

/// A, a matrix_view, without the blocks that the mask does not keep. Stands where A stands in products with
/// dense operands.
template <class A>
class masked_view : public wrapped_view<A> {
 public:
  BSR_INLINE masked_view(const A& a, const block_mask& mask) : wrapped_view<A>(a), mask_(mask) {}

  BSR_INLINE const block_mask& mask() const { return mask_; }

 private:
  block_mask mask_;
};

template <class X>
inline constexpr bool is_masked_view = false;
template <class A>
inline constexpr bool is_masked_view<masked_view<A>> = true;

namespace detail {
/// The mask of A; that of other matrices keeps every block.
template <class A>
BSR_INLINE constexpr block_mask mask_of(const A&) {
  return {};
}
template <class A>
BSR_INLINE block_mask mask_of(const masked_view<A>& a) {
  return a.mask();
}

/// Whether block k of A counts. O(1).
template <class A>
BSR_INLINE constexpr bool kept(const A&, std::int64_t) {
  return true;
}
template <class A>
BSR_INLINE bool kept(const masked_view<A>& a, std::int64_t k) {
  return a.mask().keeps(k, a.indices()[static_cast<std::size_t>(k)]);
}
}  // namespace detail

}  // namespace bsr::inline v0::inline BSR_TARGET
