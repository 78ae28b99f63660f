// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/kernel/spmm_wgmma.hpp"

using namespace bsr_test;
using T = bsr::bfloat16;

TEST_CASE("spmm_wgmma<bfloat16>: both heights, all orders") { check_wgmma_sizes<T, float>(); }
TEST_CASE("spmm_wgmma<bfloat16>: results of the same type") {
  wgmma_instance<T, T, 64, along::n>::check_sizes();
}

TEST_CASE("spmm_wgmma<bfloat16>: nothing to do") {
  check_nothing_to_do<wgmma_instance<T, float, 64, along::n>>(64);
}
TEST_CASE("spmm_wgmma<bfloat16>: epilogues") { check_epilogues<wgmma_instance<T, float, 128, along::n>>(64); }
