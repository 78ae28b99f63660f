// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/kernel/spmm_wgmma.hpp"

using namespace bsr_test;

TEST_CASE("spmm_wgmma<float16>: both heights, all orders") { check_wgmma_sizes<bsr::float16, float>(); }
TEST_CASE("spmm_wgmma<float16>: results of the same type") {
  wgmma_instance<bsr::float16, bsr::float16, 128, along::n>::check_sizes();
}
