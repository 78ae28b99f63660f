// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/product/planned_factor.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/bsr.hpp"
#include "support/throws.hpp"

namespace {

using bsr::dims;
using bsr::detail::planned_factor;
using bsr_test::text_of;

using wide_matrix = bsr::matrix<float, 1, 2>;
wide_matrix example() { return {{2, 6}, {1, 2, 3, 4, 5, 6}, {2, 0, 1}, {0, 2, 3}}; }

template <bsr::op Op, class T, class Index, class M>
auto make_factor(const M& a) {
  return planned_factor<std::remove_cvref_t<decltype(a.view())>, Op, T, Index>(a.view());
}

TEST_CASE("planned_factor: what a kernel can read is read where it lies", "[product]") {
  const wide_matrix a = example();
  auto f = make_factor<bsr::op::none, float, std::int32_t>(a);
  CHECK(f("a", a.view()).data().data() == a.data().data());
  CHECK(f.structure(a.view()).indices().data() == a.indices().data());
}

TEST_CASE("planned_factor: a transposed factor has its own structure and the values of now", "[product]") {
  wide_matrix a = example();
  auto f = make_factor<bsr::op::transpose, float, std::int32_t>(std::as_const(a));
  for (int time = 0; time < 2; ++time) {
    const auto t = f("a", std::as_const(a).view());
    CHECK(t.shape() == dims(6, 2));
    CHECK(t.blocksize() == dims(2, 1));
    CHECK(bsr::not_equal(t, bsr::to_transposed(a)).stored.num_blocks() == 0);
    CHECK(t.num_blocks() == 3);
    for (float& x : a.data()) x = 10 * x - 1;
  }
}

TEST_CASE("planned_factor: other types are converted, padding is zero", "[product]") {
  wide_matrix a({2, 5}, {1, 2, 3, NAN, 5, 6}, {0, 2, 1}, {0, 2, 3}, bsr::padded);
  auto f = make_factor<bsr::op::none, double, std::int64_t>(std::as_const(a));
  auto t = f("a", std::as_const(a).view());
  static_assert(std::is_same_v<decltype(t)::value_type, double>);
  CHECK(t.shape() == dims(2, 5));
  CHECK(t.indices()[1] == 2);
  CHECK(t.data()[2] == 3);
  CHECK(t.data()[3] == 0);
  // Also where the types are those of the kernel.
  auto same = make_factor<bsr::op::none, float, std::int32_t>(std::as_const(a));
  const auto copy = same("a", std::as_const(a).view());
  CHECK(copy.data().data() != a.data().data());
  CHECK(copy.data()[3] == 0);
  CHECK(std::isnan(a.data()[3]));
}

TEST_CASE("planned_factor: another matrix is refused", "[product]") {
  const wide_matrix a = example(), other = example();
  const wide_matrix smaller({2, 6}, {1, 2}, {2}, {0, 1, 1});
  auto f = make_factor<bsr::op::none, float, std::int32_t>(a);
  CHECK(text_of<bsr::shape_error>([&] { (void)f("a", other.view()); }) ==
        "bsr: .on(plan): a has its indices elsewhere than when the plan was made. Make a plan for "
        "this matrix.");
  CHECK(text_of<bsr::shape_error>([&] { (void)f("a", smaller.view()); }) ==
        "bsr: .on(plan): the plan was made for a of 2x6 with 3 blocks of 1x2, and is used with 2x6 "
        "with 1 blocks of 1x2.");
}

TEST_CASE("check_planned_result: c must have the blocks of the result", "[product]") {
  const wide_matrix c = example();
  const wide_matrix moved({2, 6}, {1, 2, 3, 4, 5, 6}, {0, 2, 1}, {0, 2, 3});
  const wide_matrix wider({2, 8}, {1, 2, 3, 4, 5, 6}, {2, 0, 1}, {0, 2, 3});
  bsr::detail::check_planned_result("a * b", example(), c);
  CHECK(text_of<bsr::shape_error>([&] { bsr::detail::check_planned_result("a * b", moved, c); }) ==
        "bsr: c.on(plan) = a * b: c does not have the blocks of the result. Make it by "
        "plan.result(), or by matrix c = a * b.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::detail::check_planned_result("a * b", wider, c); }) ==
        "bsr: c.on(plan) = a * b: the result is 2x6 in blocks of 1x2, c is 2x8 in blocks of 1x2.");
}

}  // namespace
