// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/cpu/micro/sddmm_cases.hpp"

using namespace bsr_test;
using bsr::col_major;
using bsr::row_major;

template <class LayoutX, class LayoutY, class T, int R, int C, class Depths = decltype(few_depths)>
static void check(const Depths& depths = few_depths) {
  check_sampled_blocks<bsr::micro::sddmm_panel, LayoutX, LayoutY, T, R, C>(depths);
}

TEST_CASE("sddmm_panel computes S = alpha X Y + beta S for both layouts of both operands") {
  SECTION("X by rows, Y by columns") { check<row_major, col_major, float, 16, 16>(); }
  SECTION("X by rows, Y by rows") { check<row_major, row_major, float, 16, 16>(); }
  SECTION("X by columns, Y by columns") { check<col_major, col_major, float, 16, 16>(); }
  SECTION("X by columns, Y by rows") { check<col_major, row_major, float, 16, 16>(); }
  SECTION("double") { check<row_major, col_major, double, 8, 12>(); }
}

TEST_CASE("sddmm_panel takes blocks of odd sizes") {
  SECTION("3x5") { check<row_major, row_major, float, 3, 5>(); }
  SECTION("17x2") { check<row_major, col_major, float, 17, 2>(); }
  SECTION("40x24, strips of which the last is lower") { check<row_major, col_major, float, 40, 24>(); }
}

TEST_CASE("sddmm_panel keeps sums where k does not fit on the stack, and cuts blocks that are too wide") {
  const std::initializer_list<int> depths{255, 400, 1025};
  check_sampled_blocks<bsr::micro::sddmm_panel, row_major, col_major, float, 16, 16>(depths, 2, 12);
  check_sampled_blocks<bsr::micro::sddmm_panel, row_major, row_major, float, 33, 12>(depths, 2, 12);
  check_sampled_blocks<bsr::micro::sddmm_panel, col_major, row_major, double, 8, 150>(depths, 2, 3);
}

TEST_CASE("sddmm_panel, columns of Y that a page lies between") {
  // 1021 + 3 elements from column to column.
  check_sampled_blocks<bsr::micro::sddmm_panel, row_major, col_major, float, 16, 16>(
      std::initializer_list<int>{1021}, 2, 9);
}

TEST_CASE("sddmm_panel adds integers as they wrap") { check<row_major, row_major, std::int32_t, 16, 4>(); }
