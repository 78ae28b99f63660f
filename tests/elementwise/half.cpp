// SPDX-License-Identifier: BSD-3-Clause
// Matrices of float16 and bfloat16 go through every room.
#include "bsr/base/half.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <type_traits>

#include "bsr/bsr.hpp"
#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

/// Small integers are halves, so what is computed with them is exact.
constexpr random_options exact{.density = 0.4,
                               .duplicates = 0.2,
                               .zero_blocks = 0.1,
                               .values = numbers::small_integers,
                               .poison_padding = false};

TEMPLATE_TEST_CASE("half: conversions and verbs", "[elementwise]", bsr::float16, bsr::bfloat16) {
  const auto a = sample::matrix<TestType>();
  auto sum = a;
  bsr::sum_duplicates(sum);
  CHECK(stored_difference(sum, sample::canonical<TestType>()) == "");
  CHECK(stored_difference(bsr::to_csr(a), sample::csr<TestType>()) == "");
  CHECK(stored_difference(bsr::to_coo(a), sample::coo<TestType>()) == "");
  CHECK(stored_difference(bsr::to_transposed(a), sample::transposed<TestType>()) == "");
  const auto x = bsr::to_dense(a);
  CHECK(difference(x, dense(a)) == "");
  CHECK(difference(bsr::to_bsr<2, 3>(x), dense(a)) == "");
  CHECK(difference(bsr::to_bsr<3>(a), dense(a)) == "");
  CHECK(difference(bsr::to_bsr<2>(sample::csr<TestType>(), bsr::padded), dense(a)) == "");
  CHECK(difference(bsr::to_bsr<2>(sample::coo<TestType>(), bsr::padded), dense(a)) == "");
  bsr::eliminate_zeros(sum);
  CHECK(sum.num_blocks() == 3);
}

TEMPLATE_TEST_CASE("half: element by element", "[elementwise]", bsr::float16, bsr::bfloat16) {
  random rng(1);
  const auto a = random_matrix<TestType, 2, 3>(rng, {7, 10}, exact);
  const auto b = random_matrix<TestType, 2, 3>(rng, {7, 10}, exact);
  const auto wide_a = bsr::astype<double>(a);
  const auto wide_b = bsr::astype<double>(b);
  const auto sum = bsr::add(a, b);
  STATIC_CHECK(std::is_same_v<decltype(sum), const bsr::matrix<TestType, 2, 3>>);
  CHECK(stored_difference(bsr::astype<double>(sum), bsr::add(wide_a, wide_b)) == "");
  CHECK(stored_difference(bsr::astype<double>(bsr::multiply(a, b)), bsr::multiply(wide_a, wide_b)) == "");
  CHECK(stored_difference(bsr::astype<double>(bsr::maximum(a, b)), bsr::maximum(wide_a, wide_b)) == "");
  CHECK(stored_difference(bsr::less(a, b).stored, bsr::less(wide_a, wide_b).stored) == "");
  CHECK(stored_difference(bsr::astype<double>(bsr::multiply(a, 2)), bsr::multiply(wide_a, 2)) == "");
  STATIC_CHECK(std::is_same_v<decltype(bsr::divide(a, 2)), bsr::matrix<double, 2, 3>>);
  // Not every root is a half: it is the rounded root.
  const auto root = bsr::sqrt(bsr::abs(a));
  const auto wide_root = bsr::sqrt(bsr::abs(bsr::astype<float>(a)));
  CHECK(stored_difference(root, bsr::astype<TestType>(wide_root)) == "");
  auto scaled = a;
  scaled *= 2;
  bsr::scale_rows(scaled, random_vector<TestType>(rng, 7, numbers::small_integers));
  CHECK(scaled.num_blocks() == a.num_blocks());
}

TEMPLATE_TEST_CASE("half: products are summed in float", "[elementwise]", bsr::float16, bsr::bfloat16) {
  random rng(2);
  const auto a = random_matrix<TestType, 2, 3>(rng, {8, 12}, exact);
  const auto x = random_dense<TestType>(rng, 12, 5, numbers::small_integers);
  const auto v = random_vector<TestType>(rng, 12, numbers::small_integers);
  bsr::dense_matrix<float> y(8, 5);
  bsr::buffer<float> u(8);
  const auto wide_a = bsr::astype<float>(a);
  bsr::dense_matrix<float> wide_x(12, 5);
  bsr::copy(x, wide_x);
  y = a * x;
  CHECK(difference(y, expected_product(wide_a, wide_x)) == "");
  bsr::view(u) = a * bsr::view(v);
  bsr::buffer<float> wide_v(12);
  bsr::copy(v, wide_v);
  CHECK(difference(u, expected_product(wide_a, wide_v)) == "");
  bsr::dense_matrix<TestType> narrow(8, 5);
  narrow = a * x;
  CHECK(float(narrow(0, 0)) == float(TestType(y(0, 0))));
}

TEST_CASE("map, multiply, add: next to the grammar and the arithmetic of numbers", "[elementwise]") {
  using namespace bsr;
  auto a = sample::matrix<float>();
  const auto& constant = a;
  const auto twice = [](float x) { return 2 * x; };
  CHECK(stored_difference(map(a, twice), map(constant, twice)) == "");
  CHECK(stored_difference(map(sample::matrix<float>(), twice), map(a.view(), twice)) == "");
  CHECK(stored_difference(add(a, a), map(a, twice)) != "");  // add drops the block of zeros
  CHECK(bsr::multiply(2.0f, 3.0f) + bsr::add(1.0f, 2.0f) == 9.0f);
}

}  // namespace
