// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What the grammar refuses, it refuses in words. Each function below returns `refused`, so its sentence is
// the only error and decltype(a * b * c) can be asked without one. Every one of them takes at least one type
// of bsr.
#include <concepts>
#include <type_traits>

#include "bsr/base/target.hpp"
#include "bsr/expr/evaluation.hpp"
#include "bsr/expr/operators.hpp"
#include "bsr/expr/sparse.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

template <class X>
concept is_refused = std::same_as<std::remove_cvref_t<X>, refused>;

/// A word of the grammar, as an lvalue or not.
template <class X>
concept any_factor = left_operand<X> || left_operand<std::remove_reference_t<X>&>;
template <class X>
concept any_operand = operand<X> || operand<std::remove_reference_t<X>&>;
/// A dense word that is bsr's own.
template <class X>
concept own_addend_word = own_dense<X> || is_term<std::remove_cvref_t<X>>;

/// An rvalue that owns what its view would show.
template <class X>
concept temporary_factor =
    !std::is_lvalue_reference_v<X> && ((!sparse_like<X> && sparse_like<std::remove_reference_t<X>&>) ||
                                       packed_operand<std::remove_reference_t<X>&>);
template <class X>
concept temporary_operand =
    !std::is_lvalue_reference_v<X> && !operand<X> && operand<std::remove_reference_t<X>&>;
template <class X>
concept temporary = temporary_factor<X> || temporary_operand<X>;

/// bsr's other sparse formats, which are there to be converted.
template <class X>
inline constexpr bool is_other_sparse = false;
template <class T, class Index>
inline constexpr bool is_other_sparse<csr<T, Index>> = true;
template <class T, class Index>
inline constexpr bool is_other_sparse<csr_view<T, Index>> = true;
template <class T, class Index>
inline constexpr bool is_other_sparse<coo<T, Index>> = true;
template <class T, class Index>
inline constexpr bool is_other_sparse<coo_view<T, Index>> = true;
template <class T, class Index>
inline constexpr bool is_other_sparse<csc<T, Index>> = true;
template <class T, class Index>
inline constexpr bool is_other_sparse<csc_view<T, Index>> = true;
template <class X>
concept other_sparse = is_other_sparse<std::remove_cvref_t<X>>;

/// An object that is no word of the grammar, such as an expression of another library.
template <class X>
concept foreign = std::is_class_v<std::remove_cvref_t<X>> && !any_factor<X> && !any_operand<X> && !value<X> &&
                  !is_term<std::remove_cvref_t<X>> && !is_bias<std::remove_cvref_t<X>> && !other_sparse<X> &&
                  !sparse_result<X> && !is_refused<X> && !number<std::remove_cvref_t<X>>;

}  // namespace detail

#define BSR_REFUSE(dependent, sentence)              \
  static_assert(detail::never<dependent>, sentence); \
  return {}

// ---- products ---------------------------------------------------------------------------------------------

// (a * b) * c and a * (b * c)
template <value P, class X>
  requires(detail::any_factor<X> || detail::any_operand<X> || detail::own_addend_word<X> || value<X>)
refused operator*(const P&, X&&) {
  BSR_REFUSE(
      X, "bsr: (a * b) * c would need a hidden temporary for a * b. Assign a * b to a dense matrix first.");
}
template <class X, value P>
  requires(detail::any_factor<X> || detail::any_operand<X> || detail::own_addend_word<X>)
refused operator*(X&&, const P&) {
  BSR_REFUSE(
      X, "bsr: a * (b * c) would need a hidden temporary for b * c. Assign b * c to a dense matrix first.");
}

namespace detail {
template <class A, class B>
concept packed_and_sparse = left_operand<A> && left_operand<B> && !(sparse_operand<A> && sparse_operand<B>);
template <class A>
constexpr refused refuse_packed() {
  static_assert(
      never<A>,
      "bsr: a packed, masked or half-stored matrix is a factor of products with dense matrices and vectors "
      "alone. "
      "Take the matrix itself.");
  return {};
}
}  // namespace detail

/// Sparse results of packed matrices.
template <class A, class B>
  requires detail::packed_and_sparse<A, B>
refused operator*(A&&, B&&) {
  return detail::refuse_packed<A>();
}
template <class A, class B>
  requires detail::packed_and_sparse<A, B>
refused operator+(A&&, B&&) {
  return detail::refuse_packed<A>();
}
template <class A, class B>
  requires detail::packed_and_sparse<A, B>
refused operator-(A&&, B&&) {
  return detail::refuse_packed<A>();
}

// a * b with two sparse factors is a sparse matrix, and no operand
template <detail::sparse_result P, class X>
  requires(detail::any_factor<X> || detail::any_operand<X> || detail::own_addend_word<X> || value<X> ||
           detail::sparse_result<X>)
refused operator*(const P&, X&&) {
  BSR_REFUSE(X,
             "bsr: a * b and a + b are sparse matrices that have no memory yet. For a * b * x write a * (b * "
             "x) in two "
             "steps, t = b * x and y = a * t, or name the matrix: bsr::matrix c = a * b.");
}
template <class X, detail::sparse_result P>
  requires(detail::any_factor<X> || detail::any_operand<X> || detail::own_addend_word<X> || value<X>)
refused operator*(X&&, const P&) {
  BSR_REFUSE(X,
             "bsr: a * b and a + b are sparse matrices that have no memory yet. Name the matrix first: "
             "bsr::matrix c = "
             "a * b.");
}
template <detail::sparse_result P, class X>
  requires(detail::any_factor<X> || detail::any_operand<X> || value<X> || detail::sparse_result<X>)
refused operator+(const P&, X&&) {
  BSR_REFUSE(
      X, "bsr: a sum of more than two sparse terms is made in steps: bsr::matrix c = a * b; then c += d.");
}
template <class X, detail::sparse_result P>
  requires(detail::any_factor<X> || detail::any_operand<X> || value<X>)
refused operator+(X&&, const P&) {
  BSR_REFUSE(
      X, "bsr: a sum of more than two sparse terms is made in steps: bsr::matrix c = a * b; then c += d.");
}
template <detail::sparse_result P, class X>
  requires(detail::any_factor<X> || detail::any_operand<X> || value<X> || detail::sparse_result<X>)
refused operator-(const P&, X&&) {
  BSR_REFUSE(
      X, "bsr: a sum of more than two sparse terms is made in steps: bsr::matrix c = a * b; then c -= d.");
}
template <class X, detail::sparse_result P>
  requires(detail::any_factor<X> || detail::any_operand<X> || value<X>)
refused operator-(X&&, const P&) {
  BSR_REFUSE(
      X, "bsr: a sum of more than two sparse terms is made in steps: bsr::matrix c = a * b; then c -= d.");
}
template <detail::sparse_result P>
refused transpose(const P&) {
  BSR_REFUSE(
      P,
      "bsr: a sparse product or sum is not transposed: name it first, or write transpose(b) * transpose(a).");
}

// x * y with two dense factors
template <class X, class Y>
  requires((detail::own_addend_word<X> && (detail::own_addend_word<Y> || detail::any_operand<Y>)) ||
           (detail::own_addend_word<Y> && detail::any_operand<X>))
refused operator*(X&&, Y&&) {
  BSR_REFUSE(
      X,
      "bsr: both factors of this product are dense; one of them must be block-sparse. Use Eigen or a BLAS.");
}

// a product with a matrix in another sparse format
template <class A, class B>
  requires((detail::other_sparse<A> &&
            (detail::any_operand<B> || detail::any_factor<B> || detail::other_sparse<B>)) ||
           (detail::other_sparse<B> && (detail::any_operand<A> || detail::any_factor<A>)))
refused operator*(A&&, B&&) {
  BSR_REFUSE(A, "bsr: products are made with block-sparse matrices. Convert with to_bsr first.");
}

// a product with something that has no elements in memory
template <class A, class X>
  requires((detail::any_factor<A> && detail::foreign<X>) || (detail::foreign<A> && detail::any_factor<X>))
refused operator*(A&&, X&&) {
  BSR_REFUSE(
      A, "bsr: this factor is no dense matrix or vector that lies in memory. Evaluate it into one first.");
}

// ---- what would outlive its memory ------------------------------------------------------------------------

template <class A, class B>
  requires((detail::temporary<A> || detail::temporary<B>) &&
           ((detail::any_factor<A> && detail::any_operand<B>) ||
            (detail::any_operand<A> && detail::any_factor<B>) ||
            (detail::any_factor<A> && detail::any_factor<B>)))
refused operator*(A&&, B&&) {
  BSR_REFUSE(A,
             "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}
template <number N, class X>
  requires(detail::temporary_factor<X> || (detail::temporary_operand<X> && detail::own_dense<X>))
refused operator*(N, X&&) {
  BSR_REFUSE(X,
             "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}
template <class X, number N>
  requires(detail::temporary_factor<X> || (detail::temporary_operand<X> && detail::own_dense<X>))
refused operator*(X&&, N) {
  BSR_REFUSE(X,
             "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}
template <class X>
  requires(detail::temporary_factor<X> || (detail::temporary_operand<X> && detail::own_dense<X>))
refused operator-(X&&) {
  BSR_REFUSE(X,
             "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}
template <class X>
  requires(detail::temporary_factor<X> || (detail::temporary_operand<X> && detail::own_dense<X>))
refused transpose(X&&) {
  BSR_REFUSE(X,
             "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}
template <value P, detail::temporary_operand D>
refused operator+(const P&, D&&) {
  BSR_REFUSE(D,
             "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}
template <detail::temporary_operand D, value P>
refused operator+(D&&, const P&) {
  BSR_REFUSE(D,
             "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}
template <value P, detail::temporary_operand D>
refused operator-(const P&, D&&) {
  BSR_REFUSE(D,
             "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}
template <detail::temporary_operand D, value P>
refused operator-(D&&, const P&) {
  BSR_REFUSE(D,
             "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}
template <detail::temporary_operand V>
  requires vector_like<std::remove_reference_t<V>&>
refused per_row(V&&) {
  BSR_REFUSE(V, "bsr: this expression would outlive the temporary it reads. Give the bias a name.");
}
template <detail::temporary_operand V>
  requires vector_like<std::remove_reference_t<V>&>
refused per_col(V&&) {
  BSR_REFUSE(V, "bsr: this expression would outlive the temporary it reads. Give the bias a name.");
}

// ---- sums -------------------------------------------------------------------------------------------------

// of two products
template <value P, value Q>
refused operator+(const P&, const Q&) {
  BSR_REFUSE(P, "bsr: a * b + c * d would be two kernels. Write y = a * b; then y += c * d.");
}
template <value P, value Q>
refused operator-(const P&, const Q&) {
  BSR_REFUSE(P, "bsr: a * b - c * d would be two kernels. Write y = a * b; then y -= c * d.");
}

// with a sparse matrix
template <class A, class B>
  requires((detail::any_factor<A> && (value<B> || detail::any_operand<B>)) ||
           (detail::any_factor<B> && (value<A> || detail::any_operand<A>)))
refused operator+(A&&, B&&) {
  BSR_REFUSE(
      A, "bsr: a sparse matrix cannot be an addend here. Add its product: y = a * x + b * z in two steps.");
}
template <class A, class B>
  requires((detail::any_factor<A> && (value<B> || detail::any_operand<B>)) ||
           (detail::any_factor<B> && (value<A> || detail::any_operand<A>)))
refused operator-(A&&, B&&) {
  BSR_REFUSE(
      A, "bsr: a sparse matrix cannot be an addend here. Add its product: y = a * x - b * z in two steps.");
}

// of temporaries
template <class A, class B>
  requires((detail::temporary_factor<A> && detail::any_factor<B>) ||
           (detail::any_factor<A> && detail::temporary_factor<B>))
refused operator+(A&&, B&&) {
  BSR_REFUSE(A,
             "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}
template <class A, class B>
  requires((detail::temporary_factor<A> && detail::any_factor<B>) ||
           (detail::any_factor<A> && detail::temporary_factor<B>))
refused operator-(A&&, B&&) {
  BSR_REFUSE(A,
             "bsr: this expression would outlive the temporary it reads. Give the matrix or vector a name.");
}

// of dense operands alone
template <detail::own_addend_word X, detail::own_addend_word Y>
refused operator+(X&&, Y&&) {
  BSR_REFUSE(X, "bsr: this sum has no product in it. Addends follow one after the other: a * b + c + d.");
}
template <detail::own_addend_word X, detail::own_addend_word Y>
refused operator-(X&&, Y&&) {
  BSR_REFUSE(X, "bsr: this sum has no product in it. Addends follow one after the other: a * b + c - d.");
}

// of a matrix and a vector
template <value P, addend D>
  requires(!detail::same_rank<P, D>)
refused operator+(const P&, D&&) {
  BSR_REFUSE(D,
             "bsr: a matrix and a vector cannot be added. Add a vector to rows or columns by per_row(v) or "
             "per_col(v).");
}
template <addend D, value P>
  requires(!detail::same_rank<P, D>)
refused operator+(D&&, const P&) {
  BSR_REFUSE(D,
             "bsr: a matrix and a vector cannot be added. Add a vector to rows or columns by per_row(v) or "
             "per_col(v).");
}
template <value P, addend D>
  requires(!detail::same_rank<P, D>)
refused operator-(const P&, D&&) {
  BSR_REFUSE(D,
             "bsr: a matrix and a vector cannot be added. Add a vector to rows or columns by per_row(v) or "
             "per_col(v).");
}
template <addend D, value P>
  requires(!detail::same_rank<P, D>)
refused operator-(D&&, const P&) {
  BSR_REFUSE(D,
             "bsr: a matrix and a vector cannot be added. Add a vector to rows or columns by per_row(v) or "
             "per_col(v).");
}

// of a vector and a bias
template <value P, detail::bias_word Bias>
  requires detail::vector_product<P>
refused operator+(const P&, const Bias&) {
  BSR_REFUSE(P,
             "bsr: per_row and per_col are for matrices. This product is a vector: add the vector itself.");
}
template <detail::bias_word Bias, value P>
  requires detail::vector_product<P>
refused operator+(const Bias&, const P&) {
  BSR_REFUSE(P,
             "bsr: per_row and per_col are for matrices. This product is a vector: add the vector itself.");
}
template <value P, detail::bias_word Bias>
  requires detail::vector_product<P>
refused operator-(const P&, const Bias&) {
  BSR_REFUSE(P,
             "bsr: per_row and per_col are for matrices. This product is a vector: add the vector itself.");
}
template <detail::bias_word Bias, value P>
  requires detail::vector_product<P>
refused operator-(const Bias&, const P&) {
  BSR_REFUSE(P,
             "bsr: per_row and per_col are for matrices. This product is a vector: add the vector itself.");
}

// with something that has no elements in memory
template <value P, class X>
  requires(detail::foreign<X> || number<std::remove_cvref_t<X>>)
refused operator+(const P&, X&&) {
  BSR_REFUSE(
      P, "bsr: this addend is no dense matrix or vector that lies in memory. Evaluate it into one first.");
}
template <class X, value P>
  requires(detail::foreign<X> || number<std::remove_cvref_t<X>>)
refused operator+(X&&, const P&) {
  BSR_REFUSE(
      P, "bsr: this addend is no dense matrix or vector that lies in memory. Evaluate it into one first.");
}
template <value P, class X>
  requires(detail::foreign<X> || number<std::remove_cvref_t<X>>)
refused operator-(const P&, X&&) {
  BSR_REFUSE(
      P, "bsr: this addend is no dense matrix or vector that lies in memory. Evaluate it into one first.");
}
template <class X, value P>
  requires(detail::foreign<X> || number<std::remove_cvref_t<X>>)
refused operator-(X&&, const P&) {
  BSR_REFUSE(
      P, "bsr: this addend is no dense matrix or vector that lies in memory. Evaluate it into one first.");
}

// ---- functions --------------------------------------------------------------------------------------------

template <value P>
refused transpose(const P&) {
  BSR_REFUSE(
      P, "bsr: a product is not transposed: write transpose(c) = a * b, or c = transpose(b) * transpose(a).");
}
template <class X>
  requires(detail::any_factor<X> || detail::own_addend_word<X>)
refused relu(X&&) {
  BSR_REFUSE(X, "bsr: relu, gelu, silu and map are functions of a product: relu(a * b).");
}
template <class X>
  requires(detail::any_factor<X> || detail::own_addend_word<X>)
refused gelu(X&&) {
  BSR_REFUSE(X, "bsr: relu, gelu, silu and map are functions of a product: gelu(a * b).");
}
template <class X>
  requires(detail::any_factor<X> || detail::own_addend_word<X>)
refused silu(X&&) {
  BSR_REFUSE(X, "bsr: relu, gelu, silu and map are functions of a product: silu(a * b).");
}
template <detail::sparse_result P>
refused relu(const P&) {
  BSR_REFUSE(P, "bsr: relu, gelu, silu and map of a sparse product or sum: name it first, matrix c = a * b.");
}
template <detail::sparse_result P>
refused gelu(const P&) {
  BSR_REFUSE(P, "bsr: relu, gelu, silu and map of a sparse product or sum: name it first, matrix c = a * b.");
}
template <detail::sparse_result P>
refused silu(const P&) {
  BSR_REFUSE(P, "bsr: relu, gelu, silu and map of a sparse product or sum: name it first, matrix c = a * b.");
}
template <detail::sparse_result P, class F>
refused map(const P&, const F&) {
  BSR_REFUSE(P, "bsr: relu, gelu, silu and map of a sparse product or sum: name it first, matrix c = a * b.");
}
// (of a sparse matrix as it is, map is a function of its own: elementwise/map.hpp)
template <class X, class F>
  requires((detail::any_factor<X> && !sparse_like<const std::remove_reference_t<X>&>) ||
           detail::own_addend_word<X>)
refused map(X&&, const F&) {
  BSR_REFUSE(X, "bsr: relu, gelu, silu and map are functions of a product: map(a * b, f).");
}

#undef BSR_REFUSE

// ---- whatever follows a refusal is refused without another word -------------------------------------------

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
refused operator-(const E&) {
  return {};
}
template <std::same_as<refused> E>
refused transpose(const E&) {
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
template <std::same_as<refused> E>
refused assume_disjoint(const E&) {
  return {};
}

}  // namespace bsr::inline v0::inline BSR_TARGET
