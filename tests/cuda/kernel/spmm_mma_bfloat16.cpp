// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/kernel/spmm_mma.hpp"

using namespace bsr_test;
using T = bsr::bfloat16;

TEST_CASE("spmm_mma<bfloat16>: row-major B") { check_block_sizes<T, float, along::n, 16>(); }
TEST_CASE("spmm_mma<bfloat16>: column-major B") { check_block_sizes<T, float, along::k, 16>(); }
TEST_CASE("spmm_mma<bfloat16>: row-major B anywhere") { check_block_sizes<T, float, along::n, sizeof(T)>(); }
TEST_CASE("spmm_mma<bfloat16>: column-major B anywhere") {
  check_block_sizes<T, float, along::k, sizeof(T)>();
}
TEST_CASE("spmm_mma<bfloat16>: wide and rectangular blocks, less shared memory") {
  check_rarities<T, float>();
}
TEST_CASE("spmm_mma<bfloat16>: transposed") { check_transposed<T, float>(); }
TEST_CASE("spmm_mma<bfloat16>: nothing to do") { check_empty<T, float>(); }
TEST_CASE("spmm_mma<bfloat16>: epilogues") { check_epilogue<T, float, float>(); }
TEST_CASE("spmm_mma<bfloat16>: results of the same type") {
  mma_instance<T, bsr::bfloat16, 32, 64 / sizeof(T), along::n, 16>::check_sizes();
}
