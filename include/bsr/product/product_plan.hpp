// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The symbolic half of a sparse product, kept: auto p = plan(cpu{}, a * b); c.on(p) = a * b;
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

/// What a * b needs besides values, for operands whose structure stays: the structure of the product and the
/// memory to compute it. Made by plan(policy, a * b), used by c.on(p) = a * b. Holds no values of a or b.
/// Move-only; serves one call at a time.
template <class Policy, class F, class G>
class product_plan;
template <class Policy, class A, op OpA, class S, class B, op OpB, class S2>
class product_plan<Policy, factor<A, OpA, S>, factor<B, OpB, S2>>
    : public detail::sparse_plan<Policy, sparse_product<factor<A, OpA, S>, factor<B, OpB, S2>>, A, OpA, B,
                                 OpB> {
  using expression_type = sparse_product<factor<A, OpA, S>, factor<B, OpB, S2>>;
  using base = detail::sparse_plan<Policy, expression_type, A, OpA, B, OpB>;
  using base::left_, base::right_, base::structure_, base::policy_;

 public:
  using typename base::pattern_view_type;
  using typename base::value_type;

  product_plan(const Policy& policy, const expression_type& e) : product_plan(policy, e.left.a, e.right.a) {}

  /// Products of blocks that a run computes.
  std::int64_t block_products() const { return block_products_; }
  /// Sizes and work in one sentence.
  std::string explain() const {
    const dims block = structure_.blocksize();
    message text;
    text << "a * b is " << structure_.shape() << " with " << structure_.num_blocks() << " blocks of " << block
         << "; a run multiplies " << block_products_ << " pairs of blocks, "
         << 2 * block_products_ * block.rows * depth_ * block.cols << " floating-point operations, on "
         << work_.shares.workers << (work_.shares.workers == 1 ? " thread." : " threads.");
    return text.c_str();
  }

  /// c = alpha * op(a) * op(b). Allocates nothing.
  template <class C>
  void run(value_type alpha, const A& a, const B& b, const C& c) {
    const auto x = left_("a", a);
    const auto y = right_("b", b);
    detail::check_planned_result("a * b", c, structure_);
    backend<Policy>::spgemm(policy_, work_, alpha, x, y, c);
  }

 private:
  using workspace = decltype(backend<Policy>::spgemm_workspace(
      std::declval<const Policy&>(), std::declval<typename base::left_factor::view_type>(),
      std::declval<typename base::right_factor::view_type>(), std::declval<pattern_view_type>()));

  product_plan(const Policy& policy, const A& a, const B& b)
      : base("plan(a * b)", policy, a, b,
             [&](const auto& x, const auto& y) { return structure_of(policy, x, y); }),
        work_(backend<Policy>::spgemm_workspace(policy, left_.structure(a), right_.structure(b),
                                                structure_.view())),
        depth_(left_.structure(a).blocksize().cols) {
    const auto x = left_.structure(a);
    const auto y = right_.structure(b);
    for (const auto j : x.indices())
      block_products_ +=
          std::int64_t{y.indptr()[static_cast<std::size_t>(j) + 1]} - y.indptr()[static_cast<std::size_t>(j)];
  }
  template <class X, class Y>
  static typename base::pattern_type structure_of(const Policy& policy, const X& x, const Y& y) {
    if (x.cols() != y.rows())
      fail<shape_error>("bsr: plan(a * b): a is ", x.shape(), ", b is ", y.shape(),
                        ": a must have as many columns as b has rows.");
    if (x.blocksize().cols != y.blocksize().rows)
      fail<shape_error>(
          "bsr: plan(a * b): the blocks of a are ", x.blocksize(), ", those of b are ", y.blocksize(),
          ": cut b anew with to_bsr, so that its blocks have as many rows as a's have columns.");
    auto [indptr, indices] = backend<Policy>::spgemm_structure(policy, x, y);
    return {dims(x.rows(), y.cols()), std::move(indices), std::move(indptr),
            dims(x.blocksize().rows, y.blocksize().cols), padded};
  }

  workspace work_;
  std::int64_t depth_;
  std::int64_t block_products_ = 0;
};

namespace detail {
template <class Policy, class F, class G>
inline constexpr bool is_sparse_plan<product_plan<Policy, F, G>> = true;
}  // namespace detail

/// The plan of a product of two sparse matrices, a * b with or without factors and transposes: finds the
/// structure of the product once (O(products of blocks)) and keeps it with the memory that a run needs.
///
///   auto p = plan(cpu{}, transpose(j) * j);
///   auto h = p.result();              // its structure, zeros
///   h.on(p) = transpose(j) * j;       // values only; again whenever the values of j have changed
///
/// A run allocates nothing, computes what c = a * b does, bit for bit, and demands that the operands' indices
/// are those, at the addresses, that the plan was made for, and that c has the structure of result():
/// shape_error. The factors may be other numbers than the plan's. After blocks of an operand have moved, make
/// another plan. Throws what a * b throws; blocks whose inner sizes differ are refused, because they would
/// have to be cut anew each time.
template <class Policy, class A, op OpA, class S, class B, op OpB, class S2>
[[nodiscard]] auto plan(const Policy& policy,
                        const sparse_product<factor<A, OpA, S>, factor<B, OpB, S2>>& e) {
  return product_plan<Policy, factor<A, OpA>, factor<B, OpB>>(
      policy, {factor<A, OpA>{1.0, e.left.a}, factor<B, OpB>{1.0, e.right.a}});
}

/// c.on(plan) = alpha op(a) * op(b), for a matrix or a view c that has the plan's structure.
template <class Policy, class T, int R, int C, class Index, class A, op OpA, class S, class B, op OpB,
          class S2>
void assign(product_plan<Policy, factor<A, OpA>, factor<B, OpB>>& p, const matrix_view<T, R, C, Index>& c,
            const sparse_product<factor<A, OpA, S>, factor<B, OpB, S2>>& e,
            std::integral_constant<update, update::set>) {
  p.run(detail::alpha_as<T>("c.on(plan) = a * b", e.left.alpha * e.right.alpha), e.left.a, e.right.a, c);
}
template <class Policy, class T, int R, int C, class Index, class A, op OpA, class S, class B, op OpB,
          class S2>
void assign(product_plan<Policy, factor<A, OpA>, factor<B, OpB>>& p, matrix<T, R, C, Index>& c,
            const sparse_product<factor<A, OpA, S>, factor<B, OpB, S2>>& e,
            std::integral_constant<update, update::set> how) {
  assign(p, c.view(), e, how);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
