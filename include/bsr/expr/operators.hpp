// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The grammar:
//
//   value := [ +-D +- ] alpha? op(A) * B      A block-sparse; op: itself or transpose; B, D dense matrices or
//   vectors
//          | [ +-D +- ] alpha? B * op(A)
//          | value +- beta? D | [+-] value +- per_row(v) | [+-] value +- per_col(v) | alpha * value
//          | relu(value) | gelu(value) | silu(value) | map(value, f)
//   dst [ .on(policy) ] = value ;   dst += value ;   dst -= value
//
// Every operator takes at least one type of bsr, so `using namespace bsr` changes nobody else's arithmetic.
// Nothing is computed before the assignment, and nothing is allocated by it. Expressions hold views: they
// must not outlive the operands (auto e = a * x; is safe while a and x live).
#include <concepts>
#include <type_traits>
#include <utility>

#include "bsr/base/target.hpp"
#include "bsr/expr/evaluation.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {
template <class X>
concept own_dense = is_own_dense<std::remove_cvref_t<X>>;
template <class P>
concept vector_product = is_vector_word<P>;
/// A product and an addend that are both matrices or both vectors.
template <class P, class D>
concept same_rank =
    addend<D> && (is_vector_word<P> == (vector_like<D> || is_vector_word<std::remove_cvref_t<D>>));
}  // namespace detail

// ---- prefixes of the sparse factor ------------------------------------------------------------------------
/// op(A) = A transposed; lazy, nothing moves. Twice is none.
template <left_operand A>
BSR_INLINE auto transpose(A&& a) {
  const auto f = as_factor(std::forward<A>(a));
  return []<class View, op Op, class S>(const factor<View, Op, S>& g) {
    return factor<View, Op == op::none ? op::transpose : op::none, S>{g.alpha, g.a};
  }(f);
}
/// The transposed view of an owning dense matrix; nothing moves.
template <class D>
  requires(dense_like<D> && detail::own_dense<D> && !storage_detail::is_dense_view<std::remove_cvref_t<D>>)
BSR_INLINE auto transpose(D&& d) {
  return transpose(view(std::forward<D>(d)));
}
template <number N, left_operand A>
BSR_INLINE auto operator*(N alpha, A&& a) {
  const auto f = as_factor(std::forward<A>(a));
  return [alpha]<class View, op Op, class S>(const factor<View, Op, S>& g) {
    using scaled = detail::scaled_t<N, S>;
    return factor<View, Op, scaled>{detail::convert<scaled>(alpha) * detail::convert<scaled>(g.alpha), g.a};
  }(f);
}
template <left_operand A, number N>
BSR_INLINE auto operator*(A&& a, N alpha) {
  return alpha * std::forward<A>(a);
}
template <left_operand A>
BSR_INLINE auto operator-(A&& a) {
  return -1.0 * std::forward<A>(a);
}

// ---- prefixes of an addend --------------------------------------------------------------------------------
template <number N, operand D>
  requires detail::own_dense<D>
BSR_INLINE auto operator*(N beta, D&& d) {
  return term<input_t<D>, detail::kept_t<N>>{detail::convert<detail::kept_t<N>>(beta),
                                             input(std::forward<D>(d))};
}
template <operand D, number N>
  requires detail::own_dense<D>
BSR_INLINE auto operator*(D&& d, N beta) {
  return beta * std::forward<D>(d);
}
template <number N, class View, class S>
BSR_INLINE auto operator*(N beta, const term<View, S>& t) {
  using scaled = detail::scaled_t<N, S>;
  return term<View, scaled>{detail::convert<scaled>(beta) * detail::convert<scaled>(t.beta), t.d};
}
template <class View, class S, number N>
BSR_INLINE auto operator*(const term<View, S>& t, N beta) {
  return beta * t;
}
template <class View, class S>
BSR_INLINE auto operator-(const term<View, S>& t) {
  return term<View, S>{-t.beta, t.d};
}
template <operand D>
  requires detail::own_dense<D>
BSR_INLINE auto operator-(D&& d) {
  return -1.0 * std::forward<D>(d);
}

// ---- products ---------------------------------------------------------------------------------------------
/// A * B. B may be a vector.
template <left_operand A, operand B>
BSR_INLINE auto operator*(A&& a, B&& b) {
  auto f = as_factor(std::forward<A>(a));
  return product<decltype(f), input_t<B>, side::left>{f, input(std::forward<B>(b))};
}
/// B * A. With A = transpose(w) this is a linear layer; a vector is a row.
template <operand B, left_operand A>
BSR_INLINE auto operator*(B&& b, A&& a) {
  auto f = as_factor(std::forward<A>(a));
  return product<decltype(f), input_t<B>, side::right>{f, input(std::forward<B>(b))};
}

/// A * (beta B) and (beta B) * A, as in y = 0.5 * x * transpose(w): the number moves to the sparse factor.
template <left_operand A, class View, class S>
BSR_INLINE auto operator*(A&& a, const term<View, S>& t) {
  return t.beta * std::forward<A>(a) * t.d;
}
template <class View, class S, left_operand A>
BSR_INLINE auto operator*(const term<View, S>& t, A&& a) {
  return t.d * (t.beta * std::forward<A>(a));
}

/// alpha * value: scales the sparse factor, or the result when something has been added or applied already.
template <number N, class F, class B, side Side, class E>
BSR_INLINE auto operator*(N alpha, const product<F, B, Side, E>& p) {
  if constexpr (std::same_as<E, no_epilogue>) {
    auto f = alpha * p.factor;
    return product<decltype(f), B, Side>{f, p.b, {}, p.promise};
  } else {
    return p.with(
        compose(p.epilogue, scale_by<detail::kept_t<N>>{detail::convert<detail::kept_t<N>>(alpha)}));
  }
}
template <value P, number N>
BSR_INLINE auto operator*(const P& p, N alpha) {
  return alpha * p;
}
template <value P>
BSR_INLINE auto operator-(const P& p) {
  return -1.0 * p;
}

// ---- addends ----------------------------------------------------------------------------------------------
namespace detail {
template <class View, class S>
BSR_INLINE auto addend_epilogue(const term<View, S>& t) {
  if constexpr (storage_detail::is_vector_view<View>)
    return add_vector<View, S>(t.beta, t.d);
  else
    return add_dense<View, S>(t.beta, t.d);
}
}  // namespace detail

template <value P, addend D>
  requires detail::same_rank<P, D>
BSR_INLINE auto operator+(const P& p, D&& d) {
  return p.with(compose(p.epilogue, detail::addend_epilogue(as_term(std::forward<D>(d)))));
}
template <addend D, value P>
  requires detail::same_rank<P, D>
BSR_INLINE auto operator+(D&& d, const P& p) {
  return p + std::forward<D>(d);
}
template <value P, addend D>
  requires detail::same_rank<P, D>
BSR_INLINE auto operator-(const P& p, D&& d) {
  return p + -1.0 * as_term(std::forward<D>(d));
}
template <addend D, value P>
  requires detail::same_rank<P, D>
BSR_INLINE auto operator-(D&& d, const P& p) {
  return -1.0 * p + std::forward<D>(d);
}

/// One number for each row of the result: value + per_row(v) adds v[i] to element (i, j).
template <class View>
struct row_bias {
  View v;
};
/// One number for each column of the result: value + per_col(v) adds v[j] to element (i, j). The bias of a
/// linear layer.
template <class View>
struct col_bias {
  View v;
};
template <vector_like V>
BSR_INLINE auto per_row(V&& v) {
  return row_bias<input_t<V>>{input(std::forward<V>(v))};
}
template <vector_like V>
BSR_INLINE auto per_col(V&& v) {
  return col_bias<input_t<V>>{input(std::forward<V>(v))};
}
namespace detail {
template <class X>
inline constexpr bool is_bias = false;
template <class View>
inline constexpr bool is_bias<row_bias<View>> = true;
template <class View>
inline constexpr bool is_bias<col_bias<View>> = true;
template <class X>
concept bias_word = is_bias<X>;
}  // namespace detail

template <value P, class View>
  requires(!detail::vector_product<P>)
BSR_INLINE auto operator+(const P& p, const row_bias<View>& bias) {
  return p.with(compose(p.epilogue, add_per_row<View>(bias.v)));
}
template <value P, class View>
  requires(!detail::vector_product<P>)
BSR_INLINE auto operator+(const P& p, const col_bias<View>& bias) {
  return p.with(compose(p.epilogue, add_per_col<View>(bias.v)));
}
template <detail::bias_word Bias, value P>
  requires(!detail::vector_product<P>)
BSR_INLINE auto operator+(const Bias& bias, const P& p) {
  return p + bias;
}
template <detail::bias_word Bias, value P>
  requires(!detail::vector_product<P>)
BSR_INLINE auto operator-(const Bias& bias, const P& p) {
  return -p + bias;
}
template <value P, detail::bias_word Bias>
  requires(!detail::vector_product<P>)
BSR_INLINE auto operator-(const P& p, const Bias& bias) {
  return -(-p + bias);
}

// ---- factors of rows and columns --------------------------------------------------------------------------
/// value * per_row(v) multiplies element (i, j) by v[i], value * per_col(v) by v[j]: the scales of quantised
/// weights.
template <value P, class View>
  requires(!detail::vector_product<P>)
BSR_INLINE auto operator*(const P& p, const row_bias<View>& scale) {
  return p.with(compose(p.epilogue, scale_per_row<View>(scale.v)));
}
template <value P, class View>
  requires(!detail::vector_product<P>)
BSR_INLINE auto operator*(const P& p, const col_bias<View>& scale) {
  return p.with(compose(p.epilogue, scale_per_col<View>(scale.v)));
}
template <detail::bias_word Scale, value P>
  requires(!detail::vector_product<P>)
BSR_INLINE auto operator*(const Scale& scale, const P& p) {
  return p * scale;
}

// ---- functions of a value ---------------------------------------------------------------------------------
/// max(value, 0), element by element. NaN stays NaN.
template <value P>
BSR_INLINE auto relu(const P& p) {
  return p.with(compose(p.epilogue, relu_function{}));
}
/// value (1 + erf(value / sqrt 2)) / 2.
template <value P>
BSR_INLINE auto gelu(const P& p) {
  return p.with(compose(p.epilogue, gelu_function{}));
}
/// value / (1 + exp(-value)).
template <value P>
BSR_INLINE auto silu(const P& p) {
  return p.with(compose(p.epilogue, silu_function{}));
}
/// The whole number next to each element, of two the even one, within what Integer holds: a product
/// requantised to 8 bits, y = saturate_to<std::int8_t>(0.01 * w * x). Sums are in floating point, so that
/// factors may be any numbers; products of 8-bit integers are summed exactly before they become that. NaN
/// becomes the lowest.
template <class Integer, value P>
BSR_INLINE auto saturate_to(const P& p) {
  return p.with(compose(p.epilogue, saturate_function<Integer>{}));
}
/// f(value(i, j), i, j) or f(value(i, j)) for every element. f is called once an element, from any thread, in
/// any order.
template <value P, class F>
BSR_INLINE auto map(const P& p, F f) {
  return p.with(compose(p.epilogue, user_function<F>{std::move(f)}));
}
/// The same value without the test for shared memory: the author knows that the destination is apart.
template <value P>
BSR_INLINE P assume_disjoint(P p) {
  p.promise = aliasing::assumed_disjoint;
  return p;
}

}  // namespace bsr::inline v0::inline BSR_TARGET
