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
#include "bsr/expr/sparse.hpp"
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
template <>
struct default_policy<device> {
  using type = cuda;
};

namespace detail {

template <class Policy, class Dst, class F, class B, side Side, class E>
void assign_product(Policy& policy, const Dst& dst, const product<F, B, Side, E>& e) {
  constexpr bool to_vector = storage_detail::is_vector_view<Dst>;
  constexpr bool of_vector = storage_detail::is_vector_view<B>;
  static_assert(
      to_vector == of_vector,
      "bsr: a matrix times a matrix is assigned to a matrix, and a matrix times a vector to a vector.");
  if constexpr (to_vector == of_vector) {
    [&]<class A, op Op, class S>(const factor<A, Op, S>& f) {
      constexpr op flipped = Op == op::none ? op::transpose : op::none;
      constexpr op applied = Side == side::left ? Op : flipped;
      const auto run = [&]<class Problem>(std::type_identity<Problem>, auto b, auto c, const auto& epilogue) {
        if constexpr (spaces_fit<Policy, A, B, Dst, E>() && types_fit<Problem, Dst, E, S>()) {
          using accumulator = typename Problem::accumulator;
          check_number<accumulator, applied, Side>("alpha", f.alpha, to_vector);
          compute<Side>(policy, Problem{convert<accumulator>(f.alpha), f.a, b, c, epilogue}, e.promise);
        }
      };
      if constexpr (to_vector) {
        run(std::type_identity<spmv_problem<A, applied, B, Dst, E>>{}, e.b, dst, e.epilogue);
      } else if constexpr (Side == side::left) {
        run(std::type_identity<spmm_problem<A, applied, B, Dst, E>>{}, e.b, dst, e.epilogue);
      } else {
        const auto epilogue = transposed_epilogue(e.epilogue);
        run(std::type_identity<spmm_problem<A, applied, decltype(transpose(e.b)), decltype(transpose(dst)),
                                            std::remove_const_t<decltype(epilogue)>>>{},
            transpose(e.b), transpose(dst), epilogue);
      }
    }(e.factor);
  }
}

template <class Dst>
auto own_addend(const Dst& dst) {
  return addend_epilogue(as_term(dst));
}

template <class X>
constexpr void refuse_to_assign() {
  if constexpr (is_term<X>)
    static_assert(never<X>, "bsr: a dense operand alone is no value. copy(x, y) copies elements.");
  else if constexpr (sparse_result<X>)
    static_assert(never<X>,
                  "bsr: this value is a sparse matrix. Name it, bsr::matrix c = a * b, and make it dense by "
                  "to_dense(c).");
  else if constexpr (!std::same_as<X, refused>)
    static_assert(never<X>,
                  "bsr: a sparse matrix is no value to compute. to_dense(a) makes it a dense matrix.");
}

}  // namespace detail

/// dst = e, dst += e or dst -= e under a policy. Found by argument-dependent lookup from the views.
template <class Policy, class Dst, class F, class B, side Side, class E, update Update>
void assign(Policy& policy, const Dst& dst, const product<F, B, Side, E>& e,
            std::integral_constant<update, Update>) {
  static_assert(Update == update::set || std::same_as<E, no_epilogue>,
                "bsr: += and -= take a plain product. Write y = y + relu(a * x), with the addend and the "
                "function spelled "
                "out.");
  if constexpr (Update == update::set)
    detail::assign_product(policy, dst, e);
  else if constexpr (!std::same_as<E, no_epilogue>)
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

// What is no value is refused in words; a refusal has been explained already.
template <class Policy, class Dst, class X, update Update>
  requires(!value<X>)
void assign(Policy&, const Dst&, const X&, std::integral_constant<update, Update>) {
  detail::refuse_to_assign<X>();
}
template <class Dst, class X, update Update>
  requires(!value<X>)
void assign(const Dst&, const X&, std::integral_constant<update, Update>) {
  detail::refuse_to_assign<X>();
}

}  // namespace bsr::inline v0::inline BSR_TARGET
