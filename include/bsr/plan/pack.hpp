// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Blocks laid out anew for the product of a plan: auto wp = pack(p, w); y.on(p) = x * transpose(wp);
#include <cstdint>
#include <utility>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/expr/evaluation.hpp"
#include "bsr/kernel/backend.hpp"
#include "bsr/kernel/packed_view.hpp"
#include "bsr/plan/dense_plan.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// A copy of a matrix, structure and values, for the products of a Plan. Stands where the matrix stands. A
/// snapshot: later changes of the matrix are not seen before repack().
template <class Plan>
class packed_matrix {
  using source = typename Plan::matrix_view_type;
  using backend_type = backend<typename Plan::policy_type>;
  static constexpr op factor_op = Plan::factor_op;
  using blocks_type = decltype(backend_type::template pack<factor_op, typename Plan::operand_type>(
      std::declval<const typename Plan::policy_type&>(), std::declval<const source&>()));

 public:
  using view_type = packed_view<source, factor_op, blocks_type>;

  packed_matrix(const Plan& plan, const source& a)
      : policy_(plan.policy()),
        shape_(a.shape()),
        blocksize_(a.blocksize()),
        indptr_(a.indptr().data()),
        indices_(a.indices().data()),
        blocks_(backend_type::template pack<factor_op, typename Plan::operand_type>(policy_, a)) {}

  /// The values, and the structure, that `a` has now; shape and block size are the same: shape_error.
  void take(const source& a) {
    if (a.shape() != shape_ || a.blocksize() != blocksize_)
      fail<shape_error>("bsr: repack: the packed matrix is ", shape_, " in blocks of ", blocksize_, ", w is ",
                        a.shape(), " in blocks of ", a.blocksize(), ".");
    indptr_ = a.indptr().data();
    indices_ = a.indices().data();
    backend_type::template repack<factor_op>(policy_, blocks_, a);
  }

  dims shape() const { return shape_; }
  dims blocksize() const { return blocksize_; }
  std::int64_t num_blocks() const { return blocks_.num_blocks(); }
  view_type packed() const { return {shape_, blocksize_, indptr_, indices_, blocks_}; }

 private:
  typename Plan::policy_type policy_;
  dims shape_;
  dims blocksize_;
  const typename source::index_type* indptr_;
  const typename source::index_type* indices_;
  blocks_type blocks_;
};

/// w laid out for the product that a plan was made for: an operand that stands where w stands in expressions
/// under this plan.
///
///   auto p = plan(cpu{}, x * transpose(w));
///   auto wp = pack(p, w);
///   y.on(p) = relu(x * transpose(wp) + per_col(b));
///
/// It is a copy, which needs no more of w: a snapshot for inference, or for training refreshed by repack(wp,
/// w). What is gained: products in which rows of the blocks fill registers (x * transpose(w) with blocks of
/// 16 rows and more, few columns) do not turn blocks each time, and blocks of one row are ordered for the
/// cache. The others run as they do without. O(nnz). Throws shape_error when w is not the plan's matrix.
template <class Policy, class A, op Op, class B, class W>
  requires sparse_like<const W&>
[[nodiscard]] auto pack(const dense_plan<Policy, A, Op, B>& plan, const W& w) {
  const A a = input(w);
  plan.check(a);
  return packed_matrix<dense_plan<Policy, A, Op, B>>(plan, a);
}

/// The packed matrix takes the values that w has now, in place: O(nnz), on the threads of the plan's policy,
/// without allocating. Blocks may have moved, too (see dense_plan::update); only if there are more of them
/// than ever before is memory allocated. Throws shape_error when shape or block size are others.
template <class Plan, class W>
  requires sparse_like<const W&>
void repack(packed_matrix<Plan>& packed, const W& w) {
  packed.take(input(w));
}

}  // namespace bsr::inline v0::inline BSR_TARGET
