// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/prune/group_lasso.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

#include "bsr/construct/random.hpp"
#include "bsr/convert/to_dense.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace prune = bsr::prune;
constexpr double eps = std::numeric_limits<double>::epsilon();

TEST_CASE("group lasso: value", "[prune]") {
  const bsr::matrix<double, 1, 2> a({2, 4}, {3, 4, 0, 0, 5, 12}, {0, 1, 1}, {0, 2, 3});
  CHECK(prune::group_lasso(a, 0.5) == 9);
  CHECK(prune::group_lasso(bsr::to_dense(a), {1, 2}, 0.5) == 9);
  const auto b = bsr::random<float>({30, 20}, {7, 6}, 0.5, 1, bsr::padded);
  // Absent blocks cost nothing, edges count as far as they are there.
  const double dense = prune::group_lasso(bsr::to_dense(b), {7, 6}, 1);
  CHECK(prune::group_lasso(b, 1) == dense);
  CHECK(dense > 0);
}

TEST_CASE("group lasso: the subgradient is the slope of the value", "[prune]") {
  auto a = bsr::random<double>({12, 10}, {4, 3}, 0.6, 3, bsr::padded);
  auto zero = a.block(1);
  for (std::int64_t r = 0; r < 4; ++r)
    for (std::int64_t c = 0; c < 3; ++c) zero(r, c) = 0;
  bsr::matrix<double> g(a.pattern());
  prune::add_group_lasso_gradient(g, a, 0.7);
  const auto dense_g = bsr::to_dense(g);
  auto w = bsr::to_dense(a);
  bsr::dense_matrix<double> dense(12, 10);
  prune::add_group_lasso_gradient(dense, w, {4, 3}, 0.7);
  const double h = 1e-6;
  for (std::int64_t i = 0; i < 12; ++i)
    for (std::int64_t j = 0; j < 10; ++j) {
      CHECK(dense(i, j) == dense_g(i, j));
      const double x = w(i, j);
      if (x == 0) {
        CHECK(dense(i, j) == 0);
        continue;
      }
      w(i, j) = x + h;
      const double up = prune::group_lasso(w, {4, 3}, 0.7);
      w(i, j) = x - h;
      const double down = prune::group_lasso(w, {4, 3}, 0.7);
      w(i, j) = x;
      // Central differences: h^2 times a third derivative, which is at most 3 lambda / norm^2 here, and
      // rounding.
      CHECK(std::fabs((up - down) / (2 * h) - dense(i, j)) <= 100 * h * h + 100 * eps / h);
    }
}

TEST_CASE("group lasso: the proximal step solves its problem", "[prune]") {
  const bsr::matrix<double, 1, 2> a({2, 4}, {3, 4, 0.3, -0.4, 0, 0}, {0, 1, 1}, {0, 2, 3});
  auto b = a;
  prune::shrink_blocks(b, 1);
  CHECK(std::fabs(b.data()[0] - 3 * 0.8) <= 4 * eps);
  CHECK(std::fabs(b.data()[1] - 4 * 0.8) <= 8 * eps);
  for (std::size_t k = 2; k < 6; ++k) CHECK(b.data()[k] == 0);
  CHECK(b.num_blocks() == 3);
  auto dense = bsr::to_dense(a);
  prune::shrink_blocks(dense, {1, 2}, 1);
  CHECK(dense(0, 1) == b.data()[1]);
  CHECK(dense(0, 3) == 0);
  // The norm falls by exactly the amount: ||prox(w)|| = max(||w|| - amount, 0).
  auto c = bsr::random<float>({33, 20}, {8, 8}, 0.7, 9, bsr::padded);
  const auto before = prune::scores(c, prune::l2_norm{});
  prune::shrink_blocks(c, 3);
  const auto after = prune::scores(c, prune::l2_norm{});
  for (std::size_t p = 0; p < before.values().size(); ++p) {
    const double norm = before.values()[p];
    if (norm == prune::absent) continue;
    CHECK(std::fabs(after.values()[p] - std::fmax(norm - 3, 0)) <= 1e-6 * norm);
  }
}

TEST_CASE("group lasso: what is refused", "[prune]") {
  auto a = bsr::random<float, 2>({8, 8}, 0.5, 9);
  const auto before = a;
  CHECK(text_of<bsr::error>([&] { prune::shrink_blocks(a, -1); }) ==
        "bsr: prune: shrink_blocks: what is charged for a norm is not negative, and is not -1.");
  CHECK(text_of<bsr::error>([&] { prune::shrink_blocks(a, std::nan("")); }) ==
        "bsr: prune: shrink_blocks: what is charged for a norm is not negative, and is not nan.");
  bsr::matrix<float, 2> g({8, 8});
  CHECK(text_of<bsr::shape_error>([&] { prune::add_group_lasso_gradient(g, a, 1); }) ==
        "bsr: prune: add_group_lasso_gradient: the gradient is 8x8 with 0 blocks of 2x2, the weights are 8x8 "
        "with 8 "
        "of 2x2.");
  for (std::size_t k = 0; k < a.data().size(); ++k) CHECK(a.data()[k] == before.data()[k]);
}

}  // namespace
