// SPDX-License-Identifier: BSD-3-Clause
#include "structure/suite.hpp"

namespace bench {

void add_selection(structure_suite& suite) {
  // scipy selects from CSR only; what it works on has been converted beforehand.
  suite.for_blocks<1, 2, 4, 16>([]<class T, int N>(point_list<T, N>& add, operands<T, N>& x) {
    constexpr std::int64_t low = operands<T, N>::block_rows / 4 * N,
                           high = operands<T, N>::block_rows / 4 * 3 * N;
    const std::string part = std::to_string(low) + ":" + std::to_string(high),
                      places = "i = (picked[:, None] * " + std::to_string(N) + " + np.arange(" +
                               std::to_string(N) + ")).ravel()";
    add(
        {.name = "slice", .scipy = {"c[" + part + ", " + part + "]"}},
        [=](const auto& a, const auto&) { return bsr::slice(a, low, high, low, high); }, x.a, x.c);
    add(
        {.name = "slice, all columns", .scipy = {"c[" + part + "]"}},
        [=](const auto& a, const auto&) { return bsr::slice(a, low, high, 0, a.cols()); }, x.a, x.c);
    add(
        {.name = "block_row_slice, a view", .scipy = {"c[" + part + "]"}},
        [=](const auto& a, const auto&) { return bsr::block_row_slice(a, low / N, high / N); }, x.a, x.c);
    add(
        {.name = "select_block_rows", .scipy = {"c[i, :]"}, .each = places},
        [](const auto& a, const auto& picked, const auto&) { return bsr::select_block_rows(a, picked); }, x.a,
        x.picked, x.c);
    add(
        {.name = "select_block_cols", .scipy = {"c[:, i]"}, .each = places},
        [](const auto& a, const auto& picked, const auto&) { return bsr::select_block_cols(a, picked); }, x.a,
        x.picked, x.c);
    const std::string less = std::to_string(high);
    add.in_place(
        {.name = "resize", .scipy = {"x.resize(" + less + ", " + less + ")"}},
        [=](auto& a) { bsr::resize(a, {high, high}); }, x.a);
    // scipy's BSR has none.
    add.in_place(
        {.name = "setdiag, stored", .scipy = {"y.setdiag(rows)"}, .each = "y = a.tocsr()", .result = "y"},
        [](auto& a, const auto& rows) { bsr::setdiag(a, rows); }, x.a, x.rows);
  });
}

}  // namespace bench
