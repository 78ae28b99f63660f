// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/kernel/spmm_mma.hpp"

// Apart from the instruction that multiplies, what float16 runs is what bfloat16 runs.
using namespace bsr_test;
using T = bsr::float16;

TEST_CASE("spmm_mma<float16>: row-major B") { check_block_sizes<T, float, along::n, 16>(); }
TEST_CASE("spmm_mma<float16>: column-major B") { check_block_sizes<T, float, along::k, 16>(); }
TEST_CASE("spmm_mma<float16>: epilogues") { check_epilogue<T, float, float>(); }
TEST_CASE("spmm_mma<float16>: results of the same type") {
  mma_instance<T, bsr::float16, 32, 64 / sizeof(T), along::n, 16>::check_sizes();
}
