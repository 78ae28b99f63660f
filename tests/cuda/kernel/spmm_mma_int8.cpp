// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/kernel/spmm_mma.hpp"

using namespace bsr_test;
using T = std::int8_t;

TEST_CASE("spmm_mma<int8>: row-major B") { check_block_sizes<T, std::int32_t, along::n, 16>(); }
TEST_CASE("spmm_mma<int8>: column-major B") { check_block_sizes<T, std::int32_t, along::k, 16>(); }
TEST_CASE("spmm_mma<int8>: row-major B anywhere") {
  check_block_sizes<T, std::int32_t, along::n, sizeof(T)>();
}
TEST_CASE("spmm_mma<int8>: column-major B anywhere") {
  check_block_sizes<T, std::int32_t, along::k, sizeof(T)>();
}
TEST_CASE("spmm_mma<int8>: wide and rectangular blocks, less shared memory") {
  check_rarities<T, std::int32_t>();
}
TEST_CASE("spmm_mma<int8>: nothing to do") { check_empty<T, std::int32_t>(); }
TEST_CASE("spmm_mma<int8>: epilogues") { check_epilogue<T, std::int32_t, std::int32_t>(); }
TEST_CASE("spmm_mma<int8>: results of the same type") {
  mma_instance<T, std::int8_t, 32, 64 / sizeof(T), along::n, 16>::check_sizes();
}
