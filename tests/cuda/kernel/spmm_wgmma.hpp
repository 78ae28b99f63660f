// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// spmm_wgmma on the emulated device: blocks of 64 and 128 rows, both orders of both factors, sizes that fit
// nowhere, every way to run.
#include "bsr/kernel/cuda/kernel/spmm_wgmma.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "cuda/emulator/hopper_isa.hpp"
#include "cuda/product.hpp"

namespace bsr_test {

using bsr::gpu::along;

template <class T, class Result, int R, along OrderB, along OrderA = along::k>
struct wgmma_instance {
  using element = T;
  using result = Result;
  using kernel = bsr::gpu::spmm_wgmma<T, R, OrderB, OrderA>;
  static constexpr bsr::gpu::wgmma_tile tile = bsr::gpu::select_wgmma_tile(R);
  static constexpr bool transposed = OrderA != along::k;

  /// Rows or columns of B follow each other at multiples of 16 bytes.
  static product_shape placed(product_shape s) {
    s.block_rows = R;
    s.b_order = OrderB;
    const int width = OrderB == along::n ? s.cols : s.depth;
    s.gap = (width + 7) / 8 * 8 - width;
    return s;
  }
  template <class Epilogue = bsr::no_epilogue>
  static std::string run(product_case<T, Result>& p, float alpha, const Epilogue& e,
                         const emulator::settings& how, const emulator::mutation* mutate = nullptr,
                         emulator::mutations* record = nullptr) {
    return run_product<kernel, emulator::hopper_isa>(p, tile, transposed, alpha, e, how, mutate, record);
  }
  template <class Epilogue = bsr::no_epilogue>
  static void check(const product_shape& shape, float alpha = 1, const Epilogue& e = {}) {
    const product_shape s = placed(shape);
    CAPTURE(s.text());
    product_case<T, Result> p(s);
    check_ways_to_run(p, [&](const auto& how) { return run(p, alpha, e, how); });
  }
  /// Sizes that fit; sizes that fit nowhere, messy indices; a long row cut into parts; blocks left out.
  static void check_sizes() {
    check(
        {.block_cols = 64, .rows = 128, .cols = 256, .depth = 512, .density = 0.6, .workers = 2, .seed = 31});
    check({.block_cols = 128,
           .rows = 128 + R - 3,
           .cols = 256 + 37,
           .depth = 7 * 128 - 69,
           .density = 0.4,
           .c_by_columns = true,
           .workers = 3,
           .messy = true,
           .seed = 32});
    check({.block_cols = 64,
           .rows = 129,
           .cols = 9,
           .depth = 40 * 64 - 5,
           .density = 0.7,
           .workers = 5,
           .seed = 33,
           .masked = true});
  }
};

/// Both heights of blocks, both orders of A and B.
template <class T, class Result>
void check_wgmma_sizes() {
  wgmma_instance<T, Result, 64, along::n>::check_sizes();
  wgmma_instance<T, Result, 64, along::k>::check_sizes();
  wgmma_instance<T, Result, 128, along::n>::check_sizes();
  wgmma_instance<T, Result, 128, along::k>::check_sizes();
  wgmma_instance<T, Result, 64, along::k, along::m>::check_sizes();
  wgmma_instance<T, Result, 128, along::n, along::m>::check_sizes();
}

}  // namespace bsr_test
