// SPDX-License-Identifier: BSD-3-Clause
// Element types of the operands, alike and mixed.
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <vector>

#include "expr/update.hpp"
#include "expr/world.hpp"

using bsr_test::by_definition;
using bsr_test::difference;
using bsr_test::gives;
using bsr_test::gives_fresh;

namespace {

using bsr_test::random_dense;
using bsr_test::random_matrix;
using bsr_test::wild;

template <class TA, class TB = TA, class TC = TA>
void types() {
  bsr_test::update<TA, TB, TC, 2, 2, std::int32_t>({6, 8}, {2, 2}, 3, 21);
}

}  // namespace

TEST_CASE("element types: integers wrap, bool is or, complex is complex", "[types]") {
  // The other types: tests/conformance.
  types<float>();
  types<long double>();
  types<std::complex<double>>();
  types<std::int8_t>();
  types<std::uint16_t>();
  types<std::int64_t>();
}

TEST_CASE("mixed element types: sums are in the smallest type that holds all", "[types]") {
  types<float, double, double>();  // iterative refinement
  types<float, float, double>();
  types<std::int8_t, std::int8_t, std::int32_t>();
  types<bool, double, double>();
  types<std::complex<float>, float, std::complex<double>>();
}

TEST_CASE("bool is logical", "[types]") {
  bsr_test::random rng(2);
  const auto a = random_matrix<bool, 2, 2>(rng, {6, 8}, wild);
  const auto x = random_dense<bool>(rng, 8, 3);
  const auto d = random_dense<bool>(rng, 6, 3);
  const auto ax = bsr_test::expected<bool>::left(a, false, x);
  gives_fresh(d, [&](auto c) { c.on(by_definition) = a * x; }, ax);
  gives(d, [&](auto c) { c.on(by_definition) += a * x; }, ax.add(1, d));
  gives_fresh(d, [&](auto c) { c.on(by_definition) = a * x + d; }, ax.add(1, d));
  // Into integers, the same product counts.
  bsr::dense_matrix<std::int32_t> count(6, 3);
  count.on(by_definition) = a * x;
  CHECK(difference(count, bsr_test::expected<std::int32_t>::left(a, false, x)) == "");
}

TEST_CASE("a double destination keeps the digits that a float product is added to", "[types]") {
  const bsr::matrix<float, 1> a({1, 1}, {1.0f}, {0}, {0, 1});
  const std::vector<float> x{1};
  std::vector<double> y{1e10};
  for (int k = 0; k < 3; ++k) bsr::view(y).on(by_definition) += a * x;
  CHECK(y[0] == 1e10 + 3);
  const std::vector<double> d{1.0 + 1e-12};
  bsr::view(y).on(by_definition) = d - a * x;
  CHECK(y[0] == (1.0 + 1e-12) - 1.0);
}
