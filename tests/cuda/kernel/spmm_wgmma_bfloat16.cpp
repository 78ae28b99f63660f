// SPDX-License-Identifier: BSD-3-Clause
#include <vector>

#include "bsr/kernel/cuda/flat_epilogue.hpp"
#include "cuda/kernel/spmm_wgmma.hpp"

using namespace bsr_test;
using T = bsr::bfloat16;

TEST_CASE("spmm_wgmma<bfloat16>: both heights, all orders") { check_wgmma_sizes<T, float>(); }
TEST_CASE("spmm_wgmma<bfloat16>: results of the same type") {
  wgmma_instance<T, T, 64, along::n>::check_sizes();
}

TEST_CASE("spmm_wgmma<bfloat16>: nothing to do") {
  using instance = wgmma_instance<T, float, 64, along::n>;
  instance::check({.block_cols = 64, .rows = 300, .cols = 40, .depth = 256, .density = 0});
  instance::check({.block_cols = 64, .rows = 40, .cols = 0, .depth = 256});
  instance::check({.block_cols = 64, .rows = 0, .cols = 40, .depth = 256});
  instance::check({.block_cols = 64, .rows = 40, .cols = 40, .depth = 0});
  instance::check({.block_cols = 64, .rows = 1, .cols = 1, .depth = 1, .density = 1});
  // Rows without a block beside rows that have some, workers without an item.
  instance::check({.block_cols = 64, .rows = 1000, .cols = 20, .depth = 100, .density = 0.15, .workers = 12});
}

TEST_CASE("spmm_wgmma<bfloat16>: epilogues") {
  using instance = wgmma_instance<T, float, 128, along::n>;
  const product_shape s{.block_cols = 64, .rows = 150, .cols = 270, .depth = 200};
  std::vector<float> bias(150), addend(150 * 270);
  bsr_test::random rng(5);
  for (float& x : bias) x = static_cast<float>(rng.between(-3, 3));
  for (float& x : addend) x = static_cast<float>(rng.between(-3, 3));
  const auto e =
      bsr::compose(bsr::compose(bsr::add_per_row(bsr::vector_view<const float>(bias.data(), 150)),
                                bsr::add_dense(2.0f, bsr::dense_view<const float>(addend.data(), 150, 270))),
                   bsr::relu_function{});
  instance::check(s, -3, e);
  // The same as data.
  using kind = bsr::gpu_runtime::epilogue_step::kind;
  constexpr auto type = bsr::gpu_runtime::element::float32;
  bsr::gpu::flat_epilogue steps{};
  steps.steps = 3;
  steps.step[0] = {kind::add_per_row, type, bias.data(), 1, 0, 1};
  steps.step[1] = {kind::add_dense, type, addend.data(), 270, 1, 2};
  steps.step[2] = {kind::relu, {}, nullptr, 0, 0, 1};
  instance::check(s, -3, steps);
}
