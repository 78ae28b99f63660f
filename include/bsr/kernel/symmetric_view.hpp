// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A symmetric matrix of which one triangle is stored.
#include <cstdint>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// A + A' - D, D the diagonal blocks of A, a square matrix_view of square blocks: a block away from the
/// diagonal stands for its transposed one on the other side, too. Stands where A stands in products with
/// dense operands.
template <class A>
class symmetric_view {
 public:
  using value_type = typename A::value_type;
  using index_type = typename A::index_type;
  using matrix_view_type = A;
  using space = typename A::space;
  static constexpr int static_rows = A::static_rows, static_cols = A::static_cols;

  BSR_INLINE explicit symmetric_view(const A& a) : a_(a) {}

  BSR_INLINE const A& matrix() const { return a_; }
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
};

template <class X>
inline constexpr bool is_symmetric_view = false;
template <class A>
inline constexpr bool is_symmetric_view<symmetric_view<A>> = true;

}  // namespace bsr::inline v0::inline BSR_TARGET
