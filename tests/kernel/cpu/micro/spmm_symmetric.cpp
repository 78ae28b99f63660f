// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/spmm_symmetric.hpp"

#include "kernel/cpu/micro/symmetric_cases.hpp"

using namespace bsr_test;
using bsr::col_major;
using bsr::row_major;

TEST_CASE("spmm_symmetric computes C = alpha symmetric(A) B") {
  check_symmetric<with_plan, row_major, row_major, double, double, 3>({0, 1, 7, 8, 17, 32, 33});
  check_symmetric<with_plan, row_major, row_major, float, float, 9>({2, 16, 47, 65});
}
TEST_CASE("spmm_symmetric: matrices that end within a block") {
  check_symmetric<with_plan, row_major, row_major, double, double, 3>({3, 8, 30}, 1);
  check_symmetric<with_plan, row_major, row_major, float, float, 9>({5, 16}, 7);
}
TEST_CASE("spmm_symmetric: columns of B and C in one piece") {
  check_symmetric<with_plan, col_major, col_major, double, double, 3>({1, 8, 9, 31}, 1);
  check_symmetric<with_plan, row_major, col_major, double, double, 3>({6, 8});
}
TEST_CASE("spmm_symmetric: floats with doubles, NaN") {
  check_symmetric<with_plan, row_major, row_major, float, double, 3>({4, 8}, 2);
  check_symmetric_nan<with_plan, double>();
}
TEST_CASE("spmm_symmetric: more blocks than a chunk holds") {
  check_symmetric<with_plan, row_major, row_major, double, double, 3>({30}, 1, 110);
}
