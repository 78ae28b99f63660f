// SPDX-License-Identifier: BSD-3-Clause
#include <complex>

#include "kernel/cpu/micro/sddmm_cases.hpp"

using namespace bsr_test;
using bsr::col_major;
using bsr::row_major;

template <class LayoutX, class LayoutY, class T, int R, int C>
static void check() {
  check_sampled_blocks<bsr::micro::sddmm_generic, LayoutX, LayoutY, T, R, C>(
      std::initializer_list<int>{0, 1, 2, 9});
}

TEST_CASE("sddmm_generic takes every type and layout") {
  check<row_major, col_major, std::complex<double>, 3, 2>();
  check<row_major, row_major, std::int8_t, 2, 3>();
  check<col_major, row_major, float, 4, 4>();
  check<col_major, col_major, double, 1, 40>();
}
