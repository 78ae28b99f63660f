// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/panel_driver.hpp"

#include "kernel/cpu/micro/with_plan.hpp"

using namespace bsr_test;

TEST_CASE("panel_driver: wide B, whose panels are copied") {
  // Rows of B are used 64 times on average.
  bsr_test::random rng(1);
  const auto tall = random_matrix<double, 4>(rng, {159, 47}, {.density = 0.4});
  const bsr::matrix_view<const double> a = tall.view();
  for (const int n : {256, 261, 300})
    check_spmm<with_plan, bsr::op::none, bsr::row_major, bsr::row_major>(rng, a, n);
  const auto flat = random_matrix<double, 4>(rng, {47, 159}, {.density = 0.4});
  const bsr::matrix_view<const double> b = flat.view();
  check_spmm<with_plan, bsr::op::transpose, bsr::row_major, bsr::row_major>(rng, b, 261);
}

TEST_CASE("panel_driver: more blocks than a chunk holds, for several panels") {
  bsr_test::random rng(2);
  const auto a = random_matrix<double, 16>(rng, {320, 318}, {.density = 0.4, .empty_rows = 0.1});
  REQUIRE(a.nnz() * 8 > bsr::chunk_of_a);
  for (const int n : {60, 101})
    check_spmm<with_plan, bsr::op::none, bsr::row_major, bsr::row_major>(rng, a.view(), n);
}

TEST_CASE("panel_driver: blocks that do not stay in the cache are taken in pieces") {
  bsr_test::random rng(2);
  const auto large = random_matrix<float, 32>(rng, {544, 544}, {.density = 1.0});
  REQUIRE(large.nnz() * 4 > bsr::blocks_stay_in_cache);
  const bsr::matrix_view<const float> a = large.view();
  check_spmm<with_plan, bsr::op::none, bsr::row_major, bsr::row_major>(rng, a, 67);
}
