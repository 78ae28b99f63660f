// SPDX-License-Identifier: BSD-3-Clause
// spmm_flipped and the tile of panel_driver with transposed factors.
#include "kernel/cpu/micro/with_plan.hpp"

using namespace bsr_test;

constexpr auto turned = bsr::op::transpose;

TEST_CASE("spmm_flipped computes C = alpha A' B by columns") {
  check_blocks<with_plan, turned, bsr::col_major, bsr::col_major, float, 4, 4>(few_columns);
  check_blocks<with_plan, turned, bsr::col_major, bsr::col_major, float, 5, 3>(few_columns);
  check_padded<turned, bsr::col_major, bsr::col_major, float, 4, 6>(few_columns);
}

TEST_CASE("panel_driver computes C = alpha A' B by rows") {
  check_blocks<with_plan, turned, bsr::row_major, bsr::row_major, float, 4, 4>(all_columns{130});
  check_blocks<with_plan, turned, bsr::row_major, bsr::row_major, float, 5, 3>(few_columns);
  check_blocks<with_plan, turned, bsr::row_major, bsr::row_major, double, 2, 9>(few_columns);
  check_padded<turned, bsr::row_major, bsr::row_major, float, 4, 6>(few_columns);
}
