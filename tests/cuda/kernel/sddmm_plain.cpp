// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cuda/kernel/sddmm_plain.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "cuda/kernel/mutants.hpp"
#include "cuda/kernel/sddmm.hpp"

using namespace bsr_test;

template <class T, class Result, class Accumulator>
static std::string run_plain_sample(const sample_shape& s, emulator::settings how,
                                    const emulator::mutation* mutate = nullptr,
                                    emulator::mutations* record = nullptr) {
  return run_sample<bsr::gpu::sddmm_plain<T, Accumulator>, T, Result, Accumulator>(s, how, mutate, record);
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
      CHECK(run_plain_sample<T, Result, Accumulator>(
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
  check_mutants("sddmm_plain", 11, orders_of_threads(),
                [&](const auto& how, const auto* mutate, auto* record) {
                  return run_plain_sample<float, float, float>(s, how, mutate, record);
                });
}
