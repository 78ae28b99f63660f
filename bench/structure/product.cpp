// SPDX-License-Identifier: BSD-3-Clause
#include "structure/suite.hpp"

namespace bench {

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
