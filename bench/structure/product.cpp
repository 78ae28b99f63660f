// SPDX-License-Identifier: BSD-3-Clause
#include <utility>

#include "structure/suite.hpp"

namespace bench {
namespace {

/// A product whose structure is known.
template <class Matrix>
struct known_product {
  using plan_type =
      decltype(bsr::plan(bsr::cpu{}, std::declval<const Matrix&>() * std::declval<const Matrix&>()));
  plan_type plan;
  Matrix value;

  known_product(const Matrix& a, const Matrix& b)
      : plan(bsr::plan(bsr::cpu{}, a * b)), value(plan.result()) {}
};
template <class Matrix>
message describe(const known_product<Matrix>& p) {
  return bench::describe(p.value);
}

}  // namespace

void add_products(structure_suite& suite) {
  suite.for_blocks<1, 2, 3, 4, 8>([]<class T, int N>(point_list<T, N>& add, operands<T, N>& x) {
    using matrix = bsr::matrix<T, N, N>;
    // Twice the bound of a sum of products: neither side is exact.
    const auto bound = [](const char* a, const char* b, int terms) {
      return std::to_string(terms * N) + " * eps * (abs(" + a + ") @ abs(" + b + "))";
    };
    constexpr double goal = N >= 2 && N <= 4 ? 5 : 1;
    constexpr double mkl_goal = N == 2 ? 1.1 : N == 3 || N == 4 ? 1.5 : 0;
    add(
        {.name = "a * b, stencil",
         .scipy = {"s @ t"},
         .bound = bound("s", "t", 27),
         .goal = goal,
         .mkl = "multiply",
         .mkl_goal = mkl_goal},
        [](const auto& s, const auto& t) { return matrix(s * t); }, x.s, x.t);
    add.again(
        {.name = "a * b again, stencil",
         .scipy = {"s @ t"},
         .bound = bound("s", "t", 27),
         .goal = goal,
         .mkl = "multiply again",
         .mkl_goal = mkl_goal},
        [](const auto& s, const auto& t) { return known_product<matrix>(s, t); },
        [](auto& p, const auto& s, const auto& t) { p.value.on(p.plan) = s * t; }, x.s, x.t);
    add(
        {.name = "a * b, random",
         .scipy = {"a @ b"},
         .bound = bound("a", "b", 20),
         .goal = goal,
         .mkl = "multiply",
         .mkl_goal = mkl_goal},
        [](const auto& a, const auto& b) { return matrix(a * b); }, x.a, x.b);
  });
}

}  // namespace bench
