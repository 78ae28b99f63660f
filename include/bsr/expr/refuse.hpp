// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What the grammar refuses, it refuses in words. Each function below returns `refused`, so its sentence is the only error
// and decltype(a * b * c) can be asked without one.
#include <concepts>
#include <type_traits>

#include "bsr/base/target.hpp"
#include "bsr/expr/evaluation.hpp"
#include "bsr/expr/operators.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// An rvalue that owns what its view would show.
template <class X>
concept owning_temporary =
    !std::is_lvalue_reference_v<X> && (std::is_class_v<std::remove_cvref_t<X>>) &&
    ((!sparse_like<X> && sparse_like<std::remove_reference_t<X>&>) ||
     (!operand<X> && operand<std::remove_reference_t<X>&>));

/// A word of the grammar, as an lvalue or not.
template <class X>
concept any_factor = left_operand<X> || left_operand<std::remove_reference_t<X>&>;
template <class X>
concept any_operand = operand<X> || operand<std::remove_reference_t<X>&>;
template <class X>
concept any_word = any_factor<X> || any_operand<X> || value<X> || is_term<std::remove_cvref_t<X>> ||
                   std::same_as<std::remove_cvref_t<X>, refused>;
template <class X>
concept is_refused = std::same_as<std::remove_cvref_t<X>, refused>;
/// One of the two is bsr's, so the operator is ours to refuse.
template <class X, class Y>
concept one_is_ours = any_factor<X> || any_factor<Y> || value<X> || value<Y>;

}  // namespace detail

#define BSR_REFUSE(dependent, sentence)              \
  static_assert(detail::never<dependent>, sentence); \
  return {}

// (a * b) * c and a * (b * c)
template <value P, class X>
  requires(!number<std::remove_cvref_t<X>> && detail::any_word<X> && !detail::is_refused<X>)
refused operator*(const P&, X&&) {
  BSR_REFUSE(X, "bsr: (a * b) * c would need a hidden temporary for a * b. Assign a * b to a dense matrix first.");
}
template <class X, value P>
  requires(!number<std::remove_cvref_t<X>> && !value<X> && detail::any_word<X> && !detail::is_refused<X>)
refused operator*(X&&, const P&) {
  BSR_REFUSE(X, "bsr: a * (b * c) would need a hidden temporary for b * c. Assign b * c to a dense matrix first.");
}

// a * b with two sparse factors
template <class A, class B>
  requires(detail::any_factor<A> && detail::any_factor<B>)
refused operator*(A&&, B&&) {
  BSR_REFUSE(A,
             "bsr: both factors of this product are sparse. For a * b * x write a * (b * x) in two steps: t = b * x, "
             "then y = a * t.");
}

// x * y with two dense factors of ours
template <class X, class Y>
  requires(detail::any_operand<X> && detail::any_operand<Y> && (detail::own_dense<X> && detail::own_dense<Y>))
refused operator*(X&&, Y&&) {
  BSR_REFUSE(X, "bsr: both factors of this product are dense; one of them must be block-sparse. Use Eigen or a BLAS.");
}

// products of temporaries
template <class A, class B>
  requires((detail::owning_temporary<A> || detail::owning_temporary<B>) &&
           ((detail::any_factor<A> && detail::any_operand<B>) || (detail::any_operand<A> && detail::any_factor<B>)))
refused operator*(A&&, B&&) {
  BSR_REFUSE(A, "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}
template <number N, class A>
  requires(detail::owning_temporary<A> && detail::any_factor<A>)
refused operator*(N, A&&) {
  BSR_REFUSE(A, "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}
template <class A>
  requires(detail::owning_temporary<A> && detail::any_factor<A>)
refused transpose(A&&) {
  BSR_REFUSE(A, "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}
template <value P, class D>
  requires(detail::owning_temporary<D> && detail::any_operand<D>)
refused operator+(const P&, D&&) {
  BSR_REFUSE(D, "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}
template <class D, value P>
  requires(detail::owning_temporary<D> && detail::any_operand<D>)
refused operator+(D&&, const P&) {
  BSR_REFUSE(D, "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}
template <class V>
  requires(detail::owning_temporary<V> && vector_like<std::remove_reference_t<V>&>)
refused per_row(V&&) {
  BSR_REFUSE(V, "bsr: this expression would outlive the temporary it reads. Give the bias a name.");
}
template <class V>
  requires(detail::owning_temporary<V> && vector_like<std::remove_reference_t<V>&>)
refused per_col(V&&) {
  BSR_REFUSE(V, "bsr: this expression would outlive the temporary it reads. Give the bias a name.");
}

// sums of two products
template <value P, value Q>
refused operator+(const P&, const Q&) {
  BSR_REFUSE(P, "bsr: a * b + c * d would be two kernels. Write y = a * b; then y += c * d.");
}
template <value P, value Q>
refused operator-(const P&, const Q&) {
  BSR_REFUSE(P, "bsr: a * b - c * d would be two kernels. Write y = a * b; then y -= c * d.");
}

// sums with a sparse matrix
template <class A, class B>
  requires((detail::any_factor<A> && (value<B> || detail::any_operand<B> || detail::any_factor<B>)) ||
           (detail::any_factor<B> && (value<A> || detail::any_operand<A>)))
refused operator+(A&&, B&&) {
  BSR_REFUSE(A, "bsr: a sparse matrix cannot be an addend here. Add its product: y = a * x + b * z in two steps.");
}
template <class A, class B>
  requires((detail::any_factor<A> && (value<B> || detail::any_operand<B> || detail::any_factor<B>)) ||
           (detail::any_factor<B> && (value<A> || detail::any_operand<A>)))
refused operator-(A&&, B&&) {
  BSR_REFUSE(A, "bsr: a sparse matrix cannot be an addend here. Add its product: y = a * x - b * z in two steps.");
}

// whatever follows a refusal is refused without another word
template <class X>
refused operator*(const refused&, X&&) {
  return {};
}
template <class X>
  requires(!detail::is_refused<X>)
refused operator*(X&&, const refused&) {
  return {};
}
template <class X>
refused operator+(const refused&, X&&) {
  return {};
}
template <class X>
  requires(!detail::is_refused<X>)
refused operator+(X&&, const refused&) {
  return {};
}
template <class X>
refused operator-(const refused&, X&&) {
  return {};
}
template <class X>
  requires(!detail::is_refused<X>)
refused operator-(X&&, const refused&) {
  return {};
}
template <std::same_as<refused> E>
refused relu(const E&) {
  return {};
}
template <std::same_as<refused> E>
refused gelu(const E&) {
  return {};
}
template <std::same_as<refused> E>
refused silu(const E&) {
  return {};
}
template <std::same_as<refused> E, class F>
refused map(const E&, const F&) {
  return {};
}

#undef BSR_REFUSE

}  // namespace bsr::inline v0::inline BSR_TARGET
