// SPDX-License-Identifier: BSD-3-Clause
#include <vector>

#include "bsr/kernel/cuda/flat_epilogue.hpp"
#include "cuda/kernel/spmm_wgmma.hpp"

using namespace bsr_test;
using T = std::int8_t;

TEST_CASE("spmm_wgmma<int8>: both heights") { check_wgmma_along_k<T, std::int32_t>(); }

TEST_CASE("spmm_wgmma<int8>: nothing to do") {
  using instance = wgmma_instance<T, std::int32_t, 64, along::k>;
  instance::check({.block_cols = 128, .rows = 300, .cols = 40, .depth = 256, .density = 0});
  instance::check({.block_cols = 128, .rows = 1, .cols = 1, .depth = 1, .density = 1});
}

TEST_CASE("spmm_wgmma<int8>: epilogues") {
  using instance = wgmma_instance<T, std::int32_t, 128, along::k>;
  const product_shape s{.block_cols = 128, .rows = 150, .cols = 270, .depth = 400};
  std::vector<std::int32_t> bias(150);
  bsr_test::random rng(5);
  for (std::int32_t& x : bias) x = static_cast<std::int32_t>(rng.between(-100000, 100000));
  instance::check(s, -3,
                  bsr::compose(bsr::add_per_row(bsr::vector_view<const std::int32_t>(bias.data(), 150)),
                               bsr::relu_function{}));
  // The same as data.
  using kind = bsr::gpu_runtime::epilogue_step::kind;
  bsr::gpu::flat_epilogue steps{};
  steps.steps = 2;
  steps.step[0] = {kind::add_per_row, bsr::gpu_runtime::element::int32, bias.data(), 1, 0, 1};
  steps.step[1] = {kind::relu, {}, nullptr, 0, 0, 1};
  instance::check(s, -3, steps);
}
