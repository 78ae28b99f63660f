// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What plans of sparse products and plans of sparse sums have in common.
#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/product/planned_factor.hpp"
#include "bsr/storage/pattern.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// The policy, both factors and the structure of the result of an Expression in op(A) and op(B). Move-only.
template <class Policy, class Expression, class A, op OpA, class B, op OpB>
class sparse_plan {
 public:
  using matrix_type = typename Expression::matrix_type;
  using value_type = typename matrix_type::value_type;
  using index_type = typename matrix_type::index_type;
  using pattern_view_type = typename matrix_type::pattern_view_type;

  sparse_plan(sparse_plan&&) = default;
  sparse_plan& operator=(sparse_plan&&) = default;

  /// Where the result has blocks: rows sorted; also where values cancel.
  pattern_view_type pattern() const { return structure_.view(); }
  /// A matrix with the structure of the result, and zeros.
  matrix_type result() const { return matrix_type(pattern()); }

 protected:
  using left_factor = planned_factor<A, OpA, value_type, index_type>;
  using right_factor = planned_factor<B, OpB, value_type, index_type>;
  using pattern_type = bsr::pattern<matrix_type::static_rows, matrix_type::static_cols, index_type>;

  /// find(x, y) returns the structure of the result of x and y. Checks the formats on behalf of `who`.
  template <class Find>
  sparse_plan(const char* who, const Policy& policy, const A& a, const B& b, const Find& find)
      : policy_(policy),
        left_(checked(who, a)),
        right_(checked(who, b)),
        structure_(find(left_.structure(a), right_.structure(b))) {}

  Policy policy_;
  left_factor left_;
  right_factor right_;
  pattern_type structure_;

 private:
  template <class View>
  static const View& checked(const char* who, const View& a) {
    check_format_for(who, a, checks::full);
    return a;
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
