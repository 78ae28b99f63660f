// SPDX-License-Identifier: BSD-3-Clause
// Every instruction of spmm_wgmma and spmm_wgmma_narrow made wrong in every way: the tests must notice each
// time.
#include <map>
#include <string>
#include <vector>

#include "cuda/kernel/mutants.hpp"
#include "cuda/kernel/spmm_wgmma.hpp"

using namespace bsr_test;

/// A product with edges everywhere, and one whose rows are cut into parts that go round the stages.
template <class Instance, class Epilogue = bsr::no_epilogue>
static void check(const char* name, int expected, bool masked,
                  const std::map<std::string, int>& harmless = {}, const Epilogue& e = {}) {
  using T = typename Instance::element;
  using Result = typename Instance::result;
  const int rows = Instance::tile.block_rows;
  constexpr int piece = Instance::piece;
  std::vector<product_case<T, Result>> cases;
  for (const product_shape& s : {product_shape{.block_cols = piece,
                                               .rows = 128 + rows - 3,
                                               .cols = 264,
                                               .depth = 5 * piece - 3,
                                               .density = 0.6,
                                               .workers = 2,
                                               .messy = true,
                                               .seed = 41,
                                               .masked = masked},
                                 product_shape{.block_cols = 2 * piece,
                                               .rows = rows,
                                               .cols = 40,
                                               .depth = 6 * piece * Instance::tile.stages,
                                               .density = 0.9,
                                               .c_by_columns = true,
                                               .workers = 3,
                                               .seed = 42}})
    cases.emplace_back(Instance::placed(s));
  check_mutants(
      std::string(rows < 64 ? "spmm_wgmma_narrow, " : "spmm_wgmma, ") + name, expected, cases,
      [&](auto& p, const auto& how, const auto* mutate, auto* record) {
        return Instance::run(p, 1, e, how, mutate, record);
      },
      harmless);
}

TEST_CASE("no mutant of spmm_wgmma survives") {
  check<wgmma_instance<bsr::bfloat16, float, 64, along::n>>("blocks of 64 rows, row-major B, masked", 59,
                                                            true);
  check<wgmma_instance<bsr::float16, float, 128, along::k>>("blocks of 128 rows, column-major B, staged", 59,
                                                            false, {}, two_factors());
  check<wgmma_instance<bsr::bfloat16, float, 64, along::k, along::m>>("transposed, column-major B", 56,
                                                                      false);
  check<wgmma_instance<std::int8_t, std::int32_t, 64, along::k>>("int8", 55, false);
  check<wgmma_instance<float, float, 128, along::k>>("tf32", 58, true);
}

TEST_CASE("no mutant of spmm_wgmma_narrow survives") {
  check<wgmma_instance<bsr::bfloat16, float, 32, along::n>>("blocks of 32 rows, row-major B, masked", 59,
                                                            true);
  check<wgmma_instance<bsr::float16, float, 16, along::k>>("blocks of 16 rows, column-major B, staged", 59,
                                                           false, {}, two_factors());
  check<wgmma_instance<bsr::bfloat16, float, 16, along::n, along::m>>("transposed, row-major B", 56, false);
}
