// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A matrix whose blocks were laid out anew for the product of a plan, as an operand of that product.
#include <cstdint>
#include <span>
#include <type_traits>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// A, a matrix_view, packed for products with op(A). Blocks: what the backend made of it. Stands where A
/// stands in an expression, under the plan that it was packed for.
template <class A, op Op, class Blocks>
class packed_view {
 public:
  using value_type = typename A::value_type;
  using index_type = typename A::index_type;
  using space = typename A::space;
  using matrix_view_type = A;
  static constexpr op packed_op = Op;
  static constexpr int static_rows = A::static_rows, static_cols = A::static_cols;

  BSR_INLINE packed_view(dims shape, dims blocksize, const index_type* indptr, const index_type* indices,
                         const Blocks& blocks)
      : shape_(shape), blocksize_(blocksize), indptr_(indptr), indices_(indices), blocks_(&blocks) {}

  BSR_INLINE dims shape() const { return shape_; }
  BSR_INLINE std::int64_t rows() const { return shape_.rows; }
  BSR_INLINE std::int64_t cols() const { return shape_.cols; }
  BSR_INLINE dims blocksize() const { return blocksize_; }
  BSR_INLINE std::int64_t num_blocks() const { return blocks_->num_blocks(); }
  BSR_INLINE std::int64_t nnz() const { return num_blocks() * blocksize_.rows * blocksize_.cols; }
  BSR_INLINE const Blocks& blocks() const { return *blocks_; }
  /// Where the index arrays of A were.
  BSR_INLINE const index_type* source_indptr() const { return indptr_; }
  BSR_INLINE const index_type* source_indices() const { return indices_; }
  /// The packed arrays, which the destination must not overlap.
  BSR_INLINE std::span<const value_type> data() const { return blocks_->values(); }
  BSR_INLINE std::span<const index_type> indices() const { return blocks_->indices(); }
  BSR_INLINE std::span<const index_type> indptr() const { return blocks_->indptr(); }

 private:
  dims shape_;
  dims blocksize_;
  const index_type* indptr_;
  const index_type* indices_;
  const Blocks* blocks_;
};

template <class X>
inline constexpr bool is_packed_view = false;
template <class A, op Op, class Blocks>
inline constexpr bool is_packed_view<packed_view<A, Op, Blocks>> = true;

/// Whether products under this policy may have packed operands: plans may.
template <class Policy>
inline constexpr bool takes_packed = false;

}  // namespace bsr::inline v0::inline BSR_TARGET
