// SPDX-License-Identifier: BSD-3-Clause
// Values and structures against scipy are in tests/conformance.
#include "bsr/product/matrix_power.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <type_traits>

#include "bsr/bsr.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/throws.hpp"

namespace {
using bsr::dims;
using namespace bsr_test;

TEST_CASE("matrix_power: products one by one", "[product]") {
  bsr_test::random rng(1);
  auto options = wild;
  options.values = numbers::small_integers;  // every product is exact
  const auto a = random_matrix<std::int64_t, 2>(rng, dims(8, 8), options);
  auto expected = bsr::eye<std::int64_t, 2>(8);
  for (int n = 0; n <= 9; ++n) {
    const auto p = matrix_power(a, n);
    static_assert(std::is_same_v<decltype(p), const bsr::matrix<std::int64_t, 2>>);
    CHECK(stored_difference(p, expected) == "");
    expected = n == 0 ? a : spgemm(bsr::cpu{}, expected, a);
    if (n == 0) sum_duplicates(expected);
  }
  CHECK(stored_difference(matrix_power(bsr::cpu{.threads = 1}, a, 3), matrix_power(a, 3)) == "");
}

TEST_CASE("matrix_power: blocks that are no squares, padding, nothing", "[product]") {
  bsr_test::random rng(2);
  auto options = wild;
  options.values = numbers::small_integers;
  const auto a = random_matrix<double, 2, 3>(rng, dims(6, 6), options);
  CHECK(matrix_power(a, 2).blocksize() == dims(2, 3));
  CHECK(stored_difference(matrix_power(a, 2), bsr::matrix(a * a)) == "");
  const auto b = random_matrix<double, 2>(rng, dims(5, 5), options);
  CHECK(stored_difference(matrix_power(b, 2), bsr::matrix(b * b)) == "");
  CHECK(matrix_power(b, 0).nnz() == 12);
  CHECK(sum(matrix_power(b, 0)) == 5);
  CHECK(matrix_power(bsr::matrix<double, 2>({0, 0}), 3).rows() == 0);
}

TEST_CASE("matrix_power: what has no power", "[product]") {
  const bsr::matrix<double, 2> a({4, 6}), b({4, 4});
  CHECK(text_of<bsr::shape_error>([&] { (void)matrix_power(a, 2); }) ==
        "bsr: matrix_power: a is 4x6: only a square matrix has powers.");
  CHECK(text_of<bsr::shape_error>([&] { (void)matrix_power(b, -1); }) ==
        "bsr: matrix_power: exponent must be >= 0: it is -1.");
}

}  // namespace
