// SPDX-License-Identifier: BSD-3-Clause
#include <vector>

#include "bsr/kernel/cuda/flat_epilogue.hpp"
#include "cuda/kernel/spmm_wgmma.hpp"

using namespace bsr_test;
using T = float;

TEST_CASE("spmm_wgmma<tf32>: both heights") { check_wgmma_along_k<T, float>(); }

TEST_CASE("spmm_wgmma<tf32>: nothing to do") {
  using instance = wgmma_instance<T, float, 64, along::k>;
  instance::check({.block_cols = 32, .rows = 300, .cols = 40, .depth = 256, .density = 0});
  instance::check({.block_cols = 32, .rows = 1, .cols = 1, .depth = 1, .density = 1});
}

TEST_CASE("spmm_wgmma<tf32>: an epilogue that is data") {
  using instance = wgmma_instance<T, float, 128, along::k>;
  const product_shape s{.block_cols = 32, .rows = 150, .cols = 270, .depth = 200};
  std::vector<float> bias(150);
  bsr_test::random rng(5);
  for (float& x : bias) x = static_cast<float>(rng.between(-3, 3));
  using kind = bsr::gpu_runtime::epilogue_step::kind;
  bsr::gpu::flat_epilogue steps{};
  steps.steps = 2;
  steps.step[0] = {kind::add_per_row, bsr::gpu_runtime::element::float32, bias.data(), 1, 0, 1};
  steps.step[1] = {kind::relu, {}, nullptr, 0, 0, 1};
  instance::check(s, -3, steps);
}
