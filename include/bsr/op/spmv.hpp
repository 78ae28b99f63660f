// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The product of a block-sparse matrix and a vector as a plain function.
#include <utility>

#include "bsr/base/target.hpp"
#include "bsr/kernel/backend.hpp"
#include "bsr/kernel/epilogue.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/op/check.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Checks a problem and computes it. Side tells the messages how the author wrote the product.
template <side Side = side::left, class Policy, class A, op Op, class X, class Y, class Epilogue>
void compute(Policy& policy, const spmv_problem<A, Op, X, Y, Epilogue>& p,
             aliasing promise = aliasing::checked) {
  constexpr bool fits = detail::packed_fits<A, Policy>();
  if constexpr (fits) {
    check<Side>(p, promise);
    backend<std::remove_const_t<Policy>>::spmv(policy, p);
  }
}

/// y = alpha * op(a) * x + beta * y, with op(a) = a or, as spmv<op::transpose>(...), a transposed.
///
/// a: m x k block-sparse (after op), x: k elements, y: m elements, any strides. beta == 0 does not read y.
/// 2 * nnz FLOP. Allocates nothing.
/// Throws shape_error when the sizes do not fit, alias_error when y shares memory with a or x.
/// As alpha * (a @ x) + beta * y in scipy, with sums in the smallest type that holds all three.
template <op Op = op::none, class Policy, class Alpha, sparse_like A, vector_like X, class Beta,
          vector_like Y>
void spmv(Policy&& policy, Alpha alpha, A&& a, X&& x, Beta beta, Y&& y) {
  using destination_view = view_t<Y>;
  using addend = add_vector<input_t<Y>, Beta>;
  using problem = spmv_problem<input_t<A>, Op, input_t<X>, destination_view, addend>;
  using accumulator = typename problem::accumulator;
  if constexpr (detail::spaces_fit<Policy, input_t<A>, input_t<X>, destination_view, addend>() &&
                detail::types_fit<problem, destination_view, addend, Alpha>()) {
    const destination_view to = view(std::forward<Y>(y));
    detail::check_number<accumulator, Op, side::left>("alpha", alpha, true);
    compute(policy, problem{detail::convert<accumulator>(alpha), input(std::forward<A>(a)),
                            input(std::forward<X>(x)), to, addend(beta, to)});
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET
