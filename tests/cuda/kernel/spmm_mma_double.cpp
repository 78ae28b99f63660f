// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/kernel/spmm_mma.hpp"

using namespace bsr_test;
using T = double;

TEST_CASE("spmm_mma<double>: row-major B") { check_block_sizes<T, double, along::n, 16>(); }
TEST_CASE("spmm_mma<double>: column-major B") { check_block_sizes<T, double, along::k, 16>(); }
TEST_CASE("spmm_mma<double>: row-major B anywhere") { check_block_sizes<T, double, along::n, sizeof(T)>(); }
TEST_CASE("spmm_mma<double>: column-major B anywhere") {
  check_block_sizes<T, double, along::k, sizeof(T)>();
}
TEST_CASE("spmm_mma<double>: wide and rectangular blocks, less shared memory") {
  check_rarities<T, double>();
}
TEST_CASE("spmm_mma<double>: transposed") { check_transposed<T, double>(); }
TEST_CASE("spmm_mma<double>: nothing to do") { check_empty<T, double>(); }
TEST_CASE("spmm_mma<double>: epilogues") { check_epilogue<T, double, double>(); }
