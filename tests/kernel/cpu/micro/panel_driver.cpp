// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/panel_driver.hpp"

#include "kernel/cpu/micro/with_plan.hpp"
#include "support/expected.hpp"

using namespace bsr_test;

/// C = 0.5 relu(-1.5 A B + bias + D) + C, into rows that lie in one piece and into others.
template <class T, class A>
static void check_light_functions(const A& a, int n) {
  bsr_test::random rng(static_cast<std::uint64_t>(n));
  const auto b = random_dense<T>(rng, a.cols(), n), d = random_dense<T>(rng, a.rows(), n),
             before = random_dense<T>(rng, a.rows(), n);
  std::vector<T> bias(static_cast<std::size_t>(a.rows()));
  for (T& v : bias) v = rng.value<T>();
  const auto wanted =
      expected<T>::left(a, false, b).scale(-1.5).add_row(bias).add(1, d).relu().scale(0.5).add(1, before);
  auto c = before;
  c = T(0.5) * relu(T(-1.5) * a * b + bsr::per_row(bias) + d) + c;
  CHECK(difference(c, wanted) == "");
  std::vector<T> memory(static_cast<std::size_t>(2 * a.rows() * n));
  const bsr::dense_view<T, bsr::strided> apart(memory.data(), a.rows(), n, 2 * n, 2);
  apart = T(0.5) * relu(T(-1.5) * a * b + bsr::per_row(bias) + d) + before;
  CHECK(difference(apart, wanted) == "");
}

TEST_CASE("panel_driver: light functions are applied in registers by whole tiles, elsewhere by others") {
  bsr_test::random rng(4);
  const auto high = random_matrix<float, 16>(rng, {80, 96}, wild);
  const auto odd = random_matrix<double, 9, 5>(rng, {45, 40}, wild),
             cut = random_matrix<double, 9, 5>(rng, {44, 38}, wild);
  for (const int n : {1, 32, 96, 101}) {
    check_light_functions<float>(high, n);
    check_light_functions<float>(bsr::matrix_view<const float>(high.view()), n);
    check_light_functions<double>(odd, n);
    check_light_functions<double>(cut, n);
  }
}

TEST_CASE("panel_driver: wide B, whose panels are copied") {
  // Rows of B are used 64 times on average.
  bsr_test::random rng(1);
  const auto tall = random_matrix<double, 4>(rng, {159, 47}, {.density = 0.4});
  const bsr::matrix_view<const double> a = tall.view();
  for (const int n : {256, 261, 300})
    check_spmm<with_plan, bsr::op::none, bsr::row_major, bsr::row_major>(rng, a, n);
  const auto flat = random_matrix<double, 4>(rng, {47, 159}, {.density = 0.4});
  const bsr::matrix_view<const double> b = flat.view();
  check_spmm<with_plan, bsr::op::transpose, bsr::row_major, bsr::row_major>(rng, b, 261);
}

TEST_CASE("panel_driver: more blocks than a chunk holds, for several panels") {
  bsr_test::random rng(2);
  const auto a = random_matrix<double, 16>(rng, {320, 318}, {.density = 0.4, .empty_rows = 0.1});
  REQUIRE(a.nnz() * 8 > bsr::chunk_of_a);
  for (const int n : {60, 101})
    check_spmm<with_plan, bsr::op::none, bsr::row_major, bsr::row_major>(rng, a.view(), n);
}

TEST_CASE("panel_driver: blocks that do not stay in the cache are taken in pieces") {
  bsr_test::random rng(2);
  const auto large = random_matrix<float, 32>(rng, {544, 544}, {.density = 1.0});
  REQUIRE(large.nnz() * 4 > bsr::blocks_stay_in_cache);
  const bsr::matrix_view<const float> a = large.view();
  check_spmm<with_plan, bsr::op::none, bsr::row_major, bsr::row_major>(rng, a, 67);
}
