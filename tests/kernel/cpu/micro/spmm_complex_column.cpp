// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/spmm_complex_column.hpp"

#include <complex>

#include "kernel/cpu/micro/cases.hpp"

using namespace bsr_test;

template <class T, int R, int C, class LayoutC = bsr::col_major>
static void check(std::initializer_list<int> columns, std::int64_t block_rows = 5,
                  std::int64_t block_cols = 6) {
  check_blocks<bsr::micro::spmm_complex_column, bsr::op::none, bsr::col_major, LayoutC, T, R, C>(
      columns, block_rows, block_cols);
}

TEST_CASE("spmm_complex_column computes C = alpha A B for columns in one piece") {
  check<std::complex<double>, 4, 4>({0, 1, 2, 3, 4, 6, 7, 12, 13, 25});
  check<std::complex<float>, 5, 3>({1, 5, 8, 9});
  check<std::complex<float>, 20, 7>({1, 5, 6, 11});
  check<std::complex<double>, 2, 3, bsr::row_major>({1, 7, 13});
}
TEST_CASE("spmm_complex_column goes on where a group of columns ends") {
  check<std::complex<double>, 2, 3>({127, 128, 129});
}
TEST_CASE("spmm_complex_column keeps sums when a block row has more blocks than fit on the stack") {
  check<std::complex<float>, 16, 16>({3, 9}, 2, 60);
}
TEST_CASE("spmm_complex_column leaves wide blocks and padded matrices to the general kernel") {
  check<std::complex<double>, 2, 700>({1, 6}, 2, 2);
  bsr_test::random rng(8);
  const auto a = random_matrix<std::complex<float>, 4, 4>(rng, {18, 21}, wild);
  check_spmm<bsr::micro::spmm_complex_column, bsr::op::none, bsr::col_major, bsr::col_major>(rng, a.view(),
                                                                                             7);
}
