// SPDX-License-Identifier: BSD-3-Clause
#include "structure/suite.hpp"

namespace bench {

void add_reductions(structure_suite& suite) {
  suite.for_blocks<1, 2, 4, 16>([]<class T, int N>(point_list<T, N>& add, operands<T, N>& x) {
    using norms = bsr::norms;
    // What a sum of n terms may be off by, for both sides.
    const std::string whole = "a.nnz * eps * abs(a).sum()", line = "a.shape[0] * eps * abs(a).sum(axis=";
    add(
        {.name = "sum", .scipy = {"a.sum()"}, .bound = whole}, [](const auto& a) { return bsr::sum(a); },
        x.a);
    add(
        {.name = "sum, axis 0", .scipy = {"a.sum(axis=0)"}, .bound = line + "0)"},
        [](const auto& a) { return bsr::sum(a, 0); }, x.a);
    add(
        {.name = "sum, axis 1", .scipy = {"a.sum(axis=1)"}, .bound = line + "1)"},
        [](const auto& a) { return bsr::sum(a, 1); }, x.a);
    add(
        {.name = "mean", .scipy = {"a.mean()"}, .bound = whole + " / np.prod(a.shape)"},
        [](const auto& a) { return bsr::mean(a); }, x.a);
    add(
        {.name = "mean, axis 0", .scipy = {"a.mean(axis=0)"}, .bound = line + "0)"},
        [](const auto& a) { return bsr::mean(a, 0); }, x.a);
    add(
        {.name = "mean, axis 1", .scipy = {"a.mean(axis=1)"}, .bound = line + "1)"},
        [](const auto& a) { return bsr::mean(a, 1); }, x.a);
    add({.name = "max", .scipy = {"a.max()"}}, [](const auto& a) { return (bsr::max)(a); }, x.a);
    add(
        {.name = "max, axis 0", .scipy = {"a.max(axis=0)"}}, [](const auto& a) { return (bsr::max)(a, 0); },
        x.a);
    add(
        {.name = "max, axis 1", .scipy = {"a.max(axis=1)"}}, [](const auto& a) { return (bsr::max)(a, 1); },
        x.a);
    add({.name = "min", .scipy = {"a.min()"}}, [](const auto& a) { return (bsr::min)(a); }, x.a);
    add({.name = "nanmax", .scipy = {"a.nanmax()"}}, [](const auto& a) { return bsr::nanmax(a); }, x.a);
    add(
        {.name = "nanmin, axis 0", .scipy = {"a.nanmin(axis=0)"}},
        [](const auto& a) { return bsr::nanmin(a, 0); }, x.a);
    add({.name = "argmax", .scipy = {"a.argmax()"}}, [](const auto& a) { return bsr::argmax(a); }, x.a);
    add(
        {.name = "argmax, axis 0", .scipy = {"a.argmax(axis=0)"}},
        [](const auto& a) { return bsr::argmax(a, 0); }, x.a);
    add(
        {.name = "argmin, axis 1", .scipy = {"a.argmin(axis=1)"}},
        [](const auto& a) { return bsr::argmin(a, 1); }, x.a);
    const std::string norm = "sp.linalg.norm(a", off = "a.nnz * eps * theirs";
    add(
        {.name = "norm, fro", .scipy = {norm + ")"}, .bound = off},
        [](const auto& a) { return bsr::norm(a); }, x.a);
    add(
        {.name = "norm, 1", .scipy = {norm + ", 1)"}, .bound = off},
        [](const auto& a) { return bsr::norm(a, norms::one); }, x.a);
    add(
        {.name = "norm, inf", .scipy = {norm + ", np.inf)"}, .bound = off},
        [](const auto& a) { return bsr::norm(a, norms::inf); }, x.a);
    add(
        {.name = "norm, max", .scipy = {"abs(a).max()"}},
        [](const auto& a) { return bsr::norm(a, norms::max); }, x.a);
    add(
        {.name = "count_nonzero", .scipy = {"z.count_nonzero()"}},
        [](const auto& z) { return bsr::count_nonzero(z); }, x.z);
    add(
        {.name = "count_nonzero, axis 0", .scipy = {"c.count_nonzero(axis=0)"}},
        [](const auto& a, const auto&) { return bsr::count_nonzero(a, 0); }, x.a, x.c);
    add(
        {.name = "count_nonzero, axis 1", .scipy = {"c.count_nonzero(axis=1)"}, .result = "r.astype('i8')"},
        [](const auto& a, const auto&) { return bsr::count_nonzero(a, 1); }, x.a, x.c);
    add({.name = "nonzero", .scipy = {"z.nonzero()"}}, [](const auto& z) { return bsr::nonzero(z); }, x.z);
    add(
        {.name = "find",
         .scipy = {"sp.find(z)"},
         .result = "sp.coo_array((r[2], (r[0], r[1])), shape=z.shape)"},
        [](const auto& z) { return bsr::find(z); }, x.z);
    add({.name = "diagonal", .scipy = {"s.diagonal()"}}, [](const auto& s) { return bsr::diagonal(s); }, x.s);
    add(
        {.name = "diagonal, k = 1", .scipy = {"s.diagonal(1)"}},
        [](const auto& s) { return bsr::diagonal(s, 1); }, x.s);
    add(
        {.name = "trace", .scipy = {"s.trace()"}, .bound = "s.shape[0] * eps * abs(s.diagonal()).sum()"},
        [](const auto& s) { return bsr::trace(s); }, x.s);
  });
}

}  // namespace bench
