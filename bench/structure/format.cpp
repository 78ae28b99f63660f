// SPDX-License-Identifier: BSD-3-Clause
#include "structure/suite.hpp"

namespace bench {

void add_format(structure_suite& suite) {
  suite.for_blocks<1, 2, 3, 4, 8, 16, 32>([]<class T, int N>(point_list<T, N>& add, operands<T, N>& x) {
    add.in_place(
        {.name = "sort_indices", .scipy = {"x.sort_indices()"}}, [](auto& u) { bsr::sort_indices(u); }, x.u);
    add.in_place(
        {.name = "sum_duplicates", .scipy = {"x.sum_duplicates()"}, .goal = 50, .copies = true},
        [](auto& twice) { bsr::sum_duplicates(twice); }, x.twice);
    add.in_place(
        {.name = "eliminate_zeros", .scipy = {"x.eliminate_zeros()"}},
        [](auto& z) { bsr::eliminate_zeros(z); }, x.z);
    add(
        {.name = "has_canonical_format", .scipy = {"fresh(a).has_canonical_format"}},
        [](const auto& a) { return bsr::has_canonical_format(a); }, x.a);
    add(
        {.name = "check_format", .scipy = {"a.check_format()"}, .result = "True"},
        [](const auto& a) {
          bsr::check_format(a);
          return true;
        },
        x.a);
  });
}

}  // namespace bench
