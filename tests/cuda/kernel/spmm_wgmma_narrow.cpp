// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cuda/kernel/spmm_wgmma_narrow.hpp"

#include <vector>

#include "bsr/kernel/cuda/flat_epilogue.hpp"
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

template <int R, along OrderB>
static void check_nothing_to_do() {
  using instance = wgmma_instance<bfloat16, float, R, OrderB>;
  instance::check({.block_cols = R, .rows = 300, .cols = 40, .depth = 256, .density = 0});
  instance::check({.block_cols = R, .rows = 40, .cols = 0, .depth = 256});
  instance::check({.block_cols = R, .rows = 0, .cols = 40, .depth = 256});
  instance::check({.block_cols = R, .rows = 40, .cols = 40, .depth = 0});
  instance::check({.block_cols = R, .rows = 1, .cols = 1, .depth = 1, .density = 1});
  // Rows without a block beside rows that have some, workers without an item.
  instance::check({.block_cols = R, .rows = 1000, .cols = 20, .depth = 100, .density = 0.15, .workers = 12});
}
TEST_CASE("spmm_wgmma_narrow: nothing to do") {
  check_nothing_to_do<32, along::n>();
  check_nothing_to_do<16, along::k>();
}

TEST_CASE("spmm_wgmma_narrow: blocks that are wider than high") {
  using wide = wgmma_instance<bfloat16, float, 32, along::n>;
  wide::check({.block_cols = 96, .rows = 200, .cols = 300, .depth = 1000, .density = 0.5, .masked = true});
  using transposed = wgmma_instance<float16, float, 16, along::n, along::m>;
  transposed::check(
      {.block_cols = 80, .rows = 200, .cols = 300, .depth = 1000, .density = 0.5, .masked = true});
}

template <int R, along OrderA>
static void check_epilogues() {
  using instance = wgmma_instance<bfloat16, float, R, along::n, OrderA>;
  const product_shape s{.block_cols = R, .rows = 150, .cols = 270, .depth = 200};
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
TEST_CASE("spmm_wgmma_narrow: epilogues") {
  check_epilogues<32, along::k>();
  check_epilogues<16, along::m>();
}
