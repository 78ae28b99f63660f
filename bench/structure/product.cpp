// SPDX-License-Identifier: BSD-3-Clause
#include <string>
#include <utility>

#include "structure/suite.hpp"

namespace bench {
namespace {

/// A matrix that products are assigned to.
template <class Matrix>
struct kept_product {
  Matrix value;
  explicit kept_product(Matrix c) : value(std::move(c)) {}
};
template <class Matrix>
message describe(const kept_product<Matrix>& p) {
  return bench::describe(p.value);
}

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
    // MKL has a memory manager: what a result occupied is at hand for the next. That is compared with a
    // result that takes the place of the one before; scipy makes a new array each time.
    const auto product = [](const std::string& name, const std::string& a, const std::string& b, int terms,
                            const char* mkl, bool goal_of_mkl) {
      const double times_mkl = N == 2 ? 1.1 : N == 3 || N == 4 ? 1.5 : 0;
      return task{.name = name,
                  .scipy = {a + " @ " + b},
                  // Twice the bound of a sum of products: neither side is exact.
                  .bound = std::to_string(terms * N) + " * eps * (abs(" + a + ") @ abs(" + b + "))",
                  .goal = N >= 2 && N <= 4 ? 5.0 : 1.0,
                  .mkl = mkl,
                  .mkl_goal = goal_of_mkl ? times_mkl : 0};
    };
    const auto both = [&](const std::string& where, const std::string& l, const std::string& r, int terms,
                          auto& left, auto& right) {
      add(
          product("a * b, " + where, l, r, terms, "multiply", false),
          [](const auto& a, const auto& b) { return matrix(a * b); }, left, right);
      add.again(
          product("c = a * b, " + where, l, r, terms, "multiply", true),
          [](const auto& a, const auto& b) { return kept_product<matrix>(a * b); },
          [](auto& c, const auto& a, const auto& b) { c.value = a * b; }, left, right);
    };
    both("stencil", "s", "t", 27, x.s, x.t);
    both("random", "a", "b", 20, x.a, x.b);
    add.again(
        product("a * b again, stencil", "s", "t", 27, "multiply again", true),
        [](const auto& s, const auto& t) { return known_product<matrix>(s, t); },
        [](auto& p, const auto& s, const auto& t) { p.value.on(p.plan) = s * t; }, x.s, x.t);
  });
}

}  // namespace bench
