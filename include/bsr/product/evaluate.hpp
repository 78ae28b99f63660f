// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// bsr::matrix c = a * b: the value of an expression that is a sparse matrix.
#include <concepts>
#include <type_traits>
#include <utility>

#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/to_transposed.hpp"
#include "bsr/expr/sparse.hpp"
#include "bsr/product/spgemm.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// Calls f with op(A) as a view; a transposed matrix is copied.
template <class A, op Op, class S, class F>
auto with_matrix(const factor<A, Op, S>& x, const F& f) {
  if constexpr (Op == op::none) {
    return f(x.a);
  } else {
    const auto turned = to_transposed(x.a);
    return f(turned.view());
  }
}

/// What c = e and c = a * b accept on the left: the expression's own type, with block sizes known earlier or later.
template <class M, class E>
constexpr bool takes() {
  using made = typename E::matrix_type;
  return std::same_as<typename M::value_type, typename made::value_type> &&
         std::same_as<typename M::index_type, typename made::index_type> &&
         (M::static_rows == made::static_rows || M::static_rows == dynamic || made::static_rows == dynamic) &&
         (M::static_cols == made::static_cols || M::static_cols == dynamic || made::static_cols == dynamic);
}

}  // namespace detail

/// The value of alpha op(A) op(B) as a matrix of type M, under a policy.
template <class Policy, class F, class G, class M>
M evaluate(const Policy& policy, const sparse_product<F, G>& e, std::type_identity<M>) {
  static_assert(detail::takes<M, sparse_product<F, G>>(),
                "bsr: c = a * b: c must have the product's element and index types, and blocks of a's rows times b's "
                "columns. bsr::matrix c = a * b finds them.");
  return detail::with_matrix(e.left, [&](const auto& a) {
    return detail::with_matrix(e.right, [&](const auto& b) {
      return detail::multiply_sparse<M>("c = a * b", policy, a, b, e.left.alpha * e.right.alpha);
    });
  });
}
template <class F, class G, class M>
M evaluate(const sparse_product<F, G>& e, std::type_identity<M> type) {
  return evaluate(cpu{}, e, type);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
