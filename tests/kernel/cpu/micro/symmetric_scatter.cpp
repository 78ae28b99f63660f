// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/symmetric_scatter.hpp"

#include <cmath>

#include "bsr/expr/symmetric.hpp"
#include "kernel/cpu/micro/symmetric_cases.hpp"

using namespace bsr_test;
using bsr::row_major;
using bsr::micro::symmetric_scatter;

TEST_CASE("symmetric_scatter computes C = alpha symmetric(A) B") {
  check_symmetric<symmetric_scatter, row_major, row_major, double, double, 3>({0, 1, 7, 8, 17, 24, 33});
  check_symmetric<symmetric_scatter, row_major, row_major, float, float, 9>({2, 16, 47, 65});
}
TEST_CASE("symmetric_scatter: matrices that end within a block") {
  check_symmetric<symmetric_scatter, row_major, row_major, double, double, 3>({3, 8, 30}, 1);
  check_symmetric<symmetric_scatter, row_major, row_major, float, float, 9>({5, 16}, 7);
}
TEST_CASE("symmetric_scatter: floats with doubles, NaN") {
  check_symmetric<symmetric_scatter, row_major, row_major, float, double, 3>({4, 8}, 2);
  check_symmetric_nan<symmetric_scatter, double>();
}
TEST_CASE("symmetric_scatter: more blocks than a chunk holds") {
  check_symmetric<symmetric_scatter, row_major, row_major, double, double, 3>({60}, 1, 110);
}

TEST_CASE("symmetric_scatter starts from the first addend, and reads C no more") {
  bsr_test::random rng(10);
  const auto half = random_matrix<double, 3>(rng, {20, 20}, wild);
  const auto whole = both_halves<double>(half);
  const auto b = random_dense<double>(rng, 20, 21), before = random_dense<double>(rng, 20, 21);
  const auto product = expected_product(whole, b);
  auto c = before;
  SECTION("C = -2 S B + 2 C") {
    c = -2.0 * (symmetric(half) * b) + 2.0 * c;
    CHECK(difference(c, expected_product(-2.0, whole, b, 2.0, before)) == "");
  }
  SECTION("an addend that comes after a function gets the old C") {
    c = c + relu(symmetric(half) * b);
    for (std::int64_t i = 0; i < c.rows(); ++i)
      for (std::int64_t j = 0; j < c.cols(); ++j) {
        const double p = static_cast<double>(product.value(i, j)), wanted = before(i, j) + (p > 0 ? p : 0.0);
        REQUIRE(std::abs(c(i, j) - wanted) <=
                static_cast<double>(product.bound(i, j)) + 0x1p-52 * std::abs(wanted));
      }
  }
  SECTION("functions come when the sums are complete") {
    c = relu(symmetric(half) * b);
    for (std::int64_t i = 0; i < c.rows(); ++i)
      for (std::int64_t j = 0; j < c.cols(); ++j) {
        const double p = static_cast<double>(product.value(i, j));
        REQUIRE(std::abs(c(i, j) - (p > 0 ? p : 0.0)) <= static_cast<double>(product.bound(i, j)));
      }
  }
}
