// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Assignment: check shapes, check overlap, call exactly one kernel, allocate nothing.
#include <concepts>
#include <type_traits>

#include "bsr/base/policy.hpp"
#include "bsr/base/space.hpp"
#include "bsr/base/target.hpp"
#include "bsr/expr/evaluation.hpp"
#include "bsr/expr/operators.hpp"
#include "bsr/expr/refuse.hpp"
#include "bsr/op/spmm.hpp"
#include "bsr/op/spmv.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// The policy of an assignment without .on(): chosen by where the destination lives.
template <class Space>
struct default_policy;
template <>
struct default_policy<host> {
  using type = cpu;
};

namespace detail {

template <class Policy, class Dst, class F, class B, side Side, class E>
void assign_product(Policy& policy, const Dst& dst, const product<F, B, Side, E>& e) {
  constexpr bool to_vector = storage_detail::is_vector_view<Dst>;
  constexpr bool of_vector = storage_detail::is_vector_view<B>;
  static_assert(to_vector == of_vector,
                "bsr: a matrix times a matrix is assigned to a matrix, and a matrix times a vector to a vector.");
  static_assert(!std::is_const_v<typename Dst::element_type>, "bsr: the destination is read-only.");
  [&]<class A, op Op, class S>(const factor<A, Op, S>& f) {
    using accumulator = promoted_t<typename A::value_type, typename B::value_type>;
    constexpr bool real_is_enough = !is_complex<S> || is_complex<accumulator>;
    constexpr bool fits = !is_complex<accumulator> || is_complex<typename Dst::value_type>;
    static_assert(real_is_enough, "bsr: a complex number times a real matrix and a real operand needs complex operands.");
    static_assert(fits, "bsr: a complex product cannot be stored in a real destination.");
    if constexpr (to_vector == of_vector && real_is_enough && fits) {
      const auto alpha = convert<accumulator>(f.alpha);
      constexpr op flipped = Op == op::none ? op::transpose : op::none;
      if constexpr (to_vector) {
        constexpr op applied = Side == side::left ? Op : flipped;
        compute<Side>(policy, spmv_problem<A, applied, B, Dst, E>{alpha, f.a, e.b, dst, e.epilogue}, e.promise);
      } else if constexpr (Side == side::left) {
        compute<Side>(policy, spmm_problem<A, Op, B, Dst, E>{alpha, f.a, e.b, dst, e.epilogue}, e.promise);
      } else {
        const auto epilogue = transposed_epilogue(e.epilogue);
        compute<Side>(policy,
                      spmm_problem<A, flipped, decltype(transpose(e.b)), decltype(transpose(dst)),
                                   std::remove_const_t<decltype(epilogue)>>{alpha, f.a, transpose(e.b), transpose(dst),
                                                                            epilogue},
                      e.promise);
      }
    }
  }(e.factor);
}

template <class Dst>
auto own_addend(const Dst& dst) {
  return addend_epilogue(as_term(dst));
}

}  // namespace detail

/// dst = e, dst += e or dst -= e under a policy. Found by argument-dependent lookup from the views.
template <class Policy, class Dst, class F, class B, side Side, class E, update Update>
void assign(Policy& policy, const Dst& dst, const product<F, B, Side, E>& e, std::integral_constant<update, Update>) {
  static_assert(Update == update::set || std::same_as<E, identity>,
                "bsr: += and -= take a plain product. Write y = y + relu(a * x), with the addend and the function spelled "
                "out.");
  if constexpr (Update == update::set)
    detail::assign_product(policy, dst, e);
  else if constexpr (!std::same_as<E, identity>)
    return;  // said above
  else if constexpr (Update == update::add)
    detail::assign_product(policy, dst, e.with(detail::own_addend(dst)));
  else
    detail::assign_product(policy, dst, (-1.0 * e).with(detail::own_addend(dst)));
}
template <class Dst, class F, class B, side Side, class E, update Update>
void assign(const Dst& dst, const product<F, B, Side, E>& e, std::integral_constant<update, Update> how) {
  const typename default_policy<typename Dst::space>::type policy{};
  assign(policy, dst, e, how);
}

// A refusal has been explained already.
template <class Policy, class Dst, update Update>
void assign(Policy&, const Dst&, const refused&, std::integral_constant<update, Update>) {}
template <class Dst, update Update>
void assign(const Dst&, const refused&, std::integral_constant<update, Update>) {}

// A sparse matrix or a dense operand alone is not a value.
template <class Dst, class A, op Op, class S, update Update>
void assign(const Dst&, const factor<A, Op, S>&, std::integral_constant<update, Update>) {
  static_assert(detail::never<A>, "bsr: a sparse matrix is assigned to a dense one by to_dense(a).");
}
template <class Dst, class View, class S, update Update>
void assign(const Dst&, const term<View, S>&, std::integral_constant<update, Update>) {
  static_assert(detail::never<View>, "bsr: a dense operand alone is no value. copy(x, y) copies elements.");
}

}  // namespace bsr::inline v0::inline BSR_TARGET
