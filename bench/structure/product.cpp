// SPDX-License-Identifier: BSD-3-Clause
#include <string>
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
    const auto product = [](const char* name, const std::string& a, const std::string& b, int terms,
                            const char* mkl) {
      return task{.name = name,
                  .scipy = {a + " @ " + b},
                  // Twice the bound of a sum of products: neither side is exact.
                  .bound = std::to_string(terms * N) + " * eps * (abs(" + a + ") @ abs(" + b + "))",
                  .goal = N >= 2 && N <= 4 ? 5.0 : 1.0,
                  .mkl = mkl,
                  .mkl_goal = N == 2             ? 1.1
                              : N == 3 || N == 4 ? 1.5
                                                 : 0};
    };
    add(
        product("a * b, stencil", "s", "t", 27, "multiply"),
        [](const auto& s, const auto& t) { return matrix(s * t); }, x.s, x.t);
    add.again(
        product("a * b again, stencil", "s", "t", 27, "multiply again"),
        [](const auto& s, const auto& t) { return known_product<matrix>(s, t); },
        [](auto& p, const auto& s, const auto& t) { p.value.on(p.plan) = s * t; }, x.s, x.t);
    add(
        product("a * b, random", "a", "b", 20, "multiply"),
        [](const auto& a, const auto& b) { return matrix(a * b); }, x.a, x.b);
  });
}

}  // namespace bench
