// SPDX-License-Identifier: BSD-3-Clause
#include "structure/suite.hpp"

namespace bench {

void add_elementwise(structure_suite& suite) {
  suite.for_blocks<1, 2, 3, 4, 8, 16, 32>([]<class T, int N>(point_list<T, N>& add, operands<T, N>& x) {
    add(
        {.name = "add, same places", .scipy = {"a + b"}, .goal = 3, .copies = true, .mkl = "add"},
        [](const auto& a, const auto& b) { return bsr::add(a, b); }, x.a, x.b);
    add(
        {.name = "add, stencil", .scipy = {"s + t"}, .goal = 3, .copies = true, .mkl = "add"},
        [](const auto& s, const auto& t) { return bsr::add(s, t); }, x.s, x.t);
    add(
        {.name = "add, other places", .scipy = {"a + o"}, .goal = 3, .copies = true, .mkl = "add"},
        [](const auto& a, const auto& o) { return bsr::add(a, o); }, x.a, x.o);
    using matrix = bsr::matrix<T, N>;
    const auto sum = [](const auto& a, const auto& b) { return matrix(a + b); };
    const auto into = [](auto& c, const auto& a, const auto& b) { c = a + b; };
    add.again({.name = "c = a + b again, same places", .scipy = {"a + b"}, .goal = 3, .copies = true}, sum,
              into, x.a, x.b);
    add.again({.name = "c = a + b again, other places", .scipy = {"a + o"}, .goal = 3, .copies = true}, sum,
              into, x.a, x.o);
  });

  suite.for_blocks<1, 4, 16>([]<class T, int N>(point_list<T, N>& add, operands<T, N>& x) {
    add(
        {.name = "subtract", .scipy = {"a - o"}, .copies = true},
        [](const auto& a, const auto& o) { return bsr::subtract(a, o); }, x.a, x.o);
    add(
        {.name = "multiply", .scipy = {"a.multiply(o)"}, .copies = true},
        [](const auto& a, const auto& o) { return bsr::multiply(a, o); }, x.a, x.o);
    add(
        {.name = "maximum", .scipy = {"a.maximum(o)"}, .copies = true},
        [](const auto& a, const auto& o) { return bsr::maximum(a, o); }, x.a, x.o);
    add(
        {.name = "minimum", .scipy = {"a.minimum(o)"}, .copies = true},
        [](const auto& a, const auto& o) { return bsr::minimum(a, o); }, x.a, x.o);
    add(
        {.name = "less", .scipy = {"a < o"}, .copies = true},
        [](const auto& a, const auto& o) { return bsr::less(a, o); }, x.a, x.o);
    add(
        {.name = "not_equal", .scipy = {"a != o"}, .copies = true},
        [](const auto& a, const auto& o) { return bsr::not_equal(a, o); }, x.a, x.o);
    add(
        {.name = "greater than a number", .scipy = {"a > 0.5"}, .copies = true},
        [](const auto& a) { return bsr::greater(a, T(0.5)); }, x.a);
    add(
        {.name = "equal to a number", .scipy = {"a == 0.5"}, .copies = true},
        [](const auto& a) { return bsr::equal(a, T(0.5)); }, x.a);
    add.in_place(
        {.name = "scale_rows",
         .scipy = {"sparsetools.bsr_scale_rows(len(x.indptr) - 1, len(x.indptr) - 1, *x.blocksize, "
                   "x.indptr, x.indices, x.data.ravel(), rows)"}},
        [](auto& a, const auto& rows) { bsr::scale_rows(a, rows); }, x.a, x.rows);
    add.in_place(
        {.name = "scale_columns",
         .scipy = {"sparsetools.bsr_scale_columns(len(x.indptr) - 1, len(x.indptr) - 1, *x.blocksize, "
                   "x.indptr, x.indices, x.data.ravel(), rows)"}},
        [](auto& a, const auto& rows) { bsr::scale_columns(a, rows); }, x.a, x.rows);
  });
}

}  // namespace bench
