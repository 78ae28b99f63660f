// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What `=`, `+=`, `-=` and `.on(policy)` of a view mean. The work is done by assign(), found beside the
// expression.
#include <concepts>
#include <type_traits>
#include <utility>

#include "bsr/base/target.hpp"

namespace bsr::inline v0 {

/// Something that can be assigned to a view: the result of bsr's operators.
template <class E>
concept expression = requires { typename std::remove_cvref_t<E>::bsr_expression; };

namespace storage_detail {
/// What may stand to the right of `=`: an expression, or a sparse matrix, so that its refusal can be a
/// sentence.
template <class E>
concept assigned = expression<E> || requires(const E& e) {
  typename E::index_type;
  e.nnz();
};
}  // namespace storage_detail

/// How an assignment combines the value with what the destination holds.
enum class update { set, add, subtract };

/// A view with the policy that its assignment runs under: y.on(cpu{.threads = 4}) = a * x.
/// Policy is a value, or an lvalue reference for a policy that owns memory.
template <class View, class Policy>
struct destination {
  View view;
  Policy policy;

  template <storage_detail::assigned E>
  BSR_INLINE void operator=(const E& e) const {
    assign(policy, view, e, std::integral_constant<update, update::set>{});
  }
  template <storage_detail::assigned E>
  BSR_INLINE void operator+=(const E& e) const {
    assign(policy, view, e, std::integral_constant<update, update::add>{});
  }
  template <storage_detail::assigned E>
  BSR_INLINE void operator-=(const E& e) const {
    assign(policy, view, e, std::integral_constant<update, update::subtract>{});
  }
};

/// The assignment operators shared by dense_view and vector_view. `const` of a view is shallow, so is
/// assignment to one.
template <class View>
class assignable {
 public:
  template <storage_detail::assigned E>
  BSR_INLINE const View& operator=(const E& e) const {
    assign(self(), e, std::integral_constant<update, update::set>{});
    return self();
  }
  template <storage_detail::assigned E>
  BSR_INLINE const View& operator+=(const E& e) const {
    assign(self(), e, std::integral_constant<update, update::add>{});
    return self();
  }
  template <storage_detail::assigned E>
  BSR_INLINE const View& operator-=(const E& e) const {
    assign(self(), e, std::integral_constant<update, update::subtract>{});
    return self();
  }
  /// This view as a destination under an execution policy.
  template <class Policy>
  BSR_INLINE constexpr destination<View, Policy> on(Policy&& policy) const {
    return {self(), std::forward<Policy>(policy)};
  }
  /// This view as a destination under a plan, with another policy than the plan's own for this run:
  /// y.on(p, cpu{.threads = 4}) = a * x.
  template <class Plan, class Policy>
    requires requires(Plan& plan, const Policy& policy) { plan.under(policy); }
  BSR_INLINE constexpr auto on(Plan& plan, const Policy& policy) const {
    using planned = decltype(plan.under(policy));
    return destination<View, planned>{self(), plan.under(policy)};
  }

 protected:
  constexpr assignable() = default;
  constexpr assignable(const assignable&) = default;
  assignable& operator=(const assignable&) = delete;
  ~assignable() = default;

 private:
  BSR_INLINE constexpr const View& self() const { return static_cast<const View&>(*this); }
};

/// Something whose value is a block-sparse matrix: a * b, a + b, 2 * a, transpose(a).
template <class E>
concept sparse_expression = requires { typename std::remove_cvref_t<E>::matrix_type; };

/// One that is computed at blocks which are given, so that it can be computed in place: sddmm(p, x, y).
template <class E>
concept sampled_expression =
    sparse_expression<E> && requires { typename std::remove_cvref_t<E>::is_sampled; };

/// A sparse matrix with the policy that its assignment runs under: c.on(cpu{.threads = 4}) = a * b. Made by
/// on() of matrix and matrix_view. Policy is a value, or an lvalue reference for a policy that owns memory.
template <class Matrix, class Policy>
class sparse_destination {
 public:
  BSR_INLINE constexpr sparse_destination(Matrix& matrix, Policy&& policy)
      : matrix_(matrix), policy_(std::forward<Policy>(policy)) {}
  sparse_destination(const sparse_destination&) = delete;
  template <sparse_expression E>
  BSR_INLINE void operator=(const E& e) const {
    assign(policy_, matrix_, e, std::integral_constant<update, update::set>{});
  }
  template <sampled_expression E>
  BSR_INLINE void operator+=(const E& e) const {
    assign(policy_, matrix_, e, std::integral_constant<update, update::add>{});
  }
  template <sampled_expression E>
  BSR_INLINE void operator-=(const E& e) const {
    assign(policy_, matrix_, e, std::integral_constant<update, update::subtract>{});
  }

 private:
  Matrix& matrix_;
  Policy policy_;
};

}  // namespace bsr::inline v0
