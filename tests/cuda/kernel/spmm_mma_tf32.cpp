// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/kernel/spmm_mma.hpp"

using namespace bsr_test;
using T = float;

TEST_CASE("spmm_mma<tf32>: row-major B") { check_block_sizes<T, float, along::n, 16>(); }
TEST_CASE("spmm_mma<tf32>: column-major B") { check_block_sizes<T, float, along::k, 16>(); }
TEST_CASE("spmm_mma<tf32>: row-major B anywhere") { check_block_sizes<T, float, along::n, sizeof(T)>(); }
TEST_CASE("spmm_mma<tf32>: column-major B anywhere") { check_block_sizes<T, float, along::k, sizeof(T)>(); }
TEST_CASE("spmm_mma<tf32>: wide and rectangular blocks, less shared memory") { check_rarities<T, float>(); }
TEST_CASE("spmm_mma<tf32>: transposed") { check_transposed<T, float>(); }
TEST_CASE("spmm_mma<tf32>: nothing to do") { check_empty<T, float>(); }
TEST_CASE("spmm_mma<tf32>: epilogues") { check_epilogue<T, float, float>(); }
