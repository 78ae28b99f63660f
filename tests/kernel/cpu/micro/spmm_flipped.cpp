// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/spmm_flipped.hpp"

#include "kernel/cpu/micro/with_plan.hpp"

using namespace bsr_test;

template <bsr::op Op, class T, int R, int C, class Sizes = decltype(few_columns)>
static void check(const Sizes& sizes = few_columns) {
  check_blocks<with_plan, Op, bsr::col_major, bsr::col_major, T, R, C>(sizes);
}
constexpr auto plain = bsr::op::none;

TEST_CASE("spmm_flipped computes C = alpha A B by columns") {
  SECTION("4x4, every number of columns") { check<plain, float, 4, 4>(all_columns{129}); }
  SECTION("16x16") { check<plain, float, 16, 16>(), check<plain, double, 8, 16>(); }
  SECTION("3x5: strips that do not fill a pack") {
    check<plain, float, 3, 5>(), check<plain, double, 3, 5>();
  }
  SECTION("9x2: strips of two heights") { check<plain, float, 9, 2>(); }
  SECTION("20x1") { check<plain, float, 20, 1>(); }
}

TEST_CASE("spmm_flipped: padded matrices") {
  check_padded<plain, bsr::col_major, bsr::col_major, float, 4, 4>(few_columns);
  check_padded<plain, bsr::col_major, bsr::row_major, double, 3, 5>(few_columns);
}

TEST_CASE("spmm_flipped stores by rows, too") {
  check_blocks<with_plan, plain, bsr::col_major, bsr::row_major, float, 4, 4>(few_columns);
}
