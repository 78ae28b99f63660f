// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/product/sparse_plan.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <initializer_list>
#include <type_traits>
#include <utility>

#include "bsr/bsr.hpp"
#include "support/throws.hpp"

namespace {

using bsr::cpu;
using bsr_test::text_of;
using square = bsr::matrix<double, 1>;

/// Whether the plan has this structure, and its result as well, which holds zeros.
template <class Plan>
bool gives(const Plan& p, std::initializer_list<std::int32_t> indptr,
           std::initializer_list<std::int32_t> indices) {
  const auto c = p.result();
  for (const double v : c.data())
    if (v != 0) return false;
  return std::ranges::equal(p.pattern().indptr(), indptr) &&
         std::ranges::equal(p.pattern().indices(), indices) && std::ranges::equal(c.indptr(), indptr) &&
         std::ranges::equal(c.indices(), indices);
}

TEST_CASE("sparse_plan: where the result has blocks, also where values cancel", "[product]") {
  const square a({2, 2}, {1, 2, 3}, {1, 0, 1}, {0, 1, 3});  // (0, 1), (1, 0), (1, 1)
  const square b({2, 2}, {-1, 5}, {1, 0}, {0, 1, 2});       // (0, 1), (1, 0)
  auto product = plan(cpu{}, a * b);
  auto sum = plan(cpu{}, a + b);
  CHECK(gives(product, {0, 1, 3}, {0, 0, 1}));
  CHECK(gives(sum, {0, 1, 3}, {1, 0, 1}));
  static_assert(!std::is_copy_constructible_v<decltype(product)> &&
                !std::is_copy_constructible_v<decltype(sum)>);
  const auto moved = std::move(product);
  CHECK(gives(moved, {0, 1, 3}, {0, 0, 1}));
}

TEST_CASE("sparse_plan: broken indices are refused by the name of the plan", "[product]") {
  const square a({2, 2}, {1, 2}, {0, 1}, {0, 1, 2});
  square broken = a;
  broken.indices()[1] = 2;
  CHECK(text_of<bsr::format_error>([&] { (void)plan(cpu{}, a * broken); }) ==
        "bsr: plan(a * b): column index values must be < 2 (now max 2): block row 1 holds 2.");
  CHECK(text_of<bsr::format_error>([&] { (void)plan(cpu{}, broken + a); }) ==
        "bsr: plan(a + b): column index values must be < 2 (now max 2): block row 1 holds 2.");
}

}  // namespace
