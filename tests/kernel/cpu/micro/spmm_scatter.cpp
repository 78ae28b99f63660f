// SPDX-License-Identifier: BSD-3-Clause
#include <catch2/catch_template_test_macros.hpp>
#include <cmath>
#include <complex>

#include "kernel/cpu/micro/cases.hpp"

using namespace bsr_test;

template <class Layout, class T, int R, int C, class Sizes = decltype(few_columns)>
static void check(const Sizes& sizes = few_columns) {
  check_blocks<bsr::micro::spmm_scatter, bsr::op::transpose, Layout, Layout, T, R, C>(sizes);
}

TEST_CASE("spmm_scatter computes C = alpha A' B, by rows") {
  SECTION("4x4") { check<bsr::row_major, float, 4, 4>(), check<bsr::row_major, double, 4, 4>(); }
  SECTION("3x5") { check<bsr::row_major, float, 3, 5>(), check<bsr::row_major, double, 3, 5>(); }
  SECTION("16x16") { check<bsr::row_major, float, 16, 16>(); }
}

TEST_CASE("spmm_scatter computes C = alpha A' B, by columns") {
  SECTION("4x4") { check<bsr::col_major, float, 4, 4>(), check<bsr::col_major, double, 4, 4>(); }
  SECTION("3x5") { check<bsr::col_major, float, 3, 5>(), check<bsr::col_major, double, 3, 5>(); }
  SECTION("16x16") { check<bsr::col_major, float, 16, 16>(); }
  SECTION("2x60, wider than a tile") { check<bsr::col_major, float, 2, 60>(); }
}

TEST_CASE("spmm_scatter leaves padded matrices to the general kernel") {
  bsr_test::random rng(9);
  const auto a = random_matrix<float, 4, 4>(rng, {18, 21}, wild);
  for (const int n : few_columns)
    check_spmm<bsr::micro::spmm_scatter, bsr::op::transpose, bsr::row_major, bsr::row_major>(rng, a.view(),
                                                                                             n);
}

TEMPLATE_TEST_CASE("spmm_scatter starts from the first addend, and reads C no more", "", bsr::row_major,
                   bsr::col_major) {
  bsr_test::random rng(10);
  const auto a = random_matrix<double, 3, 4>(rng, {15, 20}, wild);
  const auto b = random_dense<double, TestType>(rng, 15, 21);
  const auto before = random_dense<double, TestType>(rng, 20, 21);
  const auto product = expected_product(a, b, true);
  SECTION("C = A' B + 2 C") {
    auto c = before;
    c = bsr::transpose(a) * b + 2.0 * c;
    CHECK(difference(c, expected_product(1.0, a, b, 2.0, before, true)) == "");
  }
  SECTION("an addend that comes after a function gets the old C") {
    auto c = before;
    c = c + relu(bsr::transpose(a) * b);
    for (std::int64_t i = 0; i < c.rows(); ++i)
      for (std::int64_t j = 0; j < c.cols(); ++j) {
        const double p = static_cast<double>(product.value(i, j)), wanted = before(i, j) + (p > 0 ? p : 0.0);
        REQUIRE(std::abs(c(i, j) - wanted) <=
                static_cast<double>(product.bound(i, j)) + 0x1p-52 * std::abs(wanted));
      }
  }
  SECTION("beta = 0 reads nothing") {
    bsr::dense_matrix<double, TestType> c(20, 21);
    for (std::int64_t i = 0; i < 20; ++i)
      for (std::int64_t j = 0; j < 21; ++j) c(i, j) = poison<double>();
    c = bsr::transpose(a) * b + 0.0 * c;
    CHECK(difference(c, product) == "");
  }
}

TEST_CASE("spmm_scatter, more block sizes") {
  check<bsr::row_major, float, 1, 1>(), check<bsr::row_major, float, 7, 7>(),
      check<bsr::row_major, float, 32, 32>();
  check<bsr::row_major, double, 16, 1>(), check<bsr::row_major, double, 1, 16>(),
      check<bsr::row_major, float, 40, 24>();
  check<bsr::col_major, float, 1, 1>(), check<bsr::col_major, float, 7, 7>(),
      check<bsr::col_major, float, 32, 32>();
  check<bsr::col_major, double, 16, 1>(), check<bsr::col_major, double, 1, 16>(),
      check<bsr::col_major, float, 40, 24>();
}

TEST_CASE("spmm_scatter with complex numbers") {
  const std::initializer_list<int> sizes{0, 1, 4, 5, 12, 13, 25};
  check<bsr::row_major, std::complex<double>, 4, 4>(sizes);
  check<bsr::row_major, std::complex<float>, 3, 5>(sizes);
  check<bsr::col_major, std::complex<double>, 3, 5>(sizes);
  check<bsr::col_major, std::complex<float>, 2, 60>(sizes);
}
TEMPLATE_TEST_CASE("spmm_scatter with complex numbers: a complex factor, an addend, a function", "",
                   bsr::row_major, bsr::col_major) {
  using T = std::complex<double>;
  bsr_test::random rng(11);
  const auto a = random_matrix<T, 3, 4>(rng, {15, 20}, wild);
  const auto b = random_dense<T, TestType>(rng, 15, 7);
  const auto before = random_dense<T, TestType>(rng, 20, 7);
  const T alpha(0.5, -2), beta(1, 3);
  auto c = before;
  c = alpha * (bsr::transpose(a) * b) + beta * c;
  CHECK(difference(c, expected_product(alpha, a, b, beta, before, true)) == "");
  c = bsr::map(bsr::transpose(a) * b, [](T z) { return -z; });
  CHECK(difference(c, expected_product(T(-1), a, b, T(0), before, true)) == "");
}
