// SPDX-License-Identifier: BSD-3-Clause
// The kernels of plans with packed matrices.
#include "kernel/cpu/micro/with_plan.hpp"

using namespace bsr_test;

constexpr auto plain = bsr::op::none, turned = bsr::op::transpose;

TEST_CASE("packed matrices, columns of B in one piece: a linear layer") {
  check_blocks<with_pack, plain, bsr::col_major, bsr::col_major, float, 16, 4>(all_columns{33});
  check_blocks<with_pack, plain, bsr::col_major, bsr::col_major, float, 32, 5>(few_columns);
  check_blocks<with_pack, plain, bsr::col_major, bsr::col_major, float, 4, 6>(few_columns);
  check_padded<plain, bsr::col_major, bsr::col_major, float, 16, 4, with_pack>(few_columns);
  check_padded<plain, bsr::col_major, bsr::col_major, float, 4, 6, with_pack>(few_columns);
}

TEST_CASE("packed matrices, rows of B in one piece") {
  check_blocks<with_pack, plain, bsr::row_major, bsr::row_major, float, 16, 4>(few_columns);
  check_blocks<with_pack, plain, bsr::row_major, bsr::row_major, float, 32, 5>(few_columns);
  check_padded<plain, bsr::row_major, bsr::row_major, float, 16, 4, with_pack>(few_columns);
}

TEST_CASE("packed matrices for transposed products") {
  check_blocks<with_pack, turned, bsr::row_major, bsr::row_major, float, 5, 3>(few_columns);
  check_blocks<with_pack, turned, bsr::col_major, bsr::col_major, float, 3, 16>(few_columns);
  check_padded<turned, bsr::row_major, bsr::row_major, float, 4, 6, with_pack>(few_columns);
}
