// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// spmm_wgmma and spmm_wgmma_narrow on the emulated device: blocks of 16 to 128 rows, both orders of both
// factors, sizes that fit nowhere, every way to run.
#include "bsr/kernel/cuda/kernel/spmm_wgmma.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "bsr/kernel/cuda/flat_epilogue.hpp"
#include "bsr/kernel/cuda/kernel/spmm_wgmma_narrow.hpp"
#include "cuda/emulator/hopper_isa.hpp"
#include "cuda/product.hpp"

namespace bsr_test {

using bsr::gpu::along;

template <class T, int R, along OrderB, along OrderA>
struct wgmma_kernel {
  using type = bsr::gpu::spmm_wgmma<T, R, OrderB, OrderA>;
};
template <class T, int R, along OrderB, along OrderA>
  requires(R < 64)
struct wgmma_kernel<T, R, OrderB, OrderA> {
  using type = bsr::gpu::spmm_wgmma_narrow<T, R, OrderB, OrderA>;
};

template <class T, class Result, int R, along OrderB, along OrderA = along::k>
struct wgmma_instance {
  using element = T;
  using result = Result;
  using accumulator = typename product_case<T, Result>::accumulator;
  using kernel = typename wgmma_kernel<T, R, OrderB, OrderA>::type;
  static constexpr bsr::gpu::wgmma_tile tile = bsr::gpu::select_wgmma_tile(R, sizeof(T));
  static constexpr bool transposed = OrderA != along::k;
  static constexpr int piece = tile.depth;  // of k, the least that a block has

  /// Rows or columns of B follow each other at multiples of 16 bytes.
  static product_shape placed(product_shape s) {
    s.block_rows = R;
    s.b_order = OrderB;
    const int width = OrderB == along::n ? s.cols : s.depth;
    constexpr int apart = 16 / static_cast<int>(sizeof(T));
    s.gap = (width + apart - 1) / apart * apart - width;
    return s;
  }
  template <class Epilogue = bsr::no_epilogue>
  static std::string run(product_case<T, Result>& p, accumulator alpha, const Epilogue& e,
                         const emulator::settings& how, const emulator::mutation* mutate = nullptr,
                         emulator::mutations* record = nullptr) {
    return run_product<kernel, emulator::hopper_isa>(p, tile, transposed, alpha, e, how, mutate, record);
  }
  template <class Epilogue = bsr::no_epilogue>
  static void check(const product_shape& shape, accumulator alpha = 1, const Epilogue& e = {}) {
    const product_shape s = placed(shape);
    CAPTURE(s.text());
    product_case<T, Result> p(s);
    check_ways_to_run(p, [&](const auto& how) { return run(p, alpha, e, how); });
  }
  /// Sizes that fit; sizes that fit nowhere, messy indices; a long row cut into parts; blocks left out.
  static void check_sizes() {
    check({.block_cols = piece,
           .rows = 128,
           .cols = 256,
           .depth = 8 * piece,
           .density = 0.6,
           .workers = 2,
           .seed = 31});
    check({.block_cols = 2 * piece,
           .rows = 128 + R - 3,
           .cols = 256 + 37,
           .depth = 13 * piece - 5,
           .density = 0.4,
           .c_by_columns = true,
           .workers = 3,
           .messy = true,
           .seed = 32});
    check({.block_cols = piece,
           .rows = 129,
           .cols = 9,
           .depth = 40 * piece - 5,
           .density = 0.7,
           .workers = 5,
           .seed = 33,
           .masked = true});
  }
};

/// Both heights of blocks, both orders of A and B.
template <class T, class Result>
void check_wgmma_sizes() {
  static_assert(bsr::gpu::has_slabs_along_n<T>);
  wgmma_instance<T, Result, 64, along::n>::check_sizes();
  wgmma_instance<T, Result, 64, along::k>::check_sizes();
  wgmma_instance<T, Result, 128, along::n>::check_sizes();
  wgmma_instance<T, Result, 128, along::k>::check_sizes();
  wgmma_instance<T, Result, 64, along::k, along::m>::check_sizes();
  wgmma_instance<T, Result, 128, along::n, along::m>::check_sizes();
}
/// Blocks of R rows, all orders of A and B.
template <class T, class Result, int R>
void check_narrow_sizes() {
  wgmma_instance<T, Result, R, along::n>::check_sizes();
  wgmma_instance<T, Result, R, along::k>::check_sizes();
  wgmma_instance<T, Result, R, along::n, along::m>::check_sizes();
  wgmma_instance<T, Result, R, along::k, along::m>::check_sizes();
}

/// Both heights, of elements that must lie along k.
template <class T, class Result>
void check_wgmma_along_k() {
  wgmma_instance<T, Result, 64, along::k>::check_sizes();
  wgmma_instance<T, Result, 128, along::k>::check_sizes();
}

template <class Instance>
void check_nothing_to_do(int block_cols) {
  Instance::check({.block_cols = block_cols, .rows = 300, .cols = 40, .depth = 256, .density = 0});
  Instance::check({.block_cols = block_cols, .rows = 40, .cols = 0, .depth = 256});
  Instance::check({.block_cols = block_cols, .rows = 0, .cols = 40, .depth = 256});
  Instance::check({.block_cols = block_cols, .rows = 40, .cols = 40, .depth = 0});
  Instance::check({.block_cols = block_cols, .rows = 1, .cols = 1, .depth = 1, .density = 1});
  // Rows without a block beside rows that have some, workers without an item.
  Instance::check(
      {.block_cols = block_cols, .rows = 1000, .cols = 20, .depth = 100, .density = 0.15, .workers = 12});
}

/// An epilogue as a type, and the same as data.
template <class Instance>
void check_epilogues(int block_cols) {
  const product_shape s{.block_cols = block_cols, .rows = 150, .cols = 270, .depth = 200};
  std::vector<float> bias(150), addend(150 * 270);
  bsr_test::random rng(5);
  for (float& x : bias) x = static_cast<float>(rng.between(-3, 3));
  for (float& x : addend) x = static_cast<float>(rng.between(-3, 3));
  const auto e =
      bsr::compose(bsr::compose(bsr::add_per_row(bsr::vector_view<const float>(bias.data(), 150)),
                                bsr::add_dense(2.0f, bsr::dense_view<const float>(addend.data(), 150, 270))),
                   bsr::relu_function{});
  Instance::check(s, -3, e);
  using kind = bsr::gpu_runtime::epilogue_step::kind;
  constexpr auto type = bsr::gpu_runtime::element::float32;
  bsr::gpu::flat_epilogue steps{};
  steps.steps = 3;
  steps.step[0] = {kind::add_per_row, type, bias.data(), 1, 0, 1};
  steps.step[1] = {kind::add_dense, type, addend.data(), 270, 1, 2};
  steps.step[2] = {kind::relu, {}, nullptr, 0, 0, 1};
  Instance::check(s, -3, steps);
}

}  // namespace bsr_test
