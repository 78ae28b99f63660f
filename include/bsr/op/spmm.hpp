// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The product of a block-sparse matrix and a dense matrix as a plain function.
#include <utility>

#include "bsr/base/target.hpp"
#include "bsr/kernel/backend.hpp"
#include "bsr/kernel/epilogue.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/op/check.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Checks a problem and computes it. Side tells the messages how the author wrote the product.
template <side Side = side::left, class Policy, class A, op Op, class B, class C, class Epilogue>
void compute(Policy& policy, const spmm_problem<A, Op, B, C, Epilogue>& p,
             aliasing promise = aliasing::checked) {
  constexpr bool fits = detail::packed_fits<A, Policy>();
  if constexpr (fits) {
    check<Side>(p, promise);
    backend<std::remove_const_t<Policy>>::spmm(policy, p);
  }
}

/// c = alpha * op(a) * b + beta * c, with op(a) = a or, as spmm<op::transpose>(...), a transposed.
///
/// a: m x k block-sparse (after op), b: k x n dense, c: m x n dense, any layouts. beta == 0 does not read c.
/// 2 * nnz * n FLOP. Allocates nothing.
/// Throws shape_error when the shapes do not fit, alias_error when c shares memory with a or b.
/// As alpha * (a @ b) + beta * c in scipy, with sums in the smallest type that holds all three.
template <op Op = op::none, class Policy, class Alpha, sparse_like A, dense_like B, class Beta, dense_like C>
void spmm(Policy&& policy, Alpha alpha, A&& a, B&& b, Beta beta, C&& c) {
  using destination_view = view_t<C>;
  using addend = add_dense<input_t<C>, Beta>;
  using problem = spmm_problem<input_t<A>, Op, input_t<B>, destination_view, addend>;
  using accumulator = typename problem::accumulator;
  if constexpr (detail::spaces_fit<Policy, input_t<A>, input_t<B>, destination_view, addend>() &&
                detail::types_fit<problem, destination_view, addend, Alpha>()) {
    const destination_view to = view(std::forward<C>(c));
    detail::check_number<accumulator, Op, side::left>("alpha", alpha, false);
    compute(policy, problem{detail::convert<accumulator>(alpha), input(std::forward<A>(a)),
                            input(std::forward<B>(b)), to, addend(beta, to)});
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET
