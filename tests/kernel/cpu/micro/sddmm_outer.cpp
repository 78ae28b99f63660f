// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/cpu/micro/sddmm_cases.hpp"

using namespace bsr_test;

template <class T, int R, int C, class Depths = decltype(few_depths)>
static void check(const Depths& depths = few_depths) {
  check_sampled_blocks<bsr::micro::sddmm_outer, bsr::col_major, bsr::row_major, T, R, C>(depths);
}

TEST_CASE("sddmm_outer computes S = alpha X Y + beta S for columns of X and rows of Y in one piece") {
  SECTION("16x16") { check<float, 16, 16>(); }
  SECTION("two packs and one more, strips of which the last is lower") { check<double, 13, 24>(); }
  SECTION("one row") { check<float, 1, 16>(); }
}

TEST_CASE("sddmm_outer leaves blocks that do not fill registers to sddmm_panel") {
  check<float, 8, 12>(std::initializer_list<int>{0, 5, 40});
}

TEST_CASE("sddmm_outer keeps sums where k does not fit on the stack") {
  // More blocks in a row than sums are kept of at once.
  check_sampled_blocks<bsr::micro::sddmm_outer, bsr::col_major, bsr::row_major, float, 16, 16>(
      std::initializer_list<int>{383, 385, 900}, 2, 12);
}
