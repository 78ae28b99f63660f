// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cuda/kernel/spmm_wgmma_narrow.hpp"

#include "cuda/kernel/spmm_wgmma.hpp"

using namespace bsr_test;
using bsr::bfloat16;
using bsr::float16;

TEST_CASE("spmm_wgmma_narrow: both heights, all orders") {
  check_narrow_sizes<bfloat16, float, 32>();
  check_narrow_sizes<bfloat16, float, 16>();
  check_narrow_sizes<float16, float, 32>();
  check_narrow_sizes<float16, float, 16>();
}
TEST_CASE("spmm_wgmma_narrow: results of the same type") {
  wgmma_instance<bfloat16, bfloat16, 32, along::n>::check_sizes();
  wgmma_instance<bfloat16, bfloat16, 16, along::k>::check_sizes();
  wgmma_instance<float16, float16, 32, along::k>::check_sizes();
  wgmma_instance<float16, float16, 16, along::n, along::m>::check_sizes();
}

TEST_CASE("spmm_wgmma_narrow: nothing to do") {
  check_nothing_to_do<wgmma_instance<bfloat16, float, 32, along::n>>(32);
  check_nothing_to_do<wgmma_instance<bfloat16, float, 16, along::k>>(16);
}

TEST_CASE("spmm_wgmma_narrow: blocks that are wider than high") {
  using wide = wgmma_instance<bfloat16, float, 32, along::n>;
  wide::check({.block_cols = 96, .rows = 200, .cols = 300, .depth = 1000, .density = 0.5, .masked = true});
  using transposed = wgmma_instance<float16, float, 16, along::n, along::m>;
  transposed::check(
      {.block_cols = 80, .rows = 200, .cols = 300, .depth = 1000, .density = 0.5, .masked = true});
}

TEST_CASE("spmm_wgmma_narrow: epilogues") {
  check_epilogues<wgmma_instance<bfloat16, float, 32, along::n>>(32);
  check_epilogues<wgmma_instance<bfloat16, float, 16, along::n, along::m>>(16);
}
