// SPDX-License-Identifier: BSD-3-Clause
#include <catch2/catch_test_macros.hpp>

#include "cuda/kernel/mutants.hpp"
#include "cuda/kernel/spmm_plain.hpp"

using namespace bsr_test;

template <class T, class Result, class Accumulator>
static void check(const product_shape& s) {
  check_plain<bsr::gpu::spmm_plain, T, Result, Accumulator>(s);
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
TEST_CASE("spmm_plain has nothing to do") { check_plain_empty<bsr::gpu::spmm_plain, float>(); }

TEST_CASE("no mutant of spmm_plain survives") {
  product_case<float, float, float> p({.block_rows = 11,
                                       .block_cols = 3,
                                       .rows = 60,
                                       .cols = 40,
                                       .depth = 31,
                                       .gap = 0,
                                       .messy = true,
                                       .masked = true});
  check_mutants("spmm_plain", 11, {{}}, [&](const auto& how, const auto* mutate, auto* record) {
    return run_plain<bsr::gpu::spmm_plain>(p, true, how, mutate, record);
  });
}
