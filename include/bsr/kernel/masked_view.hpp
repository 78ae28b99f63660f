// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Some of the stored blocks of a matrix, chosen at run time without restructuring it.
#include <cstdint>
#include <span>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// A, a matrix_view, without the blocks whose flags are 0: block k counts if gate[k] and active[indices[k]]
/// are not 0; a null array switches nothing off. Stands where A stands in products with dense operands.
template <class A>
class masked_view {
 public:
  using value_type = typename A::value_type;
  using index_type = typename A::index_type;
  using matrix_view_type = A;
  using space = typename A::space;
  static constexpr int static_rows = A::static_rows, static_cols = A::static_cols;

  BSR_INLINE masked_view(const A& a, const unsigned char* gate, const unsigned char* active)
      : a_(a), gate_(gate), active_(active) {}

  BSR_INLINE const A& matrix() const { return a_; }
  BSR_INLINE const unsigned char* gate() const { return gate_; }
  BSR_INLINE const unsigned char* active() const { return active_; }
  BSR_INLINE dims shape() const { return a_.shape(); }
  BSR_INLINE std::int64_t rows() const { return a_.rows(); }
  BSR_INLINE std::int64_t cols() const { return a_.cols(); }
  BSR_INLINE dims blocksize() const { return a_.blocksize(); }
  BSR_INLINE std::int64_t block_rows() const { return a_.block_rows(); }
  BSR_INLINE std::int64_t block_cols() const { return a_.block_cols(); }
  BSR_INLINE std::int64_t num_blocks() const { return a_.num_blocks(); }
  BSR_INLINE std::int64_t nnz() const { return a_.nnz(); }
  BSR_INLINE bool is_padded() const { return a_.is_padded(); }
  BSR_INLINE auto data() const { return a_.data(); }
  BSR_INLINE auto indices() const { return a_.indices(); }
  BSR_INLINE auto indptr() const { return a_.indptr(); }

 private:
  A a_;
  const unsigned char* gate_;
  const unsigned char* active_;
};

template <class X>
inline constexpr bool is_masked_view = false;
template <class A>
inline constexpr bool is_masked_view<masked_view<A>> = true;

namespace detail {
/// Whether block k of A counts. O(1).
template <class A>
BSR_INLINE constexpr bool kept(const A&, std::int64_t) {
  return true;
}
template <class A>
BSR_INLINE bool kept(const masked_view<A>& a, std::int64_t k) {
  return (a.gate() == nullptr || a.gate()[k] != 0) &&
         (a.active() == nullptr || a.active()[a.matrix().indices()[static_cast<std::size_t>(k)]] != 0);
}
}  // namespace detail

}  // namespace bsr::inline v0::inline BSR_TARGET
