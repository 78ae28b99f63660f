// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/plan/known_structure.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "bsr/bsr.hpp"
#include "support/throws.hpp"

namespace {

using bsr_test::text_of;

bsr::matrix<double, 1, 2> example() { return {{2, 4}, {1, 2, 3, 4, 5, 6}, {1, 0, 1}, {0, 2, 3}}; }

TEST_CASE("known_structure: known by sizes and addresses, whatever the values", "[plan]") {
  auto a = example();
  const bsr::detail::known_structure<std::int32_t> known(a.view());
  a.data()[0] = 7;
  known.check("a", a.view());
  known.check("a", bsr::matrix_view<const double>(a.view()));
  const auto other = example();
  CHECK(text_of<bsr::shape_error>([&] { known.check("a", other.view()); }) ==
        "bsr: .on(plan): a has its indices elsewhere than when the plan was made. Make a plan for this "
        "matrix.");
  const bsr::matrix<double, 1, 2> fewer({2, 4}, {1, 2}, {1}, {0, 1, 1});
  CHECK(text_of<bsr::shape_error>([&] { known.check("b", fewer.view()); }) ==
        "bsr: .on(plan): the plan was made for b of 2x4 with 3 blocks of 1x2, and is used with 2x4 with 1 "
        "blocks "
        "of 1x2.");
  known.check_size("update", fewer);
  CHECK(text_of<bsr::shape_error>([&] { known.check_size("update", bsr::matrix<double, 2>({2, 4})); }) ==
        "bsr: plan.update: the plan was made for 2x4 in blocks of 1x2, and the new structure is 2x4 in "
        "blocks of "
        "2x2. Make another plan.");
}

#if BSR_HAS_ASSERT
TEST_CASE("known_structure: with BSR_ASSERT also by its contents", "[plan]") {
  auto a = example();
  const bsr::detail::known_structure<std::int32_t> known(a.view());
  a.indices()[0] = 0;
  CHECK(text_of<bsr::error>([&] { known.check("a", a.view()); }) ==
        "bsr: .on(plan): the structure of an operand was changed in place after the plan was made.");
}
#endif

}  // namespace
