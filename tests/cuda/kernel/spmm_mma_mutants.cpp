// SPDX-License-Identifier: BSD-3-Clause
// Every instruction of spmm_mma made wrong in every way: the tests must notice each time.
#include <map>
#include <string>
#include <vector>

#include "cuda/kernel/mutants.hpp"
#include "cuda/kernel/spmm_mma.hpp"

using namespace bsr_test;

/// Small products, one of which is cut into parts. With steps that are data, results go through shared
/// memory.
template <class Instance, class Epilogue = bsr::no_epilogue>
static void check(const char* name, int expected, int pieces = 1,
                  const std::map<std::string, int>& harmless = {}, bool masked = false,
                  const Epilogue& e = {}) {
  using T = typename Instance::element;
  using Result = typename Instance::result;
  using number = typename product_case<T, Result>::accumulator;
  using kernel = typename Instance::kernel;
  constexpr auto tile = Instance::tile::value;
  const int rows = tile.block_rows;
  const int c = tile.depth * pieces;
  std::vector<product_case<T, Result>> cases;
  for (const product_shape& s : {product_shape{.block_cols = c,
                                               .rows = Instance::group_rows + rows - 3,
                                               .cols = 37,
                                               .depth = 5 * c - 3,
                                               .density = 0.5,
                                               .workers = 2,
                                               .messy = true,
                                               .seed = 21,
                                               .masked = masked},
                                 product_shape{.block_cols = c,
                                               .rows = rows,
                                               .cols = Instance::columns / 2 + 1,
                                               .depth = 12 * c,
                                               .density = 0.9,
                                               .c_by_columns = true,
                                               .workers = 3,
                                               .seed = 22}})
    cases.emplace_back(Instance::placed(s));
  check_mutants(
      std::string("spmm_mma, ") + name, expected, cases,
      [&](auto& p, const auto& how, const auto* mutate, auto* record) {
        return run_product<kernel>(p, tile, Instance::transposed, number(1), e, how, mutate, record);
      },
      harmless);
}

TEST_CASE("no mutant of spmm_mma survives") {
  check<mma_instance<bsr::bfloat16, float, 16, 16, along::n, 16>>("bfloat16, low blocks, row-major B", 36, 3);
  check<mma_instance<bsr::float16, float, 64, 64, along::k, 16>>("float16, high blocks, column-major B", 48,
                                                                 2);
  check<mma_instance<bsr::bfloat16, float, 128, 64, along::n, 2>>("bfloat16, odd addresses", 47, 2);
  check<mma_instance<float, float, 32, 8, along::n, 16>>("tf32", 36, 3);
  check<mma_instance<bsr::bfloat16, float, 16, 16, along::n, 16, large_memory, along::m>>(
      "bfloat16, transposed, masked, staged", 42, 3, {}, true, two_factors());
  check<mma_instance<float, float, 32, 16, along::k, 16, large_memory, along::m>>("tf32, transposed", 36, 2);
  // What lies beyond the edge of A meets zeros, and an integer times zero is zero.
  check<mma_instance<std::int8_t, std::int32_t, 32, 32, along::n, 16>>(
      "int8", 40, 2, {{"copy_async whole", 1}, {"shuffle neighbour", 1}});
  // Where nothing is valid, the first element of B is copied instead of nothing, and meets zeros of A.
  check<mma_instance<double, double, 16, 4, along::n, 8>>("double", 29, 3, {{"copy_async whole", 1}});
}
