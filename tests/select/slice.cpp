// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/select/slice.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "bsr/convert/to_csr.hpp"
#include "bsr/convert/to_transposed.hpp"
#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

template <class V>
table<V> part(const table<V>& a, std::int64_t row0, std::int64_t row1, std::int64_t col0, std::int64_t col1) {
  table<V> result(row1 - row0, col1 - col0);
  for (std::int64_t i = row0; i < row1; ++i)
    for (std::int64_t j = col0; j < col1; ++j) result(i - row0, j - col0) = a(i, j);
  return result;
}

template <class A>
void check_every_slice(const A& a) {
  const auto all = dense(a);
  const bsr::dims block = a.blocksize();
  const auto boundary = [](std::int64_t i, std::int64_t size, std::int64_t b) {
    return i * b < size ? i * b : size;
  };
  for (std::int64_t i = 0; i <= a.block_rows(); ++i)
    for (std::int64_t i1 = i; i1 <= a.block_rows(); ++i1) {
      const auto row0 = boundary(i, a.rows(), block.rows);
      const auto row1 = boundary(i1, a.rows(), block.rows);
      const auto rows = bsr::block_row_slice(a, i, i1);
      CHECK(difference(rows, part(all, row0, row1, 0, a.cols())) == "");
      if (row0 % block.rows != 0) continue;  // the end of a padded matrix
      for (std::int64_t j = 0; j <= a.block_cols(); ++j)
        for (std::int64_t j1 = j; j1 <= a.block_cols(); ++j1) {
          const auto col0 = boundary(j, a.cols(), block.cols);
          const auto col1 = boundary(j1, a.cols(), block.cols);
          if (col0 % block.cols != 0) continue;
          const auto b = bsr::slice(a, row0, row1, col0, col1);
          STATIC_CHECK(std::is_same_v<decltype(b), const A>);
          CHECK(b.blocksize() == block);
          CHECK(difference(b, part(all, row0, row1, col0, col1)) == "");
        }
    }
}

TEMPLATE_TEST_CASE("slice, block_row_slice: every part of random matrices", "[select]", bool, std::int8_t,
                   std::complex<double>) {
  random rng(2);
  random_options options = wild;
  options.values = numbers::small_integers;
  check_every_slice(random_matrix<TestType, 2, 3>(rng, {8, 9}, options));
  check_every_slice(
      random_matrix<TestType, bsr::dynamic, bsr::dynamic, std::int64_t>(rng, {7, 7}, {3, 2}, options));
  check_every_slice(random_matrix<TestType, 2>(rng, {0, 4}, options));
  check_every_slice(random_matrix<TestType, 2>(rng, {4, 0}, options));
}

TEST_CASE("slice: order and duplicates stay", "[select]") {
  const auto a = sample::matrix<float>();
  CHECK(stored_difference(bsr::slice(a, 0, 6, 0, 9), a) == "");
  // Block columns 1 and 2 of block rows 0 and 1.
  CHECK(stored_difference(
            bsr::slice(a, 0, 4, 3, 9),
            bsr::matrix<float, 2, 3>({4, 6}, {1, 2, 3, 4, 5, 6, 1, 0, 0, 0, 1, 2}, {1, 1}, {0, 2, 2})) == "");
}

TEST_CASE("slice: block columns that no index of the type can name", "[select]") {
  const std::int64_t far = std::int64_t{1} << 40;
  const bsr::matrix<float, 1> a({2, 2 * far}, {1, 2, 3}, {0, 7, 0x7fffffff}, {0, 2, 3});
  CHECK(bsr::slice(a, 0, 2, far, 2 * far).num_blocks() == 0);
  CHECK(bsr::slice(a, 0, 2, 7, 2 * far).num_blocks() == 2);
  CHECK(bsr::slice(a, 0, 2, 0, far).num_blocks() == 3);
}

TEST_CASE("block_row_slice: shares the memory, and is an operand", "[select]") {
  auto a = sample::matrix<double>();
  auto rows = bsr::block_row_slice(a, 1, 3);
  STATIC_CHECK(bsr::sparse_like<decltype(rows)&>);
  STATIC_CHECK(bsr::sparse_like<const decltype(rows)&>);
  STATIC_CHECK_FALSE(bsr::sparse_like<decltype(rows)>);  // its index pointer would be gone
  const auto v = bsr::view(rows);
  STATIC_CHECK(std::is_same_v<decltype(v), const bsr::matrix_view<double, 2, 3>>);
  CHECK(v.data().data() == a.data().data() + 3 * 6);
  CHECK(v.indices().data() == a.indices().data() + 3);
  CHECK(v.num_blocks() == 2);
  v.block(1)(0, 0) = 30;
  CHECK(a.block(4)(0, 0) == 30.0);
  // A copy and a moved one show the same.
  const auto copy = rows;
  const auto moved = std::move(rows);
  CHECK(stored_difference(copy.view(), moved.view()) == "");
  // A slice of a slice; conversions take it.
  const auto last = bsr::block_row_slice(copy, 1, 2);
  CHECK(difference(bsr::to_csr(last), part(dense(a), 4, 6, 0, 9)) == "");
  CHECK(bsr::to_transposed(last).shape() == bsr::dims(9, 2));

  const auto& fixed = a;
  STATIC_CHECK(std::is_same_v<decltype(bsr::block_row_slice(fixed, 0, 1).view()),
                              bsr::matrix_view<const double, 2, 3>>);
}

TEST_CASE("slice, block_row_slice: ranges that are none", "[select]") {
  const auto a = sample::matrix<double>();
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::block_row_slice(a, 2, 4); }) ==
        "bsr: block_row_slice: block rows 2 to 4 are no part of 3.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::block_row_slice(a, 2, 1); }) ==
        "bsr: block_row_slice: block rows 2 to 1 are no part of 3.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::block_row_slice(a, -1, 1); }) ==
        "bsr: block_row_slice: block rows -1 to 1 are no part of 3.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::slice(a, 0, 8, 0, 9); }) ==
        "bsr: slice: rows 0 to 8 are no part of 6.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::slice(a, 0, 3, 0, 9); }) ==
        "bsr: slice: rows 0 to 3 are not on block boundaries, which are multiples of 2.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::slice(a, 0, 4, 2, 9); }) ==
        "bsr: slice: columns 2 to 9 are not on block boundaries, which are multiples of 3.");
}

TEST_CASE("slice, block_row_slice: broken indices are refused", "[select]") {
  const bsr::matrix<double, 1> a({2, 2}, {1.0, 2.0}, {0, 5}, {0, 1, 2});
  CHECK(text_of<bsr::format_error>([&] { (void)bsr::slice(a, 0, 1, 0, 1); }) ==
        "bsr: slice: column index values must be < 2 (now max 5): block row 1 holds 5.");
  CHECK(text_of<bsr::format_error>([&] { (void)bsr::block_row_slice(a, 0, 1); }) ==
        "bsr: block_row_slice: column index values must be < 2 (now max 5): block row 1 holds 5.");
}

}  // namespace
