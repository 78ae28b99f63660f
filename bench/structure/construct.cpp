// SPDX-License-Identifier: BSD-3-Clause
#include <vector>

#include "structure/suite.hpp"

namespace bench {

void add_construction(structure_suite& suite) {
  suite.for_blocks<1, 2, 4, 16>([]<class T, int N>(point_list<T, N>& add, operands<T, N>& x) {
    const std::string type = sizeof(T) == 4 ? "'f4'" : "'f8'";
    const std::string size = "(" + std::to_string(N) + ", " + std::to_string(N) + ")";
    const std::string to_blocks = N == 1 ? "" : ".tobsr(" + size + ")";
    add(
        {.name = "kron", .scipy = {"sp.kron(e, q, format='bsr')"}, .copies = true},
        [](const auto& e, const auto& q) { return bsr::kron(e, q); }, x.e, x.q);
    add(
        {.name = "hstack", .scipy = {"sp.hstack([a, b], format='bsr')" + to_blocks}, .copies = true},
        [](const auto& a, const auto& b) { return bsr::hstack(a, b); }, x.a, x.b);
    add(
        {.name = "vstack", .scipy = {"sp.vstack([a, b], format='bsr')" + to_blocks}, .copies = true},
        [](const auto& a, const auto& b) { return bsr::vstack(a, b); }, x.a, x.b);
    add(
        {.name = "block_diag", .scipy = {"sp.block_diag([a, b], format='bsr')" + to_blocks}, .copies = true},
        [](const auto& a, const auto& b) { return bsr::block_diag(a, b); }, x.a, x.b);
    add(
        {.name = "block_array", .scipy = {"sp.block_array([[a, None], [b, o]], format='bsr')" + to_blocks}},
        [](const auto& a, const auto& b, const auto& o) {
          return bsr::block_array(bsr::cells(a, bsr::empty_cell), bsr::cells(b, o));
        },
        x.a, x.b, x.o);
    add(
        {.name = "tril", .scipy = {"sp.tril(a, format='bsr')" + to_blocks}},
        [](const auto& a) { return bsr::tril(a); }, x.a);
    add(
        {.name = "triu", .scipy = {"sp.triu(a, 1, format='bsr')" + to_blocks}},
        [](const auto& a) { return bsr::triu(a, 1); }, x.a);
    constexpr std::int64_t rows = (1 << 20) / N;
    add({.name = "eye",
         .scipy = {"sp.eye_array(" + std::to_string(rows) + ", dtype=" + type + ", format='" +
                   (N == 1 ? "bsr" : "csr") + "')" + to_blocks}},
        [=] { return bsr::eye<T, N>(rows, rows); });
    add(
        {.name = "diags",
         .scipy = {"sp.diags_array([diagonal[:-1], diagonal, diagonal[:-1]], offsets=[-1, 0, 1], format='" +
                   std::string(N == 1 ? "bsr" : "csr") + "')" + to_blocks}},
        [](const auto& diagonal) {
          const std::vector<bsr::vector_view<const T>> values(3, bsr::view(diagonal));
          return bsr::diags<T, N>(values, std::vector<int>{-1, 0, 1},
                                  bsr::dims(diagonal.size(), diagonal.size()));
        },
        x.diagonal);
    // Two generators: only the type, the shape and the number of elements can be the same.
    if constexpr (N == 1)
      add({.name = "random",
           .scipy = {"sp.random_array((8192, 8192), density=2.0**-6, dtype=" + type + ", format='csr')"},
           .bound = "np.inf"},
          [] { return bsr::random<T, N>({8192, 8192}, 1.0 / 64, 1); });
  });
}

}  // namespace bench
