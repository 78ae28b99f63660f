// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cuda/kernel/spmm_thin.hpp"

#include <catch2/catch_test_macros.hpp>
#include <initializer_list>
#include <utility>

#include "cuda/kernel/mutants.hpp"
#include "cuda/kernel/spmm_plain.hpp"

using namespace bsr_test;

template <class T>
static void check(const product_shape& s) {
  check_plain<bsr::gpu::spmm_thin, T, T, T>(s);
}
/// Blocks of up to 64 elements, one of each kind of lane: several blocks side by side, one, one in two
/// passes.
template <class T>
static void check_block_sizes() {
  for (const auto& [r, c] : std::initializer_list<std::pair<int, int>>{{1, 1},
                                                                       {2, 2},
                                                                       {3, 3},
                                                                       {4, 4},
                                                                       {5, 5},
                                                                       {6, 6},
                                                                       {7, 7},
                                                                       {8, 8},
                                                                       {1, 7},
                                                                       {4, 8},
                                                                       {5, 7},
                                                                       {16, 4},
                                                                       {1, 64},
                                                                       {33, 1}})
    for (const int cols : {1, 6})
      check<T>({.block_rows = r,
                .block_cols = c,
                .rows = 4 * r,
                .cols = cols,
                .depth = 9 * c,
                .density = 0.6,
                .messy = true,
                .seed = unsigned(r + 3 * c)});
  check<T>({.block_rows = 4, .block_cols = 4, .rows = 33, .cols = 1, .depth = 18, .workers = 7});
  check<T>({.block_rows = 3, .block_cols = 5, .rows = 31, .cols = 5, .depth = 18});
}

TEST_CASE("spmm_thin multiplies float") { check_block_sizes<float>(); }
TEST_CASE("spmm_thin multiplies double") { check_block_sizes<double>(); }
TEST_CASE("spmm_thin has nothing to do") { check_plain_empty<bsr::gpu::spmm_thin, float>(); }

TEST_CASE("no mutant of spmm_thin survives") {
  // Several blocks side by side; one in two passes. Warps do more than one row.
  product_case<double, double, double> side_by_side({.block_rows = 3,
                                                     .block_cols = 2,
                                                     .rows = 32,
                                                     .cols = 5,
                                                     .depth = 21,
                                                     .gap = 0,
                                                     .workers = 1,
                                                     .messy = true,
                                                     .masked = true});
  product_case<double, double, double> passes({.block_rows = 6,
                                               .block_cols = 7,
                                               .rows = 40,
                                               .cols = 2,
                                               .depth = 60,
                                               .gap = 0,
                                               .workers = 1,
                                               .messy = true});
  check_mutants("spmm_thin", 21, orders_of_threads(), [&](const auto& how, const auto* mutate, auto* record) {
    const std::string text = run_plain<bsr::gpu::spmm_thin>(side_by_side, true, how, mutate, record);
    return text != "" ? text : run_plain<bsr::gpu::spmm_thin>(passes, false, how, mutate, record);
  });
}
