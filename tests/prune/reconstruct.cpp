// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/prune/reconstruct.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "bsr/construct/random.hpp"
#include "bsr/convert/to_dense.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "bsr/prune/score.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace prune = bsr::prune;

/// E ||(W - A) x||^2 for independent inputs: (D m)^2 + D^2 s, D = W - A.
template <class A, class W>
double expected_error(const A& a, const W& w, const std::vector<double>& mean,
                      const std::vector<double>& variance) {
  const auto dense = bsr::to_dense(a);
  double total = 0;
  for (std::int64_t i = 0; i < w.rows(); ++i) {
    double sum = 0;
    for (std::int64_t j = 0; j < w.cols(); ++j) {
      const double d = double(w(i, j)) - double(dense(i, j));
      sum += d * mean[static_cast<std::size_t>(j)];
      total += d * d * variance[static_cast<std::size_t>(j)];
    }
    total += sum * sum;
  }
  return total;
}

TEST_CASE("reconstruction: the error falls and is what it says", "[prune]") {
  for (const bsr::dims block : {bsr::dims(1, 1), {4, 4}, {5, 7}, {1, 8}}) {
    const auto w = bsr::to_dense(bsr::random<float, 1>({40, 48}, 1.0, 3));
    std::vector<double> mean(48), variance(48);
    for (std::size_t c = 0; c < 48; ++c) {
      mean[c] = std::sin(double(c));
      variance[c] = 0.1 + double(c % 5);
    }
    auto a = prune::gather(
        w, prune::select(prune::scores(w, block, prune::l1_norm{}, bsr::padded), prune::sparsity{0.7}));
    const auto blocks = std::vector<int>(a.indptr().begin(), a.indptr().end());
    const double before = expected_error(a, w, mean, variance);
    const auto done = prune::exchange_for_reconstruction(a, w, mean, variance);
    const double after = expected_error(a, w, mean, variance);
    const double bound = 40 * 48 * 8 * std::numeric_limits<double>::epsilon() * before;
    CHECK(std::fabs(done.before - before) <= bound);
    CHECK(std::fabs(done.after - after) <= bound);
    CHECK(done.exchanges > 0);
    CHECK(after < before);
    CHECK(std::vector<int>(a.indptr().begin(), a.indptr().end()) == blocks);
    CHECK(has_canonical_format(a));
    // Nothing more to gain.
    CHECK(prune::exchange_for_reconstruction(a, w, mean, variance).exchanges == 0);
  }
}

TEST_CASE("reconstruction: by hand", "[prune]") {
  // Outputs 1 x0 + 2 x1 + 2 x2 with means 1, 1, -1 and little noise: the last two cancel, so x0 is worth
  // most.
  bsr::dense_matrix<double> w(1, 3);
  w(0, 0) = 1;
  w(0, 1) = 2;
  w(0, 2) = 2;
  const std::vector<double> mean = {1, 1, -1}, variance = {0.01, 0.01, 0.01};
  bsr::matrix<double, 1> a({1, 3}, {2}, {1}, {0, 1});
  const auto done = prune::exchange_for_reconstruction(a, w, mean, variance);
  CHECK(std::fabs(done.before - (1 + 0.05)) < 1e-15);  // (1 - 2)^2 + 0.01 + 0.04
  CHECK(std::fabs(done.after - 0.08) < 1e-15);
  CHECK(a.indices()[0] == 0);
  CHECK(a.data()[0] == 1);
}

TEST_CASE("reconstruction: what is refused, and nothing has changed", "[prune]") {
  auto w = bsr::to_dense(bsr::random<float, 1>({4, 4}, 1.0, 3));
  auto a = prune::to_bsr<2>(w, prune::keep_blocks{2});
  const std::vector<float> before(a.data().begin(), a.data().end());
  const std::vector<double> four(4, 1), three(3, 1), negative = {0, 0, -1, 0};
  CHECK(text_of<bsr::shape_error>([&] { prune::exchange_for_reconstruction(a, w, four, three); }) ==
        "bsr: prune: exchange_for_reconstruction: a is 4x4, but there are 4 means and 3 variances of its "
        "inputs.");
  CHECK(text_of<bsr::error>([&] { prune::exchange_for_reconstruction(a, w, four, negative); }) ==
        "bsr: prune: exchange_for_reconstruction: input 2 has the mean 1 and the variance -1.");
  w(3, 2) = std::nanf("");
  CHECK(text_of<bsr::error>([&] { prune::exchange_for_reconstruction(a, w, four, four); }) ==
        "bsr: prune: exchange_for_reconstruction: the weight at (3, 2) is NaN.");
  CHECK(std::vector<float>(a.data().begin(), a.data().end()) == before);
}

}  // namespace
