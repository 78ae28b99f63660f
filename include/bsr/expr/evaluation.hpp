// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The words of the grammar. There is no tree: every operator returns one of these three values, finished.
//
//   factor   alpha op(A)                          A block-sparse
//   term     beta D                               D a dense matrix or a vector
//   product  epilogue(factor * B)  or  epilogue(B * factor)
#include <complex>
#include <concepts>
#include <type_traits>
#include <utility>

#include "bsr/base/result_type.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/epilogue.hpp"
#include "bsr/kernel/masked_view.hpp"
#include "bsr/kernel/packed_view.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/kernel/symmetric_view.hpp"
#include "bsr/op/check.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// alpha and beta: any arithmetic or complex number.
template <class S>
concept number = std::is_arithmetic_v<S> || is_complex<S>;

/// alpha * op(A). The one canonical left operand: every prefix of a sparse matrix returns it.
template <class A, op Op = op::none, class S = double>
struct factor {
  using bsr_expression = void;
  /// What it is when it is evaluated alone: a real alpha keeps the element type, a complex one makes it
  /// complex, of the same precision (whole numbers: double).
  using element_type = typename A::value_type;
  using matrix_type =
      matrix<std::conditional_t<!is_complex<S> || is_complex<element_type>, element_type,
                                std::conditional_t<std::is_integral_v<element_type>, std::complex<double>,
                                                   result_type_t<element_type, std::complex<float>>>>,
             (Op == op::none ? A::static_rows : A::static_cols),
             (Op == op::none ? A::static_cols : A::static_rows), typename A::index_type>;
  S alpha;
  A a;
};

/// beta * D, an addend. View is a dense_view or a vector_view of constants.
template <class View, class S = double>
struct term {
  using bsr_expression = void;
  S beta;
  View d;
};

/// epilogue(alpha * op(A) * B) when Side is left, epilogue(alpha * B * op(A)) when right; element (i, j) of
/// the epilogue is that of the result as written.
template <class Factor, class B, side Side, class Epilogue = no_epilogue>
struct product {
  using bsr_expression = void;
  Factor factor;
  B b;
  Epilogue epilogue{};
  aliasing promise = aliasing::checked;

  /// The same product with another epilogue.
  template <class Other>
  BSR_INLINE constexpr product<Factor, B, Side, Other> with(const Other& other) const {
    return {factor, b, other, promise};
  }
};

/// What an operator returns that has no meaning here, after it has said so. It goes wherever a value goes,
/// dense or sparse, so that nothing else is said.
struct refused {
  using bsr_expression = void;
  using matrix_type = matrix<double>;
};
template <class M>
M evaluate(const refused&, std::type_identity<M>) {
  return {};
}
template <class Policy, class M>
M evaluate(const Policy&, const refused&, std::type_identity<M>) {
  return {};
}

namespace detail {

/// In what a number is kept until the accumulator is known: double, or long double where that is more exact.
template <class N>
using kept_t =
    std::conditional_t<std::is_integral_v<N> && (sizeof(N) > 4), long double, promoted_t<N, double>>;
template <class N, class S>
using scaled_t = promoted_t<kept_t<N>, S>;

template <class F>
inline constexpr bool is_factor = false;
template <class A, op Op, class S>
inline constexpr bool is_factor<factor<A, Op, S>> = true;
template <class P>
inline constexpr bool is_product = false;
template <class F, class B, side Side, class E>
inline constexpr bool is_product<product<F, B, Side, E>> = true;
/// bsr's own dense types: a number times one of these is a term.
template <class X>
inline constexpr bool is_own_dense = false;
template <class T, class L, class S>
inline constexpr bool is_own_dense<dense_view<T, L, S>> = true;
template <class T, class L, class S>
inline constexpr bool is_own_dense<dense_matrix<T, L, S>> = true;
template <class T, class S>
inline constexpr bool is_own_dense<vector_view<T, S>> = true;
template <class X>
inline constexpr bool is_term = false;
template <class V, class S>
inline constexpr bool is_term<term<V, S>> = true;
/// Whether a product, a term or an operand is a vector.
template <class X>
inline constexpr bool is_vector_word = vector_like<X>;
template <class V, class S>
inline constexpr bool is_vector_word<term<V, S>> = storage_detail::is_vector_view<V>;
template <class F, class B, side Side, class E>
inline constexpr bool is_vector_word<product<F, B, Side, E>> = storage_detail::is_vector_view<B>;

}  // namespace detail

/// A finished product.
template <class X>
concept value = detail::is_product<std::remove_cvref_t<X>>;

/// A dense matrix or a vector.
template <class X>
concept operand = dense_like<X> || vector_like<X>;

/// A packed matrix (bsr/plan/pack.hpp) that has a name.
template <class X>
concept packed_operand = std::is_lvalue_reference_v<X> && requires(const std::remove_cvref_t<X>& x) {
  requires is_packed_view<decltype(x.packed())>;
};

/// A sparse matrix with or without its prefixes.
template <class X>
concept left_operand = sparse_like<X> || packed_operand<X> || detail::is_factor<std::remove_cvref_t<X>>;

/// What may be added to a product: an operand, or a number times one of bsr's.
template <class X>
concept addend = operand<X> || detail::is_term<std::remove_cvref_t<X>>;

template <left_operand X>
BSR_INLINE auto as_factor(X&& x) {
  if constexpr (sparse_like<X>)
    return factor<input_t<X>>{1.0, input(std::forward<X>(x))};
  else if constexpr (packed_operand<X>)
    return factor<decltype(x.packed())>{1.0, x.packed()};
  else
    return x;
}
/// A packed matrix with or without its prefixes.
template <class X>
concept packed_word = left_operand<X> && is_packed_view<decltype(as_factor(std::declval<X>()).a)>;
/// A matrix with a mask.
template <class X>
concept masked_word = left_operand<X> && is_masked_view<decltype(as_factor(std::declval<X>()).a)>;
/// A half-stored symmetric matrix.
template <class X>
concept symmetric_word = left_operand<X> && is_symmetric_view<decltype(as_factor(std::declval<X>()).a)>;
/// A sparse matrix that may be a factor or an addend of a sparse result.
template <class X>
concept sparse_operand = left_operand<X> && !packed_word<X> && !masked_word<X> && !symmetric_word<X>;

template <addend X>
BSR_INLINE auto as_term(X&& x) {
  if constexpr (operand<X>)
    return term<input_t<X>>{1.0, input(std::forward<X>(x))};
  else
    return x;
}

}  // namespace bsr::inline v0::inline BSR_TARGET
