// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/select/element.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <vector>

#include "support/bounds.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

template <class A>
void check_every_place(const A& a) {
  const auto expected = dense(a);
  for (std::int64_t i = 0; i < a.rows(); ++i)
    for (std::int64_t j = 0; j < a.cols(); ++j) CHECK(widen(bsr::element(a, i, j)) == expected(i, j));
  const bsr::dims block = a.blocksize();
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (std::int64_t j = 0; j < a.block_cols(); ++j) {
      std::int64_t first = -1;
      for (auto entry : a.row(i))
        if (entry.col() == j && first < 0) first = entry.index();
      CHECK(bsr::find_block(a, i, j) == first);
      CHECK(bsr::contains_block(a, i, j) == (first >= 0));
    }
  CHECK(block.rows > 0);
}

TEMPLATE_TEST_CASE("element, find_block: every place of a random matrix", "[select]", bool, std::int8_t,
                   std::complex<double>) {
  random rng(1);
  random_options options = wild;
  options.values = numbers::small_integers;
  check_every_place(random_matrix<TestType, 2, 3>(rng, {8, 9}, options));
  check_every_place(random_matrix<TestType>(rng, {7, 11}, {3, 2}, options));
  check_every_place(random_matrix<TestType, 1, 1, std::int64_t>(rng, {3, 90}, options));
}

TEST_CASE("element: the sample, numbers of scipy's toarray", "[select]") {
  const auto a = sample::matrix<double>();
  CHECK(bsr::element(a, 0, 6) == 2.0);  // 1 + 1: stored twice
  CHECK(bsr::element(a, 1, 7) == 6.0);
  CHECK(bsr::element(a, 5, 2) == 5.0);
  CHECK(bsr::element(a, 3, 3) == 0.0);
  CHECK(bsr::element(a.view(), 0u, std::int8_t{2}) == 8.0);
  CHECK(bsr::find_block(a, 0, 2) == 0);  // and again at 2
  CHECK(bsr::find_block(a, 0, 0) == 1);
  CHECK(bsr::find_block(a, 1, 0) == -1);
  CHECK(bsr::contains_block(a, 2, 1));  // zeros, but stored
  CHECK_FALSE(bsr::contains_block(a, 0, 1));
}

TEST_CASE("find_block: long rows, at every place of a chunk", "[select]") {
  for (std::int64_t n = 1; n <= 50; ++n) {
    bsr::buffer<std::int32_t> indices(n);
    for (std::int64_t k = 0; k < n; ++k) indices[k] = static_cast<std::int32_t>(k);
    const bsr::matrix<int, 1> a({1, 60}, bsr::buffer<int>(n), indices, {0, static_cast<std::int32_t>(n)});
    for (std::int64_t j = 0; j < 60; ++j) CHECK(bsr::find_block(a, 0, j) == (j < n ? j : -1));
  }
}

TEST_CASE("element, find_block: what is outside", "[select]") {
  const auto a = sample::matrix<double>();
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::element(a, 6, 0); }) ==
        "bsr: element: (6, 0) is outside of a 6x9 matrix.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::element(a, 0, -1); }) ==
        "bsr: element: (0, -1) is outside of a 6x9 matrix.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::element(a, -1, 0); }) ==
        "bsr: element: (-1, 0) is outside of a 6x9 matrix.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::element(a, 0, 9); }) ==
        "bsr: element: (0, 9) is outside of a 6x9 matrix.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::find_block(a, 0, 3); }) ==
        "bsr: find_block: block (0, 3) is outside of 3x3 blocks: the matrix is 6x9, blocksize is 2x3.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::find_block(a, -1, 0); }) ==
        "bsr: find_block: block (-1, 0) is outside of 3x3 blocks: the matrix is 6x9, blocksize is 2x3.");
  const bsr::matrix<double, 2> none({0, 4});
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::element(none, 0, 0); }) ==
        "bsr: element: (0, 0) is outside of a 0x4 matrix.");
}

TEST_CASE("element: index pointers out of order are refused in the row they are in", "[select]") {
  const bsr::matrix<double, 1> a({3, 3}, {1.0, 2.0}, {0, 1}, {0, 5, 1, 2});
  CHECK(text_of<bsr::format_error>([&] { (void)bsr::element(a, 0, 0); }) ==
        "bsr: element: block row 0 begins at 0 and ends at 5, and there are 2 blocks.");
  CHECK(text_of<bsr::format_error>([&] { (void)bsr::find_block(a, 1, 0); }) ==
        "bsr: find_block: block row 1 begins at 5 and ends at 1, and there are 2 blocks.");
  CHECK(bsr::element(a, 2, 1) == 2.0);
}

}  // namespace
