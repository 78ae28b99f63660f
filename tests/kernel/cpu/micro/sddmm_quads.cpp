// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/cpu/micro/sddmm_cases.hpp"

using namespace bsr_test;

template <class T, int R, int C>
static void check(std::initializer_list<int> depths, std::int64_t block_rows = 5,
                  std::int64_t block_cols = 6) {
  using problem =
      bsr::sddmm_problem<bsr::dense_view<const T, bsr::row_major>, bsr::dense_view<const T, bsr::col_major>,
                         bsr::matrix_view<T, R, C>, bsr::matrix_view<const T, R, C>>;
  if constexpr (bsr::micro::sddmm_quads<problem>::fits)
    check_sampled_blocks<bsr::micro::sddmm_quads, bsr::row_major, bsr::col_major, T, R, C>(depths, block_rows,
                                                                                           block_cols);
}

TEST_CASE("sddmm_quads computes S = alpha X Y + beta S") {
  check<float, 16, 16>({0, 3, 127, 128, 129, 130, 131, 143, 144, 200});
  check<double, 8, 12>({1, 63, 64, 65, 66, 67, 71, 100});
}
TEST_CASE("sddmm_quads cuts high blocks, and k that does not fit on the stack") {
  check<float, 32, 4>({256, 257, 771}, 2, 5);
  check<double, 24, 8>({192, 385}, 2, 5);
}
TEST_CASE("sddmm_quads goes on where the sums of a group of columns end") {
  check<float, 16, 20>({128, 390}, 2, 18);
}
TEST_CASE("sddmm_quads leaves blocks of other sizes to other kernels") {
  check<float, 12, 8>({160}, 3, 4);
  check<float, 16, 6>({160}, 3, 4);
}
