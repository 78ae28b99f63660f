// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/spmm_lanes.hpp"

#include "kernel/cpu/micro/with_plan.hpp"

using namespace bsr_test;

constexpr auto turned = bsr::op::transpose;

TEST_CASE("spmm_lanes computes C = alpha A' B by columns") {
  SECTION("one pack") {
    check_blocks<with_plan, turned, bsr::col_major, bsr::col_major, float, 3, 16>(all_columns{70});
  }
  SECTION("two packs") {
    check_blocks<with_plan, turned, bsr::col_major, bsr::col_major, float, 4, 32>(few_columns);
    check_blocks<with_plan, turned, bsr::col_major, bsr::col_major, double, 2, 16>(few_columns);
  }
  SECTION("three packs") {
    check_blocks<with_plan, turned, bsr::col_major, bsr::col_major, float, 5, 48>(few_columns);
  }
  SECTION("stored by rows") {
    check_blocks<with_plan, turned, bsr::col_major, bsr::row_major, float, 3, 16>(few_columns);
  }
}

TEST_CASE("spmm_lanes computes C = alpha A' B by rows") {
  check_blocks<with_plan, turned, bsr::row_major, bsr::row_major, float, 3, 16>(all_columns{17});
  check_blocks<with_plan, turned, bsr::row_major, bsr::row_major, float, 4, 32>(all_columns{17});
  check_blocks<with_plan, turned, bsr::row_major, bsr::row_major, double, 2, 8>(all_columns{9});
}

TEST_CASE("spmm_lanes: padded matrices") {
  check_padded<turned, bsr::col_major, bsr::col_major, float, 3, 16>(few_columns);
  check_padded<turned, bsr::row_major, bsr::row_major, float, 5, 32>(few_columns);
}

TEST_CASE("spmm_lanes: matrices that do not fit the cache, many rows of B") {
  // More than 1 MiB of blocks: they are read once for several panels. 5000 rows: a panel at a time.
  bsr_test::random rng(3);
  const auto a = random_matrix<float, 8, 16>(rng, {5000, 640}, {.density = 0.1});
  check_spmm<with_plan, turned, bsr::col_major, bsr::col_major>(rng, a.view(), 37);
}
