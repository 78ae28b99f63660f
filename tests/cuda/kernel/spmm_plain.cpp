// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cuda/kernel/spmm_plain.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdio>

#include "cuda/product.hpp"

using namespace bsr_test;

/// "" when the plain form computes p, or p with A stored transposed, as it should.
template <class T, class Result, class Accumulator>
static std::string run_plain(product_case<T, Result, Accumulator>& p, bool transposed, emulator::settings how,
                             const emulator::mutation* mutate = nullptr,
                             emulator::mutations* record = nullptr) {
  using kernel = bsr::gpu::spmm_plain<T, Accumulator>;
  const product_shape& s = p.shape;
  // Blocks whose elements are stored by columns, in reverse order, are what a transposed matrix gives.
  const int size = s.block_rows * s.block_cols;
  const int count = static_cast<int>(p.indices.size());
  bsr::buffer<T> a = p.a;
  std::vector<std::int32_t> blocks;
  if (transposed)
    for (int n = 0; n < count; ++n) {
      blocks.push_back(count - 1 - n);
      for (int r = 0; r < s.block_rows; ++r)
        for (int c = 0; c < s.block_cols; ++c)
          a[std::int64_t(count - 1 - n) * size + c * s.block_rows + r] =
              p.a[std::int64_t(n) * size + r * s.block_cols + c];
    }
  const bool by_row = s.b_order == bsr::gpu::along::n;
  const bsr::gpu::spmm_plain_args<T, Accumulator, Result, std::int32_t, bsr::no_epilogue> args{
      .a = a.data(),
      .b = p.b_memory.data() + s.offset,
      .c = p.c_memory.data(),
      .b_row_stride = by_row ? p.b_stride : 1,
      .b_col_stride = by_row ? 1 : p.b_stride,
      .c_row_stride = s.c_by_columns ? 1 : p.c_stride,
      .c_col_stride = s.c_by_columns ? p.c_stride : 1,
      .rows = s.rows,
      .cols = s.cols,
      .depth = s.depth,
      .block_rows = s.block_rows,
      .block_cols = s.block_cols,
      .a_row_stride = transposed ? 1 : s.block_cols,
      .a_col_stride = transposed ? s.block_rows : 1,
      .alpha = Accumulator(1),
      .epilogue = {},
      .begin = p.indptr.data(),
      .columns = p.indices.data(),
      .blocks = transposed ? blocks.data() : nullptr};
  emulator::machine m(how);
  m.mutate(mutate);
  m.record(record);
  m.add_input(a.data(), a.size());
  m.add_input(p.indptr.data(), std::int64_t(p.indptr.size()));
  m.add_input(p.indices.data(), count);
  m.add_input(blocks.data(), std::int64_t(blocks.size()));
  return judged(p, m, Accumulator(1), bsr::no_epilogue{}, 0, [&] {
    m.run<emulator::isa>({s.workers, kernel::threads, 0},
                         [&](emulator::isa& isa) { kernel::run(isa, args); });
  });
}

template <class T, class Result, class Accumulator>
static void check(product_shape s) {
  int n = 0;
  for (const auto order : {bsr::gpu::along::n, bsr::gpu::along::k})
    for (const bool transposed : {false, true}) {
      s.b_order = order;
      s.c_by_columns = transposed;
      s.offset = s.gap = n++ % 2;
      CAPTURE(s.text());
      product_case<T, Result, Accumulator> p(s);
      CHECK(run_plain(p, transposed,
                      {.order = transposed ? emulator::order::reverse : emulator::order::forward}) == "");
    }
}
template <class T, class Result, class Accumulator>
static void check_block_sizes() {
  for (const auto& [r, c] : std::initializer_list<std::pair<int, int>>{{1, 1},
                                                                       {1, 4},
                                                                       {2, 2},
                                                                       {3, 3},
                                                                       {5, 7},
                                                                       {6, 6},
                                                                       {8, 8},
                                                                       {9, 2},
                                                                       {12, 12},
                                                                       {17, 3},
                                                                       {24, 24},
                                                                       {33, 65},
                                                                       {1, 128}})
    check<T, Result, Accumulator>({.block_rows = r,
                                   .block_cols = c,
                                   .rows = 4 * r,
                                   .cols = 37,
                                   .depth = 5 * c,
                                   .density = 0.6,
                                   .messy = true,
                                   .seed = unsigned(r + c)});
  check<T, Result, Accumulator>({.block_rows = 4, .block_cols = 4, .rows = 33, .cols = 131, .depth = 18});
  check<T, Result, Accumulator>({.block_rows = 128,
                                 .block_cols = 128,
                                 .rows = 130,
                                 .cols = 1,
                                 .depth = 300,
                                 .density = 0.9,
                                 .workers = 7});
}

TEST_CASE("spmm_plain multiplies float with all its bits") { check_block_sizes<float, float, float>(); }
TEST_CASE("spmm_plain multiplies double") { check_block_sizes<double, double, double>(); }
TEST_CASE("spmm_plain multiplies bfloat16") { check_block_sizes<bsr::bfloat16, float, float>(); }
TEST_CASE("spmm_plain multiplies float16 into float16") {
  check_block_sizes<bsr::float16, bsr::float16, float>();
}
TEST_CASE("spmm_plain multiplies int8") { check_block_sizes<std::int8_t, std::int32_t, std::int32_t>(); }
TEST_CASE("spmm_plain sums float in double") { check_block_sizes<float, double, double>(); }
TEST_CASE("spmm_plain has nothing to do") {
  check<float, float, float>(
      {.block_rows = 3, .block_cols = 3, .rows = 9, .cols = 5, .depth = 9, .density = 0});
  check<float, float, float>({.block_rows = 3, .block_cols = 3, .rows = 0, .cols = 5, .depth = 9});
  check<float, float, float>({.block_rows = 3, .block_cols = 3, .rows = 9, .cols = 0, .depth = 9});
  check<float, float, float>({.block_rows = 3, .block_cols = 3, .rows = 9, .cols = 5, .depth = 0});
}

TEST_CASE("no mutant of spmm_plain survives") {
  product_case<float, float, float> p(
      {.block_rows = 11, .block_cols = 3, .rows = 30, .cols = 40, .depth = 20, .gap = 0, .messy = true});
  emulator::mutations all;
  REQUIRE(run_plain(p, true, {}, nullptr, &all) == "");
  int noticed = 0;
  for (const emulator::mutation& each : all) {
    CAPTURE(each.text());
    const bool seen = run_plain(p, true, {}, &each) != "";
    CHECK(seen);
    noticed += seen;
  }
  std::printf("mutants of spmm_plain: %d of %d noticed\n", noticed, static_cast<int>(all.size()));
  CHECK(all.size() >= 8);
}
