// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cuda/kernel/sddmm_plain.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "bsr/base/half.hpp"
#include "cuda/emulator/isa.hpp"
#include "cuda/product.hpp"

using namespace bsr_test;

struct sample_shape {
  int block_rows, block_cols;
  int rows, cols, depth;
  double beta = 0;
  bool x_by_columns = false;
  bool y_by_columns = true;
  bool in_place = true;  // D is S
  double density = 0.6;
};

/// "" when the blocks of S are what a sum in double says, within k u / (1 - k u) sum |x||y| and a rounding,
/// each element written once, and what lies beyond the edge is 0.
template <class T, class Result, class Accumulator>
static std::string run_sample(const sample_shape& s, emulator::settings how,
                              const emulator::mutation* mutate = nullptr,
                              emulator::mutations* record = nullptr) {
  using kernel = bsr::gpu::sddmm_plain<T, Accumulator>;
  bsr_test::random rng(static_cast<std::uint64_t>(s.block_rows + 7 * s.block_cols + s.depth));
  std::vector<std::int32_t> indices, indptr{0};
  for (int i = 0; i < (s.rows + s.block_rows - 1) / s.block_rows; ++i) {
    for (int j = 0; j < (s.cols + s.block_cols - 1) / s.block_cols; ++j)
      if (rng.chance(s.density)) indices.push_back(j);
    indptr.push_back(static_cast<std::int32_t>(indices.size()));
  }
  const std::int64_t size = std::int64_t(indices.size()) * s.block_rows * s.block_cols;
  bsr::buffer<T> x(std::int64_t(s.rows) * s.depth), y(std::int64_t(s.depth) * s.cols);
  for (T& v : x) v = random_element<T>(rng);
  for (T& v : y) v = random_element<T>(rng);
  bsr::buffer<Result> d(size), out(size);
  for (std::int64_t n = 0; n < size; ++n) {
    d[n] = s.beta != 0 ? random_element<Result>(rng) : poison_element<Result>();
    out[n] = s.in_place ? d[n] : poison_element<Result>();
  }
  const bsr::gpu::sddmm_plain_args<T, Accumulator, Result, std::int32_t> args{
      .x = x.data(),
      .y = y.data(),
      .d = s.in_place ? out.data() : d.data(),
      .s = out.data(),
      .x_row_stride = s.x_by_columns ? 1 : s.depth,
      .x_col_stride = s.x_by_columns ? s.rows : 1,
      .y_row_stride = s.y_by_columns ? 1 : s.cols,
      .y_col_stride = s.y_by_columns ? s.depth : 1,
      .rows = s.rows,
      .cols = s.cols,
      .depth = s.depth,
      .block_rows = s.block_rows,
      .block_cols = s.block_cols,
      .alpha = Accumulator(2),
      .beta = Accumulator(s.beta),
      .begin = indptr.data(),
      .columns = indices.data()};
  emulator::machine m(how);
  m.mutate(mutate);
  m.record(record);
  m.add_input(x.data(), x.size());
  m.add_input(y.data(), y.size());
  m.add_input(indptr.data(), std::int64_t(indptr.size()));
  m.add_input(indices.data(), std::int64_t(indices.size()));
  m.add_output(out.data(), out.size());
  ++products.count;
  try {
    m.run<emulator::isa>({2, kernel::threads, kernel::shared_bytes},
                         [&](emulator::isa& isa) { kernel::run(isa, args); });
  } catch (const emulator::emulation_error& error) {
    return error.what();
  }
  for (int i = 0; i + 1 < static_cast<int>(indptr.size()); ++i)
    for (int n = indptr[std::size_t(i)]; n < indptr[std::size_t(i) + 1]; ++n)
      for (int r = 0; r < s.block_rows; ++r)
        for (int c = 0; c < s.block_cols; ++c) {
          const std::int64_t at = (std::int64_t(n) * s.block_rows + r) * s.block_cols + c;
          const std::int64_t row = i * s.block_rows + r, col = indices[std::size_t(n)] * s.block_cols + c;
          double expected = 0, bound = 0;
          if (row < s.rows && col < s.cols) {
            for (int k = 0; k < s.depth; ++k) {
              const double product = double(x[s.x_by_columns ? k * s.rows + row : row * s.depth + k]) *
                                     double(y[s.y_by_columns ? col * s.depth + k : k * s.cols + col]);
              expected += 2 * product;
              bound += 2 * std::fabs(product);
            }
            const double u = (s.depth + 3) * roundoff<Accumulator>();
            const double addend = s.beta != 0 ? s.beta * double(d[at]) : 0;
            expected += addend;
            bound = u / (1 - u) * (bound + std::fabs(addend)) * 1.01;
            bound += roundoff<Result>() * (std::fabs(expected) + bound);
          }
          if (!(std::fabs(double(out[at]) - expected) <= bound) || m.times_written(&out[at]) != 1) {
            std::ostringstream text;
            text << "element " << at << " is " << double(out[at]) << " instead of " << expected << " +- "
                 << bound << ", written " << m.times_written(&out[at]) << " times";
            return text.str();
          }
        }
  return "";
}

template <class T, class Result, class Accumulator>
static void check(sample_shape s) {
  int n = 0;
  for (const bool y_by_columns : {true, false})
    for (const double beta : {0.0, 3.0}) {
      s.y_by_columns = y_by_columns;
      s.x_by_columns = beta != 0;
      s.beta = beta;
      s.in_place = ++n % 2 == 0;
      CAPTURE(s.block_rows, s.block_cols, s.rows, s.cols, s.depth, y_by_columns, beta);
      CHECK(run_sample<T, Result, Accumulator>(
                s, {.order = n < 3 ? emulator::order::forward : emulator::order::random}) == "");
    }
}

TEST_CASE("sddmm_plain samples float at blocks of any size") {
  check<float, float, float>({.block_rows = 1, .block_cols = 1, .rows = 11, .cols = 9, .depth = 40});
  check<float, float, float>({.block_rows = 3, .block_cols = 5, .rows = 11, .cols = 13, .depth = 33});
  check<float, float, float>({.block_rows = 16, .block_cols = 16, .rows = 40, .cols = 33, .depth = 65});
  check<float, float, float>({.block_rows = 9, .block_cols = 4, .rows = 18, .cols = 8, .depth = 1});
  check<float, float, float>({.block_rows = 2, .block_cols = 2, .rows = 6, .cols = 4, .depth = 0});
  check<float, float, float>({.block_rows = 2, .block_cols = 2, .rows = 0, .cols = 4, .depth = 5});
}
TEST_CASE("sddmm_plain samples other types") {
  check<double, double, double>({.block_rows = 4, .block_cols = 4, .rows = 18, .cols = 16, .depth = 50});
  check<bsr::bfloat16, bsr::bfloat16, float>(
      {.block_rows = 8, .block_cols = 8, .rows = 24, .cols = 20, .depth = 64});
  check<bsr::float16, float, float>(
      {.block_rows = 32, .block_cols = 32, .rows = 64, .cols = 70, .depth = 16});
  check<std::int8_t, std::int32_t, std::int32_t>(
      {.block_rows = 8, .block_cols = 6, .rows = 24, .cols = 20, .depth = 64});
}

TEST_CASE("no mutant of sddmm_plain survives") {
  const sample_shape s{.block_rows = 11, .block_cols = 6, .rows = 30, .cols = 40, .depth = 70, .beta = 2};
  emulator::mutations all;
  REQUIRE(run_sample<float, float, float>(s, {}, nullptr, &all) == "");
  int noticed = 0;
  for (const emulator::mutation& each : all) {
    CAPTURE(each.text());
    bool seen = false;
    for (const auto order : {emulator::order::forward, emulator::order::reverse, emulator::order::random})
      seen = seen || run_sample<float, float, float>(s, {.order = order}, &each) != "";
    CHECK(seen);
    noticed += seen;
  }
  std::printf("mutants of sddmm_plain: %d of %d noticed\n", noticed, static_cast<int>(all.size()));
  CHECK(all.size() >= 10);
}
