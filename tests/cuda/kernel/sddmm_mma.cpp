// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cuda/kernel/sddmm_mma.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>

#include "bsr/base/half.hpp"
#include "cuda/kernel/mutants.hpp"
#include "cuda/kernel/sddmm.hpp"

using namespace bsr_test;
using bsr::gpu::along;

/// One instance of the kernel: Rows rows of X at a time.
template <class T, class Result, int Rows, along OrderX, along OrderY>
struct sample_instance {
  using accumulator = typename bsr::gpu::mma_type<T>::accumulator;
  using kernel = bsr::gpu::sddmm_mma<T, bsr::gpu::selected_sample_tile<T, Rows>, OrderX, OrderY>;

  static std::string run(sample_shape s, const emulator::settings& how,
                         const emulator::mutation* mutate = nullptr, emulator::mutations* record = nullptr) {
    constexpr int unit = 16 / static_cast<int>(sizeof(T));
    s.x_by_columns = OrderX != along::k;
    s.y_by_columns = OrderY == along::k;
    const auto above = [](int n) { return (n + unit - 1) / unit * unit; };
    s.x_stride = above(s.x_by_columns ? s.rows : s.depth);
    s.y_stride = above(s.y_by_columns ? s.depth : s.cols);
    s.rounding = operand_roundoff<T>;
    return run_sample<kernel, T, Result, accumulator>(s, how, mutate, record);
  }
  /// Bands that are full and bands that are not, rows without blocks, edges that cut blocks; each time with
  /// other indices, workers and addend.
  static void check(int block_rows, int block_cols) {
    sample_shape s{.block_rows = block_rows,
                   .block_cols = block_cols,
                   .rows = 6 * block_rows - block_rows / 2 - 3,
                   .cols = 300 / block_cols * block_cols + block_cols / 2 + 5,
                   .depth = 83,
                   .density = 0.4};
    if (block_rows > 64) s.rows = 2 * block_rows - 3;
    int n = 0;
    for (const auto& how : ways_to_run(5)) {
      s.beta = n % 2 == 0 ? 3 : 0;
      s.wide_index = n == 1;
      s.in_place = n == 2;
      s.workers = 2 + n++;
      CAPTURE(block_rows, block_cols, n);
      CHECK(run(s, how) == "");
    }
    s.depth = 1;
    CHECK(run(s, {}) == "");
    s.depth = 0;
    CHECK(run(s, {}) == "");
  }
};

TEST_CASE("sddmm_mma samples bfloat16") {
  sample_instance<bsr::bfloat16, float, 16, along::k, along::k>::check(16, 16);
  sample_instance<bsr::bfloat16, bsr::bfloat16, 32, along::m, along::n>::check(96, 48);
  sample_instance<bsr::bfloat16, float, 64, along::k, along::n>::check(64, 32);
  sample_instance<bsr::bfloat16, float, 128, along::m, along::n>::check(128, 128);
}
TEST_CASE("sddmm_mma samples other types") {
  sample_instance<bsr::float16, float, 16, along::m, along::n>::check(48, 16);
  sample_instance<float, float, 16, along::m, along::n>::check(16, 32);
  sample_instance<float, float, 64, along::k, along::k>::check(64, 64);
  sample_instance<double, double, 16, along::m, along::n>::check(16, 16);
  sample_instance<double, double, 64, along::k, along::k>::check(64, 16);
  sample_instance<std::int8_t, std::int32_t, 32, along::k, along::n>::check(32, 32);
}
TEST_CASE("sddmm_mma has nothing to do") {
  using instance = sample_instance<bsr::bfloat16, float, 16, along::k, along::k>;
  CHECK(instance::run({.block_rows = 16, .block_cols = 16, .rows = 0, .cols = 40, .depth = 40}, {}) == "");
  CHECK(instance::run({.block_rows = 16, .block_cols = 16, .rows = 40, .cols = 40, .depth = 40, .density = 0},
                      {}) == "");
}

TEST_CASE("no mutant of sddmm_mma survives") {
  const auto check = []<class Instance>(Instance, const char* name, int expected, const sample_shape& s,
                                        const std::map<std::string, int>& harmless = {}) {
    check_mutants(
        std::string("sddmm_mma, ") + name, expected, times_of_copies(),
        [&](const auto& how, const auto* mutate, auto* record) {
          return Instance::run(s, how, mutate, record);
        },
        harmless);
  };
  check(sample_instance<bsr::bfloat16, float, 16, along::k, along::k>{}, "bfloat16", 23,
        {.block_rows = 32, .block_cols = 48, .rows = 120, .cols = 400, .depth = 83, .beta = 2});
  check(sample_instance<float, float, 16, along::m, along::n>{}, "tf32, X by columns", 20,
        {.block_rows = 16, .block_cols = 32, .rows = 75, .cols = 410, .depth = 43, .beta = 2});
}
