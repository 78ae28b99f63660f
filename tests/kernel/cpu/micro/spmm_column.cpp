// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/cpu/micro/cases.hpp"

using namespace bsr_test;

template <class T, int R, int C, class Sizes = decltype(few_columns)>
static void check(const Sizes& sizes = few_columns) {
  check_blocks<bsr::micro::spmm_column, bsr::op::none, bsr::col_major, bsr::col_major, T, R, C>(sizes);
}

TEST_CASE("spmm_column computes C = alpha A B for columns in one piece") {
  SECTION("4x4") { check<float, 4, 4>(), check<double, 4, 4>(); }
  SECTION("16x16") { check<float, 16, 16>(), check<double, 16, 16>(); }
  SECTION("3x5") { check<float, 3, 5>(), check<double, 3, 5>(); }
  SECTION("40x24, strips of which the last is lower") { check<float, 40, 24>(); }
}

TEST_CASE("spmm_column takes every number of columns") { check<float, 8, 8>(all_columns{33}); }

TEST_CASE("spmm_column goes on where a group of columns ends") {
  check_blocks<bsr::micro::spmm_column, bsr::op::none, bsr::col_major, bsr::col_major, double, 2, 3>(
      std::initializer_list<int>{127, 128, 129, 300});
}

TEST_CASE("spmm_column keeps sums when a block row has more blocks than fit on the stack") {
  // 40 KiB hold 20 blocks of 32 x 16 floats, 10 of doubles.
  check_blocks<bsr::micro::spmm_column, bsr::op::none, bsr::col_major, bsr::col_major, float, 32, 16>(
      std::initializer_list<int>{3, 9}, 2, 90);
  check_blocks<bsr::micro::spmm_column, bsr::op::none, bsr::col_major, bsr::col_major, double, 32, 16>(
      std::initializer_list<int>{3, 9}, 2, 90);
}

TEST_CASE("spmm_column leaves blocks too wide for the stack, and padded matrices, to the general kernel") {
  check_blocks<bsr::micro::spmm_column, bsr::op::none, bsr::col_major, bsr::col_major, float, 2, 700>(
      std::initializer_list<int>{1, 6}, 2, 2);
  bsr_test::random rng(8);
  const auto a = random_matrix<float, 4, 4>(rng, {18, 21}, wild);
  for (const int n : few_columns)
    check_spmm<bsr::micro::spmm_column, bsr::op::none, bsr::col_major, bsr::col_major>(rng, a.view(), n);
}

TEST_CASE("spmm_column stores by rows, too") {
  check_blocks<bsr::micro::spmm_column, bsr::op::none, bsr::col_major, bsr::row_major, float, 4, 4>(
      few_columns);
}

TEST_CASE("spmm_column, more block sizes") {
  check<float, 1, 1>(), check<float, 2, 2>(), check<float, 7, 7>(), check<float, 16, 1>();
  check<float, 1, 16>(), check<float, 32, 32>(), check<float, 64, 64>();
  check<double, 1, 1>(), check<double, 16, 1>(), check<double, 1, 16>();
}
