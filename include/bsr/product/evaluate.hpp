// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// bsr::matrix c = a * b: the value of an expression that is a sparse matrix.
#include <concepts>
#include <type_traits>
#include <utility>

#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/to_transposed.hpp"
#include "bsr/elementwise/combine.hpp"
#include "bsr/elementwise/number.hpp"
#include "bsr/expr/refuse.hpp"
#include "bsr/expr/sparse.hpp"
#include "bsr/kernel/cpu/sparse/merge.hpp"
#include "bsr/plan/known_structure.hpp"
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

/// Whether a policy is the plan of a sparse product or sum (bsr/product/plan.hpp).
template <class Policy>
inline constexpr bool is_sparse_plan = false;
template <class Policy>
constexpr void refuse_other_plan() {
  static_assert(
      !is_sparse_plan<Policy>,
      "bsr: c.on(plan) = e: the plan was made for an expression of another form. Make one by plan(policy, "
      "e).");
}

/// What c = e and c = a * b accept on the left: the expression's own type, with block sizes known earlier or
/// later.
template <class M, class E>
constexpr bool takes() {
  using made = typename E::matrix_type;
  return std::same_as<typename M::value_type, typename made::value_type> &&
         std::same_as<typename M::index_type, typename made::index_type> &&
         (M::static_rows == made::static_rows || M::static_rows == dynamic || made::static_rows == dynamic) &&
         (M::static_cols == made::static_cols || M::static_cols == dynamic || made::static_cols == dynamic);
}

}  // namespace detail

namespace detail {

/// The value of alpha op(A) op(B), maybe in the memory of `old`.
template <class M, class Policy, class F, class G>
M value_of(const Policy& policy, const sparse_product<F, G>& e, M* old) {
  static_assert(
      takes<M, sparse_product<F, G>>(),
      "bsr: c = a * b: c must have the product's element and index types, and blocks of a's rows times b's "
      "columns. bsr::matrix c = a * b finds them.");
  if constexpr (takes<M, sparse_product<F, G>>())  // else it has been said
    return with_matrix(e.left, [&](const auto& a) {
      return with_matrix(e.right, [&](const auto& b) {
        return multiply_sparse<M>("c = a * b", policy, a, b, e.left.alpha * e.right.alpha, old);
      });
    });
  else
    return M();
}

/// The matrix `made` as an M, whose block sizes may be known earlier or later.
template <class M, class Made>
M as_type(const char* who, Made&& made) {
  if constexpr (std::same_as<M, std::remove_cvref_t<Made>>) {
    return std::forward<Made>(made);
  } else {
    storage_detail::check_static_blocksize<M::static_rows, M::static_cols>(who, made.blocksize());
    return M(made.shape(), buffer<typename M::value_type>(std::as_const(made).data()),
             buffer<typename M::index_type>(std::as_const(made).indices()),
             buffer<typename M::index_type>(std::as_const(made).indptr()), made.blocksize(), padded);
  }
}

/// alpha x + beta y, in T.
template <class T>
struct weighted_sum {
  static constexpr bool both_only = false;
  T alpha, beta;
  template <class X, class Y>
  BSR_INLINE T operator()(const X& x, const Y& y) const {
    return bsr::add(plain_product(alpha, cast_scalar<T>(x)), plain_product(beta, cast_scalar<T>(y)));
  }
};

/// `old` where it has the type of what is made.
template <class Made, class M>
Made* if_same_type(M* old) {
  if constexpr (std::same_as<Made, M>)
    return old;
  else
    return nullptr;
}

/// The value of alpha op(A) + beta op(B), maybe in the memory of `old`: the union of both structures, sorted,
/// duplicates added up, in blocks of A's size; blocks that are zero are left out. Elements: result_type_t of
/// both. scipy: a + b.
template <class M, class Policy, class F, class G>
M value_of(const Policy&, const sparse_sum<F, G>& e, M* old) {
  static_assert(takes<M, sparse_sum<F, G>>(),
                "bsr: c = a + b: c must have the sum's element and index types, and blocks of a's size. "
                "bsr::matrix c = "
                "a + b finds them.");
  if constexpr (takes<M, sparse_sum<F, G>>()) {
    using T = typename M::value_type;
    const T alpha = alpha_as<T>("c = a + b", e.left.alpha), beta = alpha_as<T>("c = a + b", e.right.alpha);
    return with_matrix(e.left, [&](const auto& a) {
      return with_matrix(e.right, [&](const auto& b) {
        const auto sum = [&](const auto& of) {
          using made = combined_t<T, decltype(a), decltype(b)>;
          return as_type<M>("c = a + b", combine<T>("add", a, b, of, T{}, if_same_type<made>(old)));
        };
        if (alpha == T(1) && beta == T(1)) return sum(sum_of<T>{});
        return sum(weighted_sum<T>{alpha, beta});
      });
    });
  } else {
    return M();
  }
}

/// The value of alpha op(A), maybe in the memory of `old`: A's structure (sorted when transposed).
template <class M, class Policy, class A, op Op, class S>
M value_of(const Policy&, const factor<A, Op, S>& e, M* old) {
  static_assert(
      takes<M, factor<A, Op, S>>(),
      "bsr: c = alpha * a: c must have the element and index types of alpha * a, and its block size. "
      "bsr::matrix c = alpha * a finds them.");
  if constexpr (takes<M, factor<A, Op, S>>()) {
    using T = typename M::value_type;
    const T alpha = alpha_as<T>("c = alpha * a", e.alpha);
    const auto scaled = [&](const auto& a, M* to) {
      using made = of_same_structure<T, std::remove_cvref_t<decltype(a)>>;
      const auto times_alpha = [alpha](const auto& x) { return plain_product(alpha, cast_scalar<T>(x)); };
      return as_type<M>("c = alpha * a", transform<T>(a, times_alpha, if_same_type<made>(to)));
    };
    if constexpr (Op == op::none) {
      check_format_for("c = alpha * a", e.a, checks::full);
      return scaled(e.a, old);
    } else {
      using made = decltype(to_transposed(e.a));
      auto turned = transposed("c = alpha * a", e.a, if_same_type<made>(old));
      if constexpr (std::same_as<typename made::value_type, T>)
        if (alpha == T(1)) return as_type<M>("c = alpha * a", std::move(turned));
      return scaled(std::as_const(turned).view(), nullptr);
    }
  } else {
    return M();
  }
}

}  // namespace detail

/// The value of an expression as a matrix of type M, under a policy: alpha op(A) op(B), alpha op(A) + beta
/// op(B), or alpha op(A).
template <class Policy, class F, class G, class M>
M evaluate(const Policy& policy, const sparse_product<F, G>& e, std::type_identity<M>) {
  return detail::value_of<M>(policy, e, nullptr);
}
template <class Policy, class F, class G, class M>
M evaluate(const Policy& policy, const sparse_sum<F, G>& e, std::type_identity<M>) {
  return detail::value_of<M>(policy, e, nullptr);
}
template <class Policy, class A, op Op, class S, class M>
M evaluate(const Policy& policy, const factor<A, Op, S>& e, std::type_identity<M>) {
  return detail::value_of<M>(policy, e, nullptr);
}
template <class F, class G, class M>
M evaluate(const sparse_product<F, G>& e, std::type_identity<M> type) {
  return evaluate(cpu{}, e, type);
}
template <class F, class G, class M>
M evaluate(const sparse_sum<F, G>& e, std::type_identity<M> type) {
  return evaluate(cpu{}, e, type);
}
template <class A, op Op, class S, class M>
M evaluate(const factor<A, Op, S>& e, std::type_identity<M> type) {
  return evaluate(cpu{}, e, type);
}

// ---- into a matrix, which takes the structure -------------------------------------------------------------------------

template <class Policy, class T, int R, int C, class Index, class E, update Update>
  requires sparse_expression<E>
void assign(Policy& policy, matrix<T, R, C, Index>& c, const E& e, std::integral_constant<update, Update>) {
  static_assert(Update == update::set);
  detail::refuse_other_plan<Policy>();
  using to = matrix<T, R, C, Index>;
  if constexpr (requires { detail::value_of<to>(policy, e, &c); })
    c = detail::value_of<to>(policy, e, &c);
  else
    c = evaluate(policy, e, std::type_identity<to>());
}
template <class T, int R, int C, class Index, class E>
  requires(sparse_expression<E> && !sampled_expression<E>)
void assign(matrix<T, R, C, Index>& c, const E& e, std::integral_constant<update, update::set> how) {
  const cpu policy{};
  assign(policy, c, e, how);
}

namespace detail {

/// c += alpha op(A).
template <class T, int R, int C, class Index, class A, op Op, class S>
void add_factor(matrix<T, R, C, Index>& c, const factor<A, Op, S>& e) {
  static_assert(std::same_as<result_type_t<T, typename factor<A, Op, S>::matrix_type::value_type>, T>,
                "bsr: c += a: the elements of a do not fit into those of c. Convert c with astype first.");
  with_matrix(e, [&](const auto& a) {
    if (c.shape() != a.shape())
      fail<shape_error>("bsr: c += a: inconsistent shapes: c is ", c.shape(), ", a is ", a.shape(), ".");
    const T alpha = alpha_as<T>("c += a", e.alpha);
    if (same_structure(c, a)) {
      T* const to = c.data().data();
      const auto* const from = a.data().data();
      const std::int64_t n = c.nnz();
      for (std::int64_t k = 0; k < n; ++k)
        to[k] = bsr::add(to[k], plain_product(alpha, cast_scalar<T>(from[k])));
    } else {
      c = as_type<matrix<T, R, C, Index>>("c += a",
                                          combine<T>("add", c, a, weighted_sum<T>{T(1), alpha}, T{}));
    }
  });
}

}  // namespace detail

template <class T, int R, int C, class Index, class X, update Update>
  requires(left_operand<const X&> && Update != update::set)
void assign(matrix<T, R, C, Index>& c, const X& x, std::integral_constant<update, Update>) {
  if constexpr (Update == update::add)
    detail::add_factor(c, as_factor(x));
  else
    detail::add_factor(c, -1.0 * as_factor(x));
}
template <class T, int R, int C, class Index, detail::sparse_result E, update Update>
  requires(Update != update::set)
void assign(matrix<T, R, C, Index>& c, const E& e, std::integral_constant<update, Update> how) {
  const typename E::matrix_type value(e);
  assign(c, value, how);
}

// ---- into a view, which keeps its structure ---------------------------------------------------------------------------

template <class Policy, class T, int R, int C, class Index, class F, class G>
void assign(Policy& policy, const matrix_view<T, R, C, Index>& c, const sparse_product<F, G>& e,
            std::integral_constant<update, update::set>) {
  detail::refuse_other_plan<Policy>();
  detail::with_matrix(e.left, [&](const auto& a) {
    detail::with_matrix(e.right,
                        [&](const auto& b) { spgemm_at(policy, a, b, e.left.alpha * e.right.alpha, c); });
  });
}
template <class T, int R, int C, class Index, class F, class G>
void assign(const matrix_view<T, R, C, Index>& c, const sparse_product<F, G>& e,
            std::integral_constant<update, update::set> how) {
  const cpu policy{};
  assign(policy, c, e, how);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
