// SPDX-License-Identifier: BSD-3-Clause
// Every instruction of spmm_mma made wrong in every way: the tests must notice each time.
#include <cstdio>
#include <map>

#include "cuda/kernel/spmm_mma.hpp"

using namespace bsr_test;

/// Runs a kernel on small products, one of which is cut into parts, with every mutation of what it does;
/// returns those that nobody noticed.
template <class Instance>
static std::vector<std::string> survivors(int pieces, int& count) {
  using T = typename Instance::element;
  using Result = typename Instance::result;
  using number = typename product_case<T, Result>::accumulator;
  constexpr int rows = Instance::tile::value.block_rows;
  const int c = Instance::tile::value.depth * pieces;
  std::vector<product_case<T, Result>> cases;
  for (const product_shape& s : {product_shape{.block_cols = c,
                                               .rows = Instance::group_rows + rows - 3,
                                               .cols = 37,
                                               .depth = 5 * c - 3,
                                               .density = 0.5,
                                               .workers = 2,
                                               .messy = true,
                                               .seed = 21},
                                 product_shape{.block_cols = c,
                                               .rows = rows,
                                               .cols = Instance::columns / 2 + 1,
                                               .depth = 12 * c,
                                               .density = 0.9,
                                               .c_by_columns = true,
                                               .workers = 3,
                                               .seed = 22}})
    cases.emplace_back(Instance::placed(s));
  const auto run = [&](product_case<T, Result>& p, const emulator::settings& how,
                       const emulator::mutation* mutate, emulator::mutations* record) {
    return run_product<typename Instance::kernel>(p, Instance::tile::value, number(1), bsr::no_epilogue{},
                                                  operand_roundoff<T>, how, mutate, record);
  };
  const std::vector<emulator::settings> ways{ways_to_run(3)[1], ways_to_run(3)[0], ways_to_run(3)[2]};
  emulator::mutations all;
  for (auto& p : cases) REQUIRE(run(p, ways[0], nullptr, &all) == "");
  std::vector<std::string> alive;
  for (const emulator::mutation& each : all) {
    bool noticed = false;
    for (const auto& how : ways)
      for (auto& p : cases) noticed = noticed || run(p, how, &each, nullptr) != "";
    if (!noticed) alive.push_back(each.text());
  }
  count = static_cast<int>(all.size());
  return alive;
}

/// `harmless` is what cannot be noticed because it changes no result: a way to be wrong, and how often.
template <class Instance>
static void check(const char* name, int expected, int pieces = 1,
                  const std::map<std::string, int>& harmless = {}) {
  int count = 0;
  std::vector<std::string> alive = survivors<Instance>(pieces, count);
  for (const auto& [how, times] : harmless)
    count -=
        static_cast<int>(std::erase_if(alive, [&how = how, left = times](const std::string& each) mutable {
          return each.ends_with(how) && left-- > 0;
        }));
  std::printf("mutants of spmm_mma, %s: %d of %d noticed\n", name, count - static_cast<int>(alive.size()),
              count);
  for (const std::string& each : alive) UNSCOPED_INFO(each);
  CHECK(alive.empty());
  CHECK(count >= expected);
}

TEST_CASE("no mutant of spmm_mma survives") {
  check<mma_instance<bsr::bfloat16, float, 16, 16, along::n, 16>>("bfloat16, low blocks, row-major B", 36, 3);
  check<mma_instance<bsr::float16, float, 64, 64, along::k, 16>>("float16, high blocks, column-major B", 48,
                                                                 2);
  check<mma_instance<bsr::bfloat16, float, 128, 64, along::n, 2>>("bfloat16, odd addresses", 47, 2);
  check<mma_instance<float, float, 32, 8, along::n, 16>>("tf32", 36, 3);
  // What lies beyond the edge of A meets zeros, and an integer times zero is zero.
  check<mma_instance<std::int8_t, std::int32_t, 32, 32, along::n, 16>>(
      "int8", 40, 2, {{"copy_async whole", 1}, {"shuffle neighbour", 1}});
  // Where nothing is valid, the first element of B is copied instead of nothing, and meets zeros of A.
  check<mma_instance<double, double, 16, 4, along::n, 8>>("double", 30, 3, {{"copy_async whole", 1}});
}
