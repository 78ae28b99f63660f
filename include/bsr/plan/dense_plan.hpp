// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A product of a sparse and a dense matrix, prepared: auto p = plan(cpu{}, x * transpose(w));
// y.on(p) = x * transpose(w);
#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/expr/assign.hpp"
#include "bsr/expr/evaluation.hpp"
#include "bsr/expr/operators.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/kernel/backend.hpp"
#include "bsr/kernel/machine.hpp"
#include "bsr/kernel/packed_view.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/kernel/symmetric_view.hpp"
#include "bsr/op/check.hpp"
#include "bsr/plan/known_structure.hpp"
#include "bsr/storage/pattern.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// A plan with the policy of one run: what y.on(plan, policy) makes.
template <class Plan, class Policy>
struct planned_run {
  Plan& plan;
  Policy policy;
};

/// What op(A) * B needs besides values, for a structure of A that stays: scratch memory, and the index of a
/// transposed A. A: a matrix_view; B: a dense_view or a vector_view, as the kernels see them. Made by
/// plan(policy, e), used by y.on(p) = e. Holds no values. Move-only; serves one call at a time.
template <class Policy, class A, op Op, class B>
class dense_plan {
 public:
  using index_type = typename A::index_type;
  using policy_type = Policy;
  using matrix_view_type = A;
  using operand_type = B;
  using machine_type = typename backend<Policy>::machine_type;
  static constexpr op factor_op = Op;

  /// columns: of B, for cost() and explain(); runs may have others.
  dense_plan(const Policy& policy, const A& a, std::int64_t columns)
      : policy_(policy),
        columns_(columns),
        made_for_(checked(a)),
        work_(backend<Policy>::template workspace<Op, B>(policy, a, columns)) {}
  dense_plan(dense_plan&&) = default;
  dense_plan& operator=(dense_plan&&) = default;

  /// The same plan for blocks that have moved: `structure`, a matrix or a pattern, has the shape and the
  /// block size that the plan was made for. O(blocks). Allocates only if there are more blocks than ever
  /// before. Throws shape_error, and format_error when an index is out of range.
  template <class Structure>
  void update(const Structure& structure) {
    const pattern_view<A::static_rows, A::static_cols, index_type, typename A::space> a = view_of(structure);
    made_for_.check_size("update", a);
    made_for_ = detail::known_structure<index_type>(checked(a));
    work_.update(a);
  }

  const Policy& policy() const { return policy_; }
  /// Throws shape_error unless `a` is the matrix that the plan was made for, with other values perhaps.
  void check(const A& a) const { made_for_.check("a", detail::stored_matrix(a)); }
  /// The plan under another policy for one run, y.on(p, cpu{.threads = 4}) = e: the same bits. Where pieces
  /// of work need memory there are as many as the plan's own policy had threads, and no more.
  planned_run<dense_plan, Policy> under(const Policy& policy) { return {*this, policy}; }
  /// For batches, to find plans that are there twice.
  std::int64_t& mark() { return mark_; }

  /// What a run computes and moves and with which kernel; with the rates of a machine, which calibrate()
  /// measures, also how long it takes, what binds, and how long a dense matrix of the same shape would take.
  product_cost cost(const machine_type& m = {}) const { return cost_of<void>(m, nullptr, columns_); }
  /// The same for another number of columns.
  product_cost cost(const machine_type& m, std::int64_t columns) const {
    return cost_of<void>(m, nullptr, columns);
  }
  /// The same for a packed matrix.
  template <class Packed>
    requires requires(const Packed& p) { p.packed().blocks(); }
  product_cost cost(const machine_type& m, const Packed& packed) const {
    return cost_of(m, &packed.packed().blocks(), columns_);
  }
  /// cost() in words.
  std::string explain() const { return words(cost(), false); }
  std::string explain(const machine_type& m) const { return words(cost(m), true); }
  template <class Packed>
  std::string explain(const machine_type& m, const Packed& packed) const {
    return words(cost(m, packed), true);
  }

  template <class Problem>
  void run(const Policy& policy, const Problem& p) {
    constexpr bool fits = fits_problem(std::type_identity<Problem>());
    static_assert(
        fits,
        "bsr: y.on(plan) = e: the plan was made for an expression of another form: for other types of "
        "the sparse matrix, for the matrix on the other side, or for its transpose. Make one by "
        "plan(policy, e).");
    if constexpr (fits) {
      check_operand(p.a);
      if constexpr (storage_detail::is_vector_view<B>)
        backend<Policy>::spmv(policy, work_, p);
      else
        backend<Policy>::spmm(policy, work_, p);
    }
  }

 private:
  using workspace = decltype(backend<Policy>::template workspace<Op, B>(
      std::declval<const Policy&>(), std::declval<const A&>(), std::int64_t{}));

  template <class X>
  static constexpr bool stands_for() {
    if constexpr (is_masked_view<X>)
      return std::same_as<typename X::matrix_view_type, A>;
    else if constexpr (is_packed_view<X>)
      return std::same_as<typename X::matrix_view_type, A> && X::packed_op == Op;
    else
      return std::same_as<X, A>;
  }

  template <class X>
  void check_operand(const X& a) const {
    made_for_.check("a", detail::stored_matrix(a));
  }
  template <class Blocks>
  void check_operand(const packed_view<A, Op, Blocks>& a) const {
    made_for_.check_source("a", a);
  }
  template <class A2, op Op2, class B2, class C, class E>
  static constexpr bool fits_problem(std::type_identity<spmm_problem<A2, Op2, B2, C, E>>) {
    return stands_for<A2>() && Op2 == Op && std::same_as<B2, B>;
  }
  template <class A2, op Op2, class X, class Y, class E>
  static constexpr bool fits_problem(std::type_identity<spmv_problem<A2, Op2, X, Y, E>>) {
    return stands_for<A2>() && Op2 == Op && std::same_as<X, B>;
  }
  template <class Blocks>
  product_cost cost_of(const machine_type& m, const Blocks* packed, std::int64_t columns) const {
    return backend<Policy>::template cost<Op, B, A>(
        policy_, work_, m, made_for_.shape(), made_for_.blocksize(), made_for_.num_blocks(), columns, packed);
  }
  /// Three digits.
  static double rounded(double x) {
    if (!(x > 0)) return x;
    const double unit = std::pow(10.0, std::floor(std::log10(x)) - 2);
    return unit < 1 ? std::round(x / unit) / std::round(1 / unit) : std::round(x / unit) * unit;
  }
  std::string words(const product_cost& c, bool timed) const {
    message text;
    text << (Op == op::none ? "a is " : "a, transposed, is ") << made_for_.shape() << " with "
         << made_for_.num_blocks() << " blocks of " << made_for_.blocksize() << ", times " << columns_
         << (columns_ == 1 ? " column" : " columns") << ": kernel " << c.kernel;
    if (c.tile_rows > 0) text << ", tiles of " << c.tile_rows << "x" << c.tile_cols;
    text << ", " << c.threads << (c.threads == 1 ? " thread; " : " threads; ") << rounded(c.flops)
         << " floating-point operations, " << rounded(c.bytes) << " bytes.";
    if (timed && c.seconds > 0)
      text << " Predicted: " << rounded(c.seconds * 1e6) << " microseconds, "
           << rounded(c.flops / c.seconds * 1e-9) << " GFLOP/s, bound by " << c.limit
           << "; a dense matrix of this shape: " << rounded(c.dense_seconds * 1e6) << " microseconds.";
    else if (timed)
      text << " There is no prediction for these types.";
    return text.c_str();
  }
  template <class View>
  static const auto& checked(const View& view) {
    const auto& a = detail::stored_matrix(view);
    // Of a matrix in device memory the backend checks the indices that it brings over.
    if constexpr (std::same_as<typename View::space, host>) detail::check_format_for("plan", a, checks::full);
    return a;
  }
  template <class Structure>
  static auto view_of(const Structure& structure) {
    if constexpr (requires { input(structure); })
      return input(structure);
    else if constexpr (requires { structure.view(); })
      return structure.view();
    else
      return structure;
  }

  Policy policy_;
  std::int64_t columns_;
  std::int64_t mark_ = -1;
  detail::known_structure<index_type> made_for_;
  workspace work_;
};

template <class Policy, class A, op Op, class B>
inline constexpr bool takes_packed<dense_plan<Policy, A, Op, B>> = true;
template <class Plan, class Policy>
inline constexpr bool takes_packed<planned_run<Plan, Policy>> = true;

template <class Policy, class A, op Op, class B>
struct backend<dense_plan<Policy, A, Op, B>> {
  using plan_type = dense_plan<Policy, A, Op, B>;
  template <class Problem>
  static void spmm(plan_type& plan, const Problem& p) {
    plan.run(plan.policy(), p);
  }
  template <class Problem>
  static void spmv(plan_type& plan, const Problem& p) {
    plan.run(plan.policy(), p);
  }
};
template <class Plan, class Policy>
struct backend<planned_run<Plan, Policy>> {
  template <class Problem>
  static void spmm(const planned_run<Plan, Policy>& run, const Problem& p) {
    run.plan.run(run.policy, p);
  }
  template <class Problem>
  static void spmv(const planned_run<Plan, Policy>& run, const Problem& p) {
    run.plan.run(run.policy, p);
  }
};

namespace detail {

/// What the kernels see of the dense factor.
template <side Side, class B>
struct kernel_operand {
  using type = B;
};
template <class T, class Layout, class Space>
struct kernel_operand<side::right, dense_view<T, Layout, Space>> {
  using type = decltype(transpose(std::declval<dense_view<T, Layout, Space>>()));
};

}  // namespace detail

/// The rates of this machine, for plan.explain(m) and plan.cost(m): takes a second, and 128 MB for as long.
/// Measured while others work on the machine they are too low.
template <class Policy>
[[nodiscard]] machine calibrate(const Policy& policy) {
  return backend<Policy>::calibrate(policy);
}
template <class Policy = typename default_policy<host>::type>
[[nodiscard]] machine calibrate() {
  return backend<Policy>::calibrate(Policy{});
}

/// The plan of a product of a sparse matrix and a dense matrix or a vector.
///
///   auto p = plan(cpu{}, x * transpose(w));
///   y.on(p) = relu(x * transpose(w) + per_col(b));          // again and again, with other values
///   y.on(p, cpu{.threads = 4}) = x * transpose(w);
///
/// It belongs to the structure of the sparse matrix: values, factors, addends, functions and the number of
/// columns may be others in each run. A run allocates nothing and checks in O(1) that the matrix has its
/// shape, block size, number of blocks, and indptr and indices at the addresses that the plan was made for:
/// shape_error. After blocks have moved in place, p.update(w).
///
/// What it is for: y = x * transpose(w) and the like read columns of the dense factor from a copy in the
/// plan's memory; transpose(w) * x, x * w and transpose(w) times a vector find their blocks by a transposed
/// index, so that they run in parallel, without atomics and without a copy of the values. The result of a
/// product that is not transposed has the same bits as without a plan; a transposed one adds up in another
/// order. With a plan, too, it has the same bits for every number of threads.
///
/// O(blocks) for transposed products, else O(blocks) for checking the indices. Throws shape_error when the
/// operands do not fit, format_error when an index is out of range.
template <class Policy, class F, class B, side Side, class E>
  requires(!is_packed_view<decltype(std::declval<F>().a)> && !is_masked_view<decltype(std::declval<F>().a)>)
[[nodiscard]] auto plan(const Policy& policy, const product<F, B, Side, E>& e) {
  return [&]<class A, op Op, class S>(const factor<A, Op, S>& f) {
    constexpr op flipped = Op == op::none ? op::transpose : op::none;
    constexpr op applied = Side == side::left ? Op : flipped;
    const dims shape = Op == op::none ? f.a.shape() : dims(f.a.cols(), f.a.rows());
    dims b(0, 0);
    if constexpr (storage_detail::is_vector_view<B>)
      b = Side == side::left ? dims(e.b.size(), 1) : dims(1, e.b.size());
    else
      b = e.b.shape();
    if (Side == side::left ? shape.cols != b.rows : b.cols != shape.rows)
      fail<shape_error>("bsr: plan: ", detail::product_text<applied, Side>(storage_detail::is_vector_view<B>),
                        ": a is ", f.a.shape(), ", b is ", b, ".");
    return dense_plan<Policy, A, applied, typename detail::kernel_operand<Side, B>::type>(
        policy, f.a, Side == side::left ? b.cols : b.rows);
  }(e.factor);
}

}  // namespace bsr::inline v0::inline BSR_TARGET

namespace bsr::inline v0 {

/// A plan works in the memory of its policy.
template <class Policy, class A, op Op, class B>
struct space_of<dense_plan<Policy, A, Op, B>> : space_of<Policy> {};
template <class Plan, class Policy>
struct space_of<planned_run<Plan, Policy>> : space_of<Policy> {};

}  // namespace bsr::inline v0
