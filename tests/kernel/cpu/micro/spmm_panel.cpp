// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/cpu/micro/cases.hpp"

using namespace bsr_test;

template <class T, int R, int C, class Sizes = decltype(few_columns)>
static void check(const Sizes& sizes = few_columns) {
  check_blocks<bsr::micro::spmm_panel, bsr::op::none, bsr::row_major, bsr::row_major, T, R, C>(sizes);
}

TEST_CASE("spmm_panel computes C = alpha A B for rows in one piece") {
  SECTION("4x4") { check<float, 4, 4>(), check<double, 4, 4>(); }
  SECTION("16x16") { check<float, 16, 16>(), check<double, 16, 16>(); }
  SECTION("3x5") { check<float, 3, 5>(), check<double, 3, 5>(); }
  SECTION("1x1") { check<float, 1, 1>(); }
  SECTION("17x2") { check<float, 17, 2>(); }
}

TEST_CASE("spmm_panel takes every number of columns up to two panels and one") {
  check<float, 8, 8>(all_columns{2 * bsr::select_tile(8).packs * bsr::simd::pack<float>::size + 1});
  check<double, 8, 8>(all_columns{2 * bsr::select_tile(8).packs * bsr::simd::pack<double>::size + 1});
}

TEST_CASE("spmm_panel stores by columns, too") {
  check_blocks<bsr::micro::spmm_panel, bsr::op::none, bsr::row_major, bsr::col_major, float, 4, 4>(
      few_columns);
}

TEST_CASE("spmm_panel reads and writes nothing beyond the edge of a padded matrix") {
  bsr_test::random rng(7);
  const auto a = random_matrix<float, 4, 4>(rng, {18, 21}, wild);
  REQUIRE(a.is_padded());
  for (const int n : few_columns)
    check_spmm<bsr::micro::spmm_panel, bsr::op::none, bsr::row_major, bsr::row_major>(rng, a.view(), n);
}

TEST_CASE("spmm_panel cuts few high blocks between threads") {
  check_blocks<bsr::micro::spmm_panel, bsr::op::none, bsr::row_major, bsr::row_major, float, 64, 64>(
      std::initializer_list<int>{64, 128}, 2, 2);
}

TEST_CASE("spmm_panel, more block sizes") {
  check<float, 2, 2>(), check<float, 7, 7>(), check<float, 16, 1>(), check<float, 1, 16>();
  check<float, 24, 24>(), check<float, 32, 32>(), check<float, 8, 4>();
  check<double, 2, 2>(), check<double, 16, 1>(), check<double, 1, 16>();
}
