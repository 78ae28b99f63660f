// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The words whose value is a sparse matrix:
//
//   sparse := alpha? op(A) | alpha? op(A) * op(B) | alpha? op(A) +- beta? op(B)
//   matrix c = sparse ;   c = sparse ;   c.on(policy) = sparse ;   c += alpha? op(A) ;   c -= alpha? op(A) ;
//
// A matrix takes the structure of what it is assigned, and may allocate; a matrix_view keeps its own. The
// matrices may be operands of their own results. bsr/product/evaluate.hpp computes them.
#include <concepts>
#include <type_traits>
#include <utility>

#include "bsr/base/result_type.hpp"
#include "bsr/base/target.hpp"
#include "bsr/expr/evaluation.hpp"
#include "bsr/expr/operators.hpp"
#include "bsr/storage/matrix.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// left * right, both alpha op(A).
template <class F, class G>
struct sparse_product {
  using bsr_expression = void;
  using left_matrix = typename F::matrix_type;
  using right_matrix = typename G::matrix_type;
  using matrix_type =
      matrix<result_type_t<typename left_matrix::value_type, typename right_matrix::value_type>,
             left_matrix::static_rows, right_matrix::static_cols,
             wider_index_t<typename left_matrix::index_type, typename right_matrix::index_type>>;
  F left;
  G right;
};

/// left + right, both alpha op(A); blocks of left's size.
template <class F, class G>
struct sparse_sum {
  using bsr_expression = void;
  using left_matrix = typename F::matrix_type;
  using right_matrix = typename G::matrix_type;
  using matrix_type =
      matrix<result_type_t<typename left_matrix::value_type, typename right_matrix::value_type>,
             left_matrix::static_rows, left_matrix::static_cols,
             wider_index_t<typename left_matrix::index_type, typename right_matrix::index_type>>;
  F left;
  G right;
};

namespace detail {
template <class X>
inline constexpr bool is_sparse_result = false;
template <class F, class G>
inline constexpr bool is_sparse_result<sparse_product<F, G>> = true;
template <class F, class G>
inline constexpr bool is_sparse_result<sparse_sum<F, G>> = true;
/// A product or a sum of sparse matrices.
template <class X>
concept sparse_result = is_sparse_result<std::remove_cvref_t<X>>;
}  // namespace detail

/// A * B, a sparse matrix.
template <sparse_operand A, sparse_operand B>
BSR_INLINE auto operator*(A&& a, B&& b) {
  auto f = as_factor(std::forward<A>(a));
  auto g = as_factor(std::forward<B>(b));
  return sparse_product<decltype(f), decltype(g)>{f, g};
}
template <number N, class F, class G>
BSR_INLINE auto operator*(N alpha, const sparse_product<F, G>& e) {
  auto f = alpha * e.left;
  return sparse_product<decltype(f), G>{f, e.right};
}
template <class F, class G, number N>
BSR_INLINE auto operator*(const sparse_product<F, G>& e, N alpha) {
  return alpha * e;
}
template <class F, class G>
BSR_INLINE auto operator-(const sparse_product<F, G>& e) {
  return -1.0 * e;
}

/// A + B and A - B, sparse matrices.
template <sparse_operand A, sparse_operand B>
BSR_INLINE auto operator+(A&& a, B&& b) {
  auto f = as_factor(std::forward<A>(a));
  auto g = as_factor(std::forward<B>(b));
  return sparse_sum<decltype(f), decltype(g)>{f, g};
}
template <sparse_operand A, sparse_operand B>
BSR_INLINE auto operator-(A&& a, B&& b) {
  return std::forward<A>(a) + -1.0 * as_factor(std::forward<B>(b));
}
template <number N, class F, class G>
BSR_INLINE auto operator*(N alpha, const sparse_sum<F, G>& e) {
  auto f = alpha * e.left;
  auto g = alpha * e.right;
  return sparse_sum<decltype(f), decltype(g)>{f, g};
}
template <class F, class G, number N>
BSR_INLINE auto operator*(const sparse_sum<F, G>& e, N alpha) {
  return alpha * e;
}
template <class F, class G>
BSR_INLINE auto operator-(const sparse_sum<F, G>& e) {
  return -1.0 * e;
}

}  // namespace bsr::inline v0::inline BSR_TARGET
