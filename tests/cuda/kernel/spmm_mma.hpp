// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// spmm_mma on the emulated device: shapes, layouts, alignments and ways to run, for one element type.
#include "bsr/kernel/cuda/kernel/spmm_mma.hpp"

#include <catch2/catch_test_macros.hpp>
#include <initializer_list>
#include <string>
#include <vector>

#include "cuda/product.hpp"

namespace bsr_test {

using bsr::gpu::along;

// KiB of shared memory: of sm_80 and of sm_120.
inline constexpr int large_memory = 163;
inline constexpr int small_memory = 99;

/// One instance of the kernel: blocks of R rows, steps of Depth elements of k.
template <class T, class Result, int R, int Depth, along Order, int CopyBytes, int Shared = large_memory,
          along OrderA = along::k>
struct mma_instance {
  using element = T;
  using result = Result;
  using tile = bsr::gpu::selected_tile<T, R, Depth, Shared>;
  using kernel = bsr::gpu::spmm_mma<T, tile, Order, CopyBytes, OrderA>;
  static constexpr int group_rows = tile::value.rows();
  static constexpr int columns = tile::value.columns;
  static constexpr bool transposed = OrderA != along::k;

  /// B begins and its rows or columns follow each other as the kernel was told, and not better.
  static product_shape placed(product_shape s) {
    constexpr int unit = 16 / static_cast<int>(sizeof(T));
    s.block_rows = R;
    s.b_order = Order;
    const int width = Order == along::n ? s.cols : s.depth;
    s.offset = CopyBytes == 16 ? 0 : 1;
    s.gap = CopyBytes == 16 ? (width + unit - 1) / unit * unit - width : width % 2 + 1;
    return s;
  }
  template <class Epilogue = bsr::no_epilogue>
  static void check(const product_shape& shape, double alpha = 1, const Epilogue& e = {}) {
    const product_shape s = placed(shape);
    CAPTURE(s.text());
    product_case<T, Result> p(s);
    using number = typename product_case<T, Result>::accumulator;
    check_ways_to_run(p, [&](const auto& how) {
      return run_product<kernel>(p, tile::value, transposed, static_cast<number>(alpha), e, how);
    });
  }
  /// What every instance is put through: sizes that fit, sizes that fit nowhere, and one long row among
  /// others that are empty.
  static void check_sizes(int pieces = 1) {
    const int c = Depth * pieces;
    const int steps = 6 * 64 / c + 3;
    check({.block_cols = c,
           .rows = group_rows,
           .cols = columns,
           .depth = steps * c,
           .density = 0.5,
           .workers = 2,
           .seed = 11});
    check({.block_cols = c,
           .rows = group_rows + R - 3,
           .cols = columns / 2 + 37,
           .depth = steps * c - 5,
           .density = 0.3,
           .c_by_columns = true,
           .workers = 3,
           .messy = true,
           .seed = 12});
    check({.block_cols = c,
           .rows = group_rows + 1,
           .cols = 9,
           .depth = 2 * steps * c,
           .density = 0.7,
           .workers = 5,
           .seed = 13,
           .masked = true});
  }
};

/// All block sizes for one order of B and one alignment.
template <class T, class Result, along Order, int CopyBytes>
void check_block_sizes() {
  constexpr int unit = 32 / static_cast<int>(sizeof(T));
  mma_instance<T, Result, 16, unit, Order, CopyBytes>::check_sizes();
  mma_instance<T, Result, 32, 2 * unit, Order, CopyBytes>::check_sizes();
  mma_instance<T, Result, 64, 4 * unit, Order, CopyBytes>::check_sizes();
  mma_instance<T, Result, 128, 4 * unit, Order, CopyBytes>::check_sizes();
}

/// What is not the same for all instances: blocks wider than a step, rectangular ones, less shared memory.
template <class T, class Result>
void check_rarities() {
  constexpr int unit = 32 / static_cast<int>(sizeof(T));
  mma_instance<T, Result, 16, 4 * unit, along::n, 16>::check_sizes(2);
  mma_instance<T, Result, 128, unit, along::n, 16>::check_sizes(3);
  mma_instance<T, Result, 32, unit, along::k, 16, small_memory>::check_sizes();
  mma_instance<T, Result, 64, 4 * unit, along::n, 16, small_memory>::check_sizes(2);
}

/// A read as the transpose of what is stored: each size of blocks once, both orders of B.
template <class T, class Result>
void check_transposed() {
  constexpr int unit = 32 / static_cast<int>(sizeof(T));
  mma_instance<T, Result, 16, unit, along::n, 16, large_memory, along::m>::check_sizes(2);
  mma_instance<T, Result, 32, 2 * unit, along::k, 16, large_memory, along::m>::check_sizes();
  mma_instance<T, Result, 64, 4 * unit, along::k, 16, large_memory, along::m>::check_sizes();
  mma_instance<T, Result, 128, 4 * unit, along::n, 16, large_memory, along::m>::check_sizes();
}

/// No columns, no blocks, no depth.
template <class T, class Result>
void check_empty() {
  constexpr int unit = 32 / static_cast<int>(sizeof(T));
  using instance = mma_instance<T, Result, 32, 2 * unit, along::n, 16>;
  instance::check({.block_cols = 2 * unit, .rows = 200, .cols = 40, .depth = 256, .density = 0});
  instance::check({.block_cols = 2 * unit, .rows = 40, .cols = 0, .depth = 256});
  instance::check({.block_cols = 2 * unit, .rows = 0, .cols = 40, .depth = 256});
  instance::check({.block_cols = 2 * unit, .rows = 40, .cols = 40, .depth = 0});
  instance::check({.block_cols = 2 * unit, .rows = 1, .cols = 1, .depth = 1, .density = 1});
}

/// max(alpha A B + bias(i) + beta D(i, j), 0)
template <class T, class Result, class Number>
void check_epilogue() {
  constexpr int unit = 32 / static_cast<int>(sizeof(T));
  using instance = mma_instance<T, Result, 16, unit, along::n, 16>;
  const product_shape s{.block_cols = unit, .rows = 150, .cols = 70, .depth = 200};
  std::vector<Number> bias(std::size_t(s.rows));
  std::vector<Number> addend(std::size_t(s.rows) * std::size_t(s.cols));
  random rng(5);
  for (Number& x : bias) x = static_cast<Number>(rng.between(-3, 3));
  for (Number& x : addend) x = static_cast<Number>(rng.between(-3, 3));
  const bsr::vector_view<const Number> v(bias.data(), s.rows);
  const bsr::dense_view<const Number> d(addend.data(), s.rows, s.cols);
  const auto e =
      bsr::compose(bsr::compose(bsr::add_per_row(v), bsr::add_dense(Number(2), d)), bsr::relu_function{});
  instance::check(s, -3, e);
  const auto transposed = bsr::compose(bsr::add_per_col(bsr::vector_view<const Number>(bias.data(), s.cols)),
                                       bsr::relu_function{});
  instance::check(s, 2, transposed);
}

}  // namespace bsr_test
