// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/block_list.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "bsr/bsr.hpp"

namespace {

TEST_CASE("natural_blocks: the elements of a matrix", "[plan]") {
  const bsr::matrix<double, 1, 2> a({2, 4}, {1, 2, 3, 4, 5, 6}, {1, 0, 1}, {0, 2, 3});
  const auto list = bsr::natural_blocks(a.view());
  CHECK(list.block_rows() == 2);
  CHECK(list.num_blocks() == 3);
  CHECK(list.values(2)[1 * list.col_step] == 6);
  CHECK_FALSE(list.is_padded());
}

}  // namespace
