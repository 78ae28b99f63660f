// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/expr/assign.hpp"

#include <catch2/catch_test_macros.hpp>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "bsr/bsr.hpp"
#include "expr/world.hpp"

using bsr_test::by_definition;
using bsr_test::difference;
using bsr_test::gives;
using bsr_test::gives_fresh;

namespace {

using world = bsr_test::world<float>;

/// A policy that owns something: it cannot be copied, and it counts what it runs.
struct counting {
  counting() = default;
  counting(const counting&) = delete;
  counting& operator=(const counting&) = delete;
  int runs = 0;
};
/// A policy that is moved into the destination.
struct movable {
  explicit movable(int* r) : runs(r) {}
  movable(movable&&) = default;
  movable& operator=(movable&&) = default;
  int* runs;
};

}  // namespace

namespace bsr::inline v0::inline BSR_TARGET {

template <>
struct backend<counting> {
  template <class Problem>
  static void spmm(counting& policy, const Problem& p) {
    ++policy.runs;
    reference::spmm(p);
  }
  template <class Problem>
  static void spmv(counting& policy, const Problem& p) {
    ++policy.runs;
    reference::spmv(p);
  }
};
template <>
struct backend<movable> {
  template <class Problem>
  static void spmm(const movable& policy, const Problem& p) {
    ++*policy.runs;
    reference::spmm(p);
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET

TEST_CASE_METHOD(world, "=, += and -= without a policy run on the CPU", "[assign]") {
  gives_fresh(y, [&](auto c) { c = a * x; }, ax);
  gives(y, [&](auto c) { c += a * x; }, ax.add(1, y));
  gives(y, [&](auto c) { c -= a * x; }, ax.scale(-1).add(1, y));
  gives(y, [&](auto c) { c += -0.5 * a * x; }, ax.scale(-0.5).add(1, y));
  gives(y, [&](auto c) { c -= -0.5 * a * x; }, ax.scale(0.5).add(1, y));
  gives(yt, [&](auto c) { c += xt * transpose(a); }, xat.add(1, yt));
  gives(yt, [&](auto c) { c -= 2 * (xt * transpose(a)); }, xat.scale(-2).add(1, yt));
  gives(v, [&](auto c) { c = a * u; }, au);
  gives(v, [&](auto c) { c += a * u; }, au.add(1, v));
  gives(v, [&](auto c) { c -= u * transpose(a); }, au.scale(-1).add(1, v));
  gives_fresh(y, [&](auto c) { transpose(c) = transpose(x) * transpose(a); }, ax);
  gives(y, [&](auto c) { transpose(c) -= transpose(x) * transpose(a); }, ax.scale(-1).add(1, y));
}

TEST_CASE_METHOD(world, "=, += and -= of an owner, a view, a constant view, a temporary view", "[assign]") {
  const auto before = d;
  y = a * x;
  CHECK(difference(y, ax) == "");
  d += a * x;
  CHECK(difference(d, ax.add(1, before)) == "");
  d -= a * x;
  d = 2 * before.view() - a * x;
  CHECK(difference(d, ax.scale(-1).add(2, before)) == "");
  const bsr::dense_view<float> constant = y.view();
  constant = -a * x;
  CHECK(difference(y, ax.scale(-1)) == "");
  y.view() = a * x;
  CHECK(difference(y, ax) == "");
  y.view().block(0, 0, 6, 2) = a * x.view().block(0, 0, 8, 2);
  CHECK(difference(y, ax) == "");
  std::vector<float> w(6);
  bsr::view(w) = a * u;
  CHECK(difference(w, au) == "");
  // Assignment returns the view (the owner), so it can be read at once.
  STATIC_REQUIRE(std::same_as<decltype(constant = a * x), const bsr::dense_view<float>&>);
  STATIC_REQUIRE(std::same_as<decltype(constant += a * x), const bsr::dense_view<float>&>);
  STATIC_REQUIRE(std::same_as<decltype(constant -= a * x), const bsr::dense_view<float>&>);
  STATIC_REQUIRE(std::same_as<decltype(y = a * x), bsr::dense_matrix<float>&>);
  CHECK(&(y = a * x) == &y);
  CHECK((constant = a * x).data() == y.data());
}

TEST_CASE_METHOD(world, "= writes the destination where it lies and never changes its shape", "[assign]") {
  const float* const memory = y.data();
  y = a * x;
  CHECK(y.data() == memory);
  bsr::dense_matrix<float> other(5, 5);
  CHECK_THROWS_AS(other = a * x, bsr::shape_error);
  CHECK(other.shape() == bsr::dims(5, 5));
  // Copy assignment of owners copies and is not touched by this.
  other = y;
  CHECK(other.shape() == bsr::dims(6, 5));
  CHECK(other(3, 2) == y(3, 2));
}

TEST_CASE_METHOD(world, ".on(policy) with a value, a constant, a variable and a policy that cannot be copied",
                 "[assign]") {
  gives_fresh(y, [&](auto c) { c.on(bsr_test::definition{}) = a * x; }, ax);
  gives_fresh(y, [&](auto c) { c.on(bsr::cpu{.threads = 1}) = a * x; }, ax);
  const bsr::cpu constant{.threads = 1};
  bsr::cpu variable{};
  gives_fresh(y, [&](auto c) { c.on(constant) = a * x; }, ax);
  gives(y, [&](auto c) { c.on(variable) += a * x; }, ax.add(1, y));
  counting policy;
  gives(y, [&](auto c) { c.on(policy) = a * x; }, ax);
  gives(y, [&](auto c) { c.on(policy) += a * x; }, ax.add(1, y));
  gives(y, [&](auto c) { c.on(policy) -= a * x; }, ax.scale(-1).add(1, y));
  gives(v, [&](auto c) { c.on(policy) -= a * u; }, au.scale(-1).add(1, v));
  CHECK(policy.runs == 4);  // one kernel each
  y.on(policy) = a * x;
  CHECK(policy.runs == 5);
  STATIC_REQUIRE(std::same_as<decltype(y.on(policy)), bsr::destination<bsr::dense_view<float>, counting&>>);
  STATIC_REQUIRE(std::same_as<decltype(y.view().on(constant)),
                              bsr::destination<bsr::dense_view<float>, const bsr::cpu&>>);
  int runs = 0;
  y.on(movable(&runs)) = a * x;
  CHECK(runs == 1);
  const auto destination = y.on(policy);
  destination = a * x;
  destination -= a * x;
  CHECK(policy.runs == 7);
}

TEST_CASE_METHOD(world, "every value is one kernel", "[assign]") {
  counting policy;
  y.on(policy) = 0.5 * gelu(2 * (a * x + d) - e) + bsr::per_row(f) - y;
  CHECK(policy.runs == 1);
  yt.on(policy) = relu(0.5 * xt * transpose(a) + bsr::per_col(f)) + yt;
  CHECK(policy.runs == 2);
}

TEST_CASE_METHOD(world, "views are not assigned to each other", "[assign]") {
  STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<bsr::dense_view<float>>);
  STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<bsr::vector_view<float>>);
  STATIC_REQUIRE_FALSE(std::is_assignable_v<bsr::dense_view<float>&, const bsr::dense_matrix<float>&>);
  STATIC_REQUIRE_FALSE(std::is_assignable_v<bsr::vector_view<float>&, const std::vector<float>&>);
  STATIC_REQUIRE_FALSE(std::is_assignable_v<bsr::dense_view<float>&, float>);
  STATIC_REQUIRE(std::is_trivially_copy_constructible_v<bsr::dense_view<float>>);
}
