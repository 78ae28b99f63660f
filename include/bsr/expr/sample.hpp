// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The product of two dense matrices at the blocks of a pattern:
//
//   sample := alpha? sddmm(P, X, Y) [ +- beta? S ]     P: a pattern or a sparse matrix, S: sparse, P's blocks
//   s = sample ;  s += alpha? sddmm(P, X, Y) ;  s -= ... ;  s.on(policy) = sample ;  matrix s = sample ;
//
// S may be the destination. A matrix_view keeps its structure, which must be P's; so does a matrix that has
// P's blocks already, and another one takes them. The blocks of P need not be stored anywhere: a pattern of
// candidates gives what blocks would hold that a matrix does not have yet.
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/result_type.hpp"
#include "bsr/base/space.hpp"
#include "bsr/base/target.hpp"
#include "bsr/expr/assign.hpp"
#include "bsr/expr/evaluation.hpp"
#include "bsr/expr/operators.hpp"
#include "bsr/kernel/cpu/sparse/merge.hpp"
#include "bsr/op/sddmm.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/pattern.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

template <int R, int C, class Index, class Space>
BSR_INLINE pattern_view<R, C, Index, Space> pattern_of(pattern_view<R, C, Index, Space> p) {
  return p;
}
template <int R, int C, class Index, class Space>
BSR_INLINE pattern_view<R, C, Index, Space> pattern_of(const pattern<R, C, Index, Space>& p) {
  return p.view();
}
template <int R, int C, class Index, class Space>
void pattern_of(const pattern<R, C, Index, Space>&&) = delete;  // would outlive its memory
template <sparse_like A>
BSR_INLINE auto pattern_of(A&& a) {
  return []<class T, int R, int C, class Index, class Space>(const matrix_view<T, R, C, Index, Space>& v) {
    return pattern_view<R, C, Index, Space>(v);
  }(view(std::forward<A>(a)));
}

}  // namespace detail

/// Something that says where blocks are: a pattern, or a sparse matrix.
template <class P>
concept pattern_like = requires(P&& p) { detail::pattern_of(std::forward<P>(p)); };

/// No addend.
struct no_addend {};

/// alpha (X Y at the blocks of P) + beta D.
template <class Pattern, class X, class Y, class S = double, class D = no_addend, class B = double>
struct sampled_product {
  using bsr_expression = void;
  using is_sampled = void;
  using matrix_type =
      matrix<result_type_t<typename X::value_type, typename Y::value_type>, Pattern::static_rows,
             Pattern::static_cols, typename Pattern::index_type, typename Pattern::space>;
  S alpha;
  Pattern p;
  X x;
  Y y;
  B beta{};
  D d{};
  aliasing promise = aliasing::checked;
};

namespace detail {
template <class X>
inline constexpr bool is_sample = false;
template <class P, class X, class Y, class S, class D, class B>
inline constexpr bool is_sample<sampled_product<P, X, Y, S, D, B>> = true;
template <class X>
concept sample_word = is_sample<std::remove_cvref_t<X>>;
}  // namespace detail

/// x * y at the blocks of p, and only there: a block-sparse matrix with the structure of p, whose values (if
/// p is a matrix) are not read. x: m x k, y: k x n dense, p: m x n. 2 k FLOP an element. torch:
/// sampled_addmm.
template <pattern_like P, dense_like X, dense_like Y>
BSR_INLINE auto sddmm(P&& p, X&& x, Y&& y) {
  const auto where = detail::pattern_of(std::forward<P>(p));
  return sampled_product<std::remove_const_t<decltype(where)>, input_t<X>, input_t<Y>>{
      1.0, where, input(std::forward<X>(x)), input(std::forward<Y>(y))};
}

template <number N, class P, class X, class Y, class S, class D, class B>
BSR_INLINE auto operator*(N alpha, const sampled_product<P, X, Y, S, D, B>& e) {
  using scaled = detail::scaled_t<N, S>;
  using scaled_beta = detail::scaled_t<N, B>;
  return sampled_product<P, X, Y, scaled, D, scaled_beta>{
      detail::convert<scaled>(alpha) * detail::convert<scaled>(e.alpha),          e.p, e.x,      e.y,
      detail::convert<scaled_beta>(alpha) * detail::convert<scaled_beta>(e.beta), e.d, e.promise};
}
template <detail::sample_word E, number N>
BSR_INLINE auto operator*(const E& e, N alpha) {
  return alpha * e;
}
template <detail::sample_word E>
BSR_INLINE auto operator-(const E& e) {
  return -1.0 * e;
}
template <class P, class X, class Y, class S, class D, class B, left_operand F>
BSR_INLINE auto operator+(const sampled_product<P, X, Y, S, D, B>& e, F&& addend) {
  static_assert(std::same_as<D, no_addend>, "bsr: s = sddmm(p, x, y) + d takes one addend d.");
  return [&e]<class A, op Op, class N>(const factor<A, Op, N>& f) {
    static_assert(
        Op == op::none,
        "bsr: s = sddmm(p, x, y) + d: d must be stored with the blocks of p; it cannot be transposed.");
    return sampled_product<P, X, Y, S, A, N>{e.alpha, e.p, e.x, e.y, f.alpha, f.a, e.promise};
  }(as_factor(std::forward<F>(addend)));
}
template <left_operand F, detail::sample_word E>
BSR_INLINE auto operator+(F&& addend, const E& e) {
  return e + std::forward<F>(addend);
}
template <detail::sample_word E, left_operand F>
BSR_INLINE auto operator-(const E& e, F&& addend) {
  return e + -1.0 * as_factor(std::forward<F>(addend));
}
template <left_operand F, detail::sample_word E>
BSR_INLINE auto operator-(F&& addend, const E& e) {
  return -1.0 * e + std::forward<F>(addend);
}
/// The same value without the test for shared memory: the author knows that the destination is apart.
template <detail::sample_word E>
BSR_INLINE E assume_disjoint(E e) {
  e.promise = aliasing::assumed_disjoint;
  return e;
}

// ---- what it is not ---------------------------------------------------------------------------------------
template <detail::sample_word E, class X>
  requires(operand<X> || left_operand<X> || value<X> || detail::sample_word<X>)
refused operator*(const E&, X&&) {
  static_assert(
      detail::never<X>,
      "bsr: sddmm(p, x, y) is a sparse matrix that has no memory yet. Name it first: bsr::matrix s = "
      "sddmm(p, x, y).");
  return {};
}
template <class X, detail::sample_word E>
  requires(operand<X> || left_operand<X>)
refused operator*(X&&, const E&) {
  static_assert(
      detail::never<X>,
      "bsr: sddmm(p, x, y) is a sparse matrix that has no memory yet. Name it first: bsr::matrix s = "
      "sddmm(p, x, y).");
  return {};
}
template <detail::sample_word E, class X>
  requires(operand<X> || value<X> || detail::sample_word<X>)
refused operator+(const E&, X&&) {
  static_assert(detail::never<X>, "bsr: sddmm(p, x, y) + d: d is a sparse matrix with the blocks of p.");
  return {};
}

// ---- assignment -------------------------------------------------------------------------------------------
namespace detail {

/// Whether both have the same blocks in the same order. O(1) where they share their arrays, else O(blocks).
/// In device memory only shared arrays count: others cannot be read from here.
template <class A, class B>
bool same_pattern(const A& a, const B& b) {
  if (a.shape() != b.shape() || a.blocksize() != b.blocksize() || a.num_blocks() != b.num_blocks())
    return false;
  if (static_cast<const void*>(a.indptr().data()) == static_cast<const void*>(b.indptr().data()) &&
      static_cast<const void*>(a.indices().data()) == static_cast<const void*>(b.indices().data()))
    return true;
  if constexpr (std::same_as<typename A::space, host> && std::same_as<typename B::space, host>)
    return same_blocks(a.block_rows(), a.indptr().data(), a.indices().data(), b.indptr().data(),
                       b.indices().data());
  else
    return false;
}

template <class A, class B>
void check_same_pattern(const char* name, const A& a, const B& p) {
  if (!same_pattern(a, p))
    fail<shape_error>(
        "bsr: ", sample_text, ": ", name, " and p have different blocks: ", name, " is ", a.shape(), " with ",
        a.num_blocks(), " blocks of ", a.blocksize(), ", p is ", p.shape(), " with ", p.num_blocks(), " of ",
        p.blocksize(),
        std::same_as<typename A::space, host>
            ? "."
            : "; in device memory both must have the same index arrays, as in s = sddmm(s, x, y).");
}

/// Into the blocks of `s`, which are those of e.p.
template <class Policy, class View, class P, class X, class Y, class S, class D, class B>
void compute_sample(Policy& policy, const View& s, const sampled_product<P, X, Y, S, D, B>& e) {
  using addend = std::conditional_t<std::same_as<D, no_addend>, input_t<const View&>, D>;
  using problem = sddmm_problem<X, Y, View, addend>;
  using accumulator = typename problem::accumulator;
  if constexpr (sample_types_fit<problem, View, addend, S, B>()) {
    check_number<accumulator>(sample_text, "alpha", e.alpha);
    check_number<accumulator>(sample_text, "beta", e.beta);
    const auto d = [&]() -> addend {
      if constexpr (std::same_as<D, no_addend>)
        return s;
      else
        return e.d;
    }();
    if constexpr (!std::same_as<D, no_addend>) check_same_pattern("d", e.d, e.p);
    compute(policy, problem{convert<accumulator>(e.alpha), e.x, e.y, convert<accumulator>(e.beta), d, s},
            e.promise);
  }
}

/// Zeros at the blocks of a pattern.
template <class M, class P>
M zeros_at(const P& p) {
  static_assert(std::same_as<typename M::index_type, typename P::index_type>,
                "bsr: s = sddmm(p, x, y): s must have p's index type.");
  storage_detail::check_static_blocksize<M::static_rows, M::static_cols>("s = sddmm(p, x, y)", p.blocksize());
  return M(p.shape(),
           buffer<typename M::value_type>(
               storage_detail::count_elements("s = sddmm(p, x, y)", p.num_blocks(), p.blocksize())),
           buffer<typename M::index_type>(p.indices()), buffer<typename M::index_type>(p.indptr()),
           p.blocksize(), padded);
}

template <update Update, class Dst, class E>
auto sample_into(const Dst& dst, const E& e) {
  if constexpr (Update == update::set)
    return e;
  else if constexpr (Update == update::add)
    return e + dst;
  else
    return -1.0 * e + dst;
}

}  // namespace detail

/// The value as a matrix of type M, under a policy.
template <class Policy, class P, class X, class Y, class S, class D, class B, class M>
M evaluate(const Policy& policy, const sampled_product<P, X, Y, S, D, B>& e, std::type_identity<M>) {
  M made = detail::zeros_at<M>(e.p);
  detail::compute_sample(policy, made.view(), e);
  return made;
}
template <class P, class X, class Y, class S, class D, class B, class M>
M evaluate(const sampled_product<P, X, Y, S, D, B>& e, std::type_identity<M> type) {
  return evaluate(cpu{}, e, type);
}

template <class Policy, class T, int R, int C, class Index, class P, class X, class Y, class S, class D,
          class B, update Update>
void assign(Policy& policy, const matrix_view<T, R, C, Index>& s, const sampled_product<P, X, Y, S, D, B>& e,
            std::integral_constant<update, Update>) {
  detail::check_same_pattern("s", s, e.p);
  detail::compute_sample(policy, s, detail::sample_into<Update>(s, e));
}
template <class T, int R, int C, class Index, class P, class X, class Y, class S, class D, class B,
          update Update>
void assign(const matrix_view<T, R, C, Index>& s, const sampled_product<P, X, Y, S, D, B>& e,
            std::integral_constant<update, Update> how) {
  const cpu policy{};
  assign(policy, s, e, how);
}
template <class Policy, class T, int R, int C, class Index, class P, class X, class Y, class S, class D,
          class B, update Update>
void assign(Policy& policy, matrix<T, R, C, Index>& s, const sampled_product<P, X, Y, S, D, B>& e,
            std::integral_constant<update, Update> how) {
  if (Update != update::set || detail::same_pattern(s, e.p))
    assign(policy, s.view(), e, how);
  else
    s = evaluate(policy, e, std::type_identity<matrix<T, R, C, Index>>());
}
template <class T, int R, int C, class Index, class P, class X, class Y, class S, class D, class B,
          update Update>
void assign(matrix<T, R, C, Index>& s, const sampled_product<P, X, Y, S, D, B>& e,
            std::integral_constant<update, Update> how) {
  const cpu policy{};
  assign(policy, s, e, how);
}

// In device memory: the blocks stay where they are.
template <class Policy, class T, int R, int C, class Index, class P, class X, class Y, class S, class D,
          class B, update Update>
void assign(Policy& policy, const matrix_view<T, R, C, Index, device>& s,
            const sampled_product<P, X, Y, S, D, B>& e, std::integral_constant<update, Update>) {
  detail::check_same_pattern("s", s, e.p);
  detail::compute_sample(policy, s, detail::sample_into<Update>(s, e));
}
template <class T, int R, int C, class Index, class P, class X, class Y, class S, class D, class B,
          update Update>
void assign(const matrix_view<T, R, C, Index, device>& s, const sampled_product<P, X, Y, S, D, B>& e,
            std::integral_constant<update, Update> how) {
  const typename default_policy<device>::type policy{};
  assign(policy, s, e, how);
}
template <class Policy, class T, int R, int C, class Index, class P, class X, class Y, class S, class D,
          class B, update Update>
void assign(Policy& policy, matrix<T, R, C, Index, device>& s, const sampled_product<P, X, Y, S, D, B>& e,
            std::integral_constant<update, Update> how) {
  assign(policy, s.view(), e, how);
}
template <class T, int R, int C, class Index, class P, class X, class Y, class S, class D, class B,
          update Update>
void assign(matrix<T, R, C, Index, device>& s, const sampled_product<P, X, Y, S, D, B>& e,
            std::integral_constant<update, Update> how) {
  assign(s.view(), e, how);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
