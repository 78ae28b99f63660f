// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/select/resize.hpp"

#include <algorithm>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <string>
#include <vector>

#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

template <class V>
table<V> resized(const table<V>& a, std::int64_t rows, std::int64_t cols) {
  table<V> result(rows, cols);
  for (std::int64_t i = 0; i < std::min(rows, a.rows); ++i)
    for (std::int64_t j = 0; j < std::min(cols, a.cols); ++j) result(i, j) = a(i, j);
  return result;
}

TEMPLATE_TEST_CASE("resize: from every shape to every shape", "[select]", bool, std::int8_t,
                   std::complex<double>) {
  random rng(10);
  random_options options = wild;
  options.values = numbers::small_integers;
  std::string wrong;
  for (std::int64_t m = 0; m <= 6; m += 3)
    for (std::int64_t n = 0; n <= 6; n += 2) {
      const auto a = random_matrix<TestType, 2, 3>(rng, {m, n}, options);
      const auto all = dense(a);
      for (std::int64_t rows = 0; rows <= 8; ++rows)
        for (std::int64_t cols = 0; cols <= 8; ++cols) {
          auto b = a;
          if (rows % 2 == 0 && cols % 3 == 0)
            bsr::resize(b, {rows, cols});
          else
            bsr::resize(b, {rows, cols}, bsr::padded);
          bsr::check_format(b);
          wrong += difference(b, resized(all, rows, cols));
        }
      CHECK(wrong == "");
    }
}

TEST_CASE("resize: the sample, as scipy", "[select]") {
  // a.resize(4, 6): order and duplicates stay.
  auto a = sample::matrix<double>();
  bsr::resize(a, {4, 6});
  CHECK(stored_difference(a, bsr::matrix<double, 2, 3>({4, 6}, {7, 0, 8, 0, 9, 0}, {0}, {0, 1, 1})) == "");
  // a.resize(8, 9)
  auto b = sample::matrix<double>();
  const double* const where = b.data().data();
  bsr::resize(b, {8, 9});
  CHECK(b.data().data() == where);
  CHECK(array_difference("indptr", b.indptr(), std::vector<int>{0, 3, 3, 5, 5}) == "");
  CHECK(array_difference("indices", b.indices(), sample::matrix<double>().indices()) == "");
  bsr::resize(b, {0, 0});
  CHECK(b.num_blocks() == 0);
  CHECK(b.indptr().size() == 1);
  bsr::matrix<double> none;
  bsr::resize(none, {3, 3});
  CHECK(none.shape() == bsr::dims(3, 3));
}

TEST_CASE("resize: what is refused, in scipy's words, leaves the matrix as it was", "[select]") {
  auto a = sample::matrix<double>();
  CHECK(text_of<bsr::shape_error>([&] { bsr::resize(a, {4, 5}); }) ==
        "bsr: resize: shape must be divisible into 2x3 blocks. Got 4x5; pass bsr::padded if the last blocks "
        "shall reach beyond the edge.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::resize(a, {5, 3}); }) ==
        "bsr: resize: shape must be divisible into 2x3 blocks. Got 5x3; pass bsr::padded if the last blocks "
        "shall reach beyond the edge.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::resize(a, {-2, 3}, bsr::padded); }) ==
        "bsr: resize: 'shape' elements cannot be negative. Got -2x3.");
  CHECK(stored_difference(a, sample::matrix<double>()) == "");
  bsr::matrix<double, 1> bad({2, 2}, {1.0, 2.0}, {0, 5}, {0, 1, 2});
  CHECK(text_of<bsr::format_error>([&] { bsr::resize(bad, {1, 1}); }) ==
        "bsr: resize: column index values must be < 2 (now max 5): block row 1 holds 5.");
}

}  // namespace
