// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/prune/average.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "bsr/construct/random.hpp"
#include "bsr/convert/to_dense.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "support/identical.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace prune = bsr::prune;
using matrix = bsr::matrix<float, 2, 3>;

/// The same blocks with other values.
matrix varied(const matrix& a, std::uint64_t seed) {
  auto b = a;
  bsr::detail::fill_random(b.data().data(), static_cast<std::int64_t>(b.data().size()),
                           bsr::detail::random_stream(seed, 0));
  return b;
}

TEST_CASE("average: one pattern stays as it is", "[prune]") {
  // Unsorted, with a block of zeros.
  const matrix a({4, 6}, {1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 7, 8, 9, 10, 11, 12}, {1, 0, 1}, {0, 2, 3});
  const std::vector<matrix> models = {a, a, a};
  const auto mean = prune::average(std::span<const matrix>(models));
  CHECK(array_difference("indices", mean.indices(), a.indices()) == "");
  CHECK(array_difference("indptr", mean.indptr(), a.indptr()) == "");
  CHECK(array_difference("data", mean.data(), a.data()) == "");
}

TEST_CASE("average: the mean in double, rounded once", "[prune]") {
  const auto a = bsr::random<float, 2, 3>({20, 30}, 0.4, 1);
  const std::vector<matrix> models = {a, varied(a, 2), varied(a, 3)};
  const std::vector<double> weights = {1, 2, 5};
  const auto mean = prune::average(std::span<const matrix>(models), weights);
  CHECK(prune::same_pattern(mean, a));
  for (std::size_t k = 0; k < mean.data().size(); ++k) {
    const double sum = 1.0 * double(models[0].data()[k]) + 2.0 * double(models[1].data()[k]) +
                       5.0 * double(models[2].data()[k]);
    // The compiler may fuse a product and a sum: half a unit in the last place of a float either way.
    CHECK(std::fabs(double(mean.data()[k]) - sum / 8) <= 0x1.000001p-24 * std::fabs(sum / 8));
  }
}

TEST_CASE("average: other patterns give the union", "[prune]") {
  const std::vector<matrix> models = {bsr::random<float, 2, 3>({20, 30}, 0.3, 1),
                                      bsr::random<float, 2, 3>({20, 30}, 0.2, 2), matrix({20, 30})};
  CHECK(!prune::same_pattern(models[0], models[1]));
  const auto mean = prune::average(std::span<const matrix>(models));
  CHECK(has_canonical_format(mean));
  const auto dense = bsr::to_dense(mean), x = bsr::to_dense(models[0]), y = bsr::to_dense(models[1]);
  for (std::int64_t i = 0; i < 20; ++i)
    for (std::int64_t j = 0; j < 30; ++j)
      CHECK(dense(i, j) == static_cast<float>((double(x(i, j)) + double(y(i, j))) / 3));
}

TEST_CASE("axpy: exactly the pattern of y", "[prune]") {
  const auto x = bsr::random<float, 2, 3>({20, 30}, 0.3, 1);
  auto y = varied(x, 5);
  const auto before = y;
  prune::axpy(-1, y, y);
  for (const float v : y.data()) CHECK(v == 0);
  CHECK(prune::same_pattern(x, y));
  y = before;
  prune::axpy(0.5, x, y);
  for (std::size_t k = 0; k < y.data().size(); ++k)
    CHECK(y.data()[k] == static_cast<float>(double(before.data()[k]) + 0.5 * double(x.data()[k])));
}

TEST_CASE("average: what is refused", "[prune]") {
  const std::vector<matrix> models = {matrix({4, 6}), matrix({4, 3})};
  CHECK(text_of<bsr::shape_error>([&] { prune::average(std::span<const matrix>(models)); }) ==
        "bsr: prune: average: matrix 0 is 4x6 with blocks of 2x3, but matrix 1 is 4x3 with blocks of 2x3.");
  const std::vector<double> weights = {1, -1}, one = {1};
  const std::vector<matrix> same = {matrix({4, 6}), matrix({4, 6})};
  CHECK(text_of<bsr::error>([&] { prune::average(std::span<const matrix>(same), weights); }) ==
        "bsr: prune: average: the weights sum up to 0.");
  CHECK(text_of<bsr::shape_error>([&] { prune::average(std::span<const matrix>(same), one); }) ==
        "bsr: prune: average: 1 weights for 2 matrices.");
  CHECK(text_of<bsr::error>([&] { prune::average(std::span<const matrix>()); }) ==
        "bsr: prune: average: there is no matrix.");
  auto y = bsr::random<float, 2, 3>({4, 6}, 0.5, 1);
  CHECK(
      text_of<bsr::shape_error>([&] { prune::axpy(1, same[0], y); }) ==
      "bsr: prune: axpy(alpha, x, y): x and y do not have the same blocks; y += alpha * x takes the union.");
}

}  // namespace
