// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The structure of a sparse sum, kept: auto p = plan(cpu{}, a + b); c.on(p) = a + b;
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/expr/evaluation.hpp"
#include "bsr/expr/sparse.hpp"
#include "bsr/kernel/backend.hpp"
#include "bsr/product/evaluate.hpp"
#include "bsr/product/sparse_plan.hpp"
#include "bsr/product/spgemm.hpp"
#include "bsr/storage/destination.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/pattern.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// What a + b needs besides values, for operands whose structure stays: the union of both structures, and
/// where each block goes. Made by plan(policy, a + b), used by c.on(p) = a + b. Move-only; serves one call at
/// a time.
template <class Policy, class F, class G>
class sum_plan;
template <class Policy, class A, op OpA, class S, class B, op OpB, class S2>
class sum_plan<Policy, factor<A, OpA, S>, factor<B, OpB, S2>>
    : public detail::sparse_plan<Policy, sparse_sum<factor<A, OpA, S>, factor<B, OpB, S2>>, A, OpA, B, OpB> {
  using expression_type = sparse_sum<factor<A, OpA, S>, factor<B, OpB, S2>>;
  using base = detail::sparse_plan<Policy, expression_type, A, OpA, B, OpB>;
  using base::left_, base::right_, base::structure_, base::policy_;

 public:
  using typename base::pattern_view_type;
  using typename base::value_type;

  sum_plan(const Policy& policy, const expression_type& e)
      : base("plan(a + b)", policy, e.left.a, e.right.a,
             [&](const auto& x, const auto& y) { return unite(policy, x, y); }),
        places_(backend<Policy>::spadd_places(policy, left_.structure(e.left.a), right_.structure(e.right.a),
                                              structure_.view())) {}

  /// Sizes in one sentence.
  std::string explain() const {
    message text;
    text << "a + b is " << structure_.shape() << " with " << structure_.num_blocks() << " blocks of "
         << structure_.blocksize() << "; a run adds " << places_.a.size() << " blocks of a and "
         << places_.b.size() << " of b, on " << places_.shares.workers
         << (places_.shares.workers == 1 ? " thread." : " threads.");
    return text.c_str();
  }

  /// c = alpha * op(a) + beta * op(b). Allocates nothing.
  template <class C>
  void run(value_type alpha, const A& a, value_type beta, const B& b, const C& c) {
    const auto x = left_("a", a);
    const auto y = right_("b", b);
    detail::check_planned_result("a + b", c, structure_);
    backend<Policy>::spadd(policy_, places_, alpha, x, beta, y, c);
  }

 private:
  using places = decltype(backend<Policy>::spadd_places(
      std::declval<const Policy&>(), std::declval<typename base::left_factor::view_type>(),
      std::declval<typename base::right_factor::view_type>(), std::declval<pattern_view_type>()));

  template <class X, class Y>
  static typename base::pattern_type unite(const Policy& policy, const X& x, const Y& y) {
    if (x.shape() != y.shape())
      fail<shape_error>("bsr: plan(a + b): inconsistent shapes: a is ", x.shape(), ", b is ", y.shape(), ".");
    if (x.blocksize() != y.blocksize())
      fail<shape_error>("bsr: plan(a + b): the blocks of a are ", x.blocksize(), ", those of b are ",
                        y.blocksize(), ": cut one of them anew with to_bsr.");
    auto [indptr, indices] = backend<Policy>::spadd_structure(policy, x, y);
    return {x.shape(), std::move(indices), std::move(indptr), x.blocksize(), padded};
  }

  places places_;
};

namespace detail {
template <class Policy, class F, class G>
inline constexpr bool is_sparse_plan<sum_plan<Policy, F, G>> = true;
}  // namespace detail

/// The plan of a sum or difference of two sparse matrices: the union of both structures, and where each block
/// goes. Used, and bound to its operands, as the plan of a product is. Blocks whose values cancel stay, where
/// c = a + b leaves them out. O(blocks); a run is O(nnz) and allocates nothing.
template <class Policy, class A, op OpA, class S, class B, op OpB, class S2>
[[nodiscard]] auto plan(const Policy& policy, const sparse_sum<factor<A, OpA, S>, factor<B, OpB, S2>>& e) {
  return sum_plan<Policy, factor<A, OpA>, factor<B, OpB>>(
      policy, {factor<A, OpA>{1.0, e.left.a}, factor<B, OpB>{1.0, e.right.a}});
}

/// c.on(plan) = alpha op(a) + beta op(b), for a matrix or a view c that has the plan's structure.
template <class Policy, class T, int R, int C, class Index, class A, op OpA, class S, class B, op OpB,
          class S2>
void assign(sum_plan<Policy, factor<A, OpA>, factor<B, OpB>>& p, const matrix_view<T, R, C, Index>& c,
            const sparse_sum<factor<A, OpA, S>, factor<B, OpB, S2>>& e,
            std::integral_constant<update, update::set>) {
  p.run(detail::alpha_as<T>("c.on(plan) = a + b", e.left.alpha), e.left.a,
        detail::alpha_as<T>("c.on(plan) = a + b", e.right.alpha), e.right.a, c);
}
template <class Policy, class T, int R, int C, class Index, class A, op OpA, class S, class B, op OpB,
          class S2>
void assign(sum_plan<Policy, factor<A, OpA>, factor<B, OpB>>& p, matrix<T, R, C, Index>& c,
            const sparse_sum<factor<A, OpA, S>, factor<B, OpB, S2>>& e,
            std::integral_constant<update, update::set> how) {
  assign(p, c.view(), e, how);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
