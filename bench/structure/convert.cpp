// SPDX-License-Identifier: BSD-3-Clause
#include "structure/suite.hpp"

namespace bench {

void add_conversions(structure_suite& suite) {
  suite.for_blocks<1, 2, 3, 4, 8, 16, 32>([]<class T, int N>(point_list<T, N>& add, operands<T, N>& x) {
    const std::string size = "(" + std::to_string(N) + ", " + std::to_string(N) + ")";
    add(
        {.name = "to_bsr(dense)",
         .scipy = {"sp.bsr_array(dense, blocksize=" + size + ")"},
         .goal = 20,
         .copies = true,
         .of_copy_goal = 0.5},
        [](const auto& dense) { return bsr::to_bsr<N>(dense); }, x.dense);
    add(
        {.name = "to_dense(bsr)", .scipy = {"d.toarray()"}, .copies = true},
        [](const auto& d) { return bsr::to_dense(d); }, x.d);
    add(
        {.name = "to_bsr(csr)",
         .scipy = {"c.tobsr(blocksize=" + size + ")"},
         .goal = N == 1    ? 1
                 : N <= 16 ? 3
                           : 2.5,
         .copies = true,
         .mkl = N == 1 ? "" : "to_bsr"},
        [](const auto& c) { return bsr::to_bsr<N>(c); }, x.c);
    add(
        {.name = "to_csr(bsr)", .scipy = {"a.tocsr()"}, .copies = true, .mkl = N == 1 ? "" : "to_csr"},
        [](const auto& a) { return bsr::to_csr(a); }, x.a);
    add(
        {.name = "to_transposed",
         .scipy = {"a.transpose()", "a.transpose(copy=True)"},
         .goal = N <= 16 ? 3 : 1.4,
         .copies = true,
         .mkl = "transpose"},
        [](const auto& a) { return bsr::to_transposed(a); }, x.a);
    add.again(
        {.name = "c = transpose(a) again",
         .scipy = {"a.transpose(copy=True)"},
         .goal = N <= 16 ? 3 : 1.4,
         .copies = true},
        [](const auto& a) { return bsr::matrix<T, N>(transpose(a)); },
        [](auto& c, const auto& a) { c = transpose(a); }, x.a);
  });
  suite.for_blocks<1, 2, 4, 16>([]<class T, int N>(point_list<T, N>& add, operands<T, N>& x) {
    const std::string size = "(" + std::to_string(N) + ", " + std::to_string(N) + ")";
    add(
        {.name = "to_csc(bsr)", .scipy = {"a.tocsc()"}, .copies = true},
        [](const auto& a) { return bsr::to_csc(a); }, x.a);
    add(
        {.name = "to_coo(bsr)", .scipy = {"a.tocoo()"}, .copies = true},
        [](const auto& a) { return bsr::to_coo(a); }, x.a);
    add(
        {.name = "to_bsr(coo)", .scipy = {"k.tobsr(blocksize=" + size + ")"}, .copies = true},
        [](const auto& k) { return bsr::to_bsr<N>(k); }, x.k);
    add(
        {.name = "to_bsr(csc)", .scipy = {"cc.tobsr(blocksize=" + size + ")"}, .copies = true},
        [](const auto& cc) { return bsr::to_bsr<N>(cc); }, x.cc);
    add(
        {.name = "to_bsr(bsr), blocks of twice the size",
         .scipy = {"a.tobsr(blocksize=(" + std::to_string(2 * N) + ", " + std::to_string(2 * N) + "))"}},
        [](const auto& a) { return bsr::to_bsr<2 * N>(a); }, x.a);
    if constexpr (N % 2 == 0)
      add(
          {.name = "to_bsr(bsr), blocks of half the size",
           .scipy = {"a.tobsr(blocksize=(" + std::to_string(N / 2) + ", " + std::to_string(N / 2) + "))"}},
          [](const auto& a) { return bsr::to_bsr<N / 2>(a); }, x.a);
    add(
        {.name = "count_blocks(csr)", .scipy = {"spfuncs.count_blocks(c, " + size + ")"}},
        [](const auto& c) { return bsr::count_blocks(c, {N, N}); }, x.c);
    add(
        {.name = "estimate_blocksize(csr)", .scipy = {"spfuncs.estimate_blocksize(c)"}},
        [](const auto& c) { return bsr::estimate_blocksize(c); }, x.c);
  });
  suite.for_blocks<1, 4>([]<class T, int N>(point_list<T, N>& add, operands<T, N>& x) {
    add(
        {.name = "to_csc(csr)", .scipy = {"c.tocsc()"}, .copies = true, .mkl = "to_csc"},
        [](const auto& c) { return bsr::to_csc(c); }, x.c);
    add(
        {.name = "to_csr(csc)", .scipy = {"cc.tocsr()"}, .copies = true},
        [](const auto& cc) { return bsr::to_csr(cc); }, x.cc);
    add(
        {.name = "to_csr(coo)", .scipy = {"k.tocsr()"}, .copies = true},
        [](const auto& k) { return bsr::to_csr(k); }, x.k);
    add(
        {.name = "to_csc(coo)", .scipy = {"k.tocsc()"}, .copies = true},
        [](const auto& k) { return bsr::to_csc(k); }, x.k);
    add(
        {.name = "to_csr(dense)", .scipy = {"sp.csr_array(dense)"}, .copies = true},
        [](const auto& dense) { return bsr::to_csr(dense); }, x.dense);
    add(
        {.name = "to_coo(csr)", .scipy = {"c.tocoo()"}, .copies = true},
        [](const auto& c) { return bsr::to_coo(c); }, x.c);
  });
}

}  // namespace bench
