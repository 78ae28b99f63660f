// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/construct/stack.hpp"

#include <array>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

/// Writes b into a from (row, col) on.
template <class V>
void put(table<V>& a, std::int64_t row, std::int64_t col, const table<V>& b) {
  for (std::int64_t i = 0; i < b.rows; ++i)
    for (std::int64_t j = 0; j < b.cols; ++j) a(row + i, col + j) = b(i, j);
}

template <class A, class B>
void check_stacked(const A& result, const table<B>& expected) {
  CHECK(difference(result, expected) == "");
  CHECK(bsr::has_canonical_format(result));
}

/// Everything with matrices of these sizes, the last of which need not be multiples of the block size.
template <class T, int R, int C>
void check_all(random& rng, bsr::dims block, std::array<std::int64_t, 3> rows,
               std::array<std::int64_t, 3> cols) {
  random_options options = wild;
  options.values = numbers::small_integers;
  INFO(rows[0] << " " << rows[1] << " " << rows[2] << "; " << cols[0] << " " << cols[1] << " " << cols[2]);
  const auto make = [&](std::int64_t m, std::int64_t n) {
    return random_matrix<T, R, C>(rng, {m, n}, block, options);
  };
  const std::int64_t m = rows[0] + rows[1] + rows[2];
  const std::int64_t n = cols[0] + cols[1] + cols[2];
  {
    const auto a = make(rows[0], cols[2]);
    const auto b = make(rows[1], cols[2]);
    const auto c = make(rows[2], cols[2]);
    table<wide_t<T>> expected(m, cols[2]);
    put(expected, 0, 0, dense(a));
    put(expected, rows[0], 0, dense(b));
    put(expected, rows[0] + rows[1], 0, dense(c));
    const auto result = bsr::vstack(a, b, c);
    STATIC_CHECK(std::is_same_v<decltype(result), const bsr::matrix<T, R, C>>);
    check_stacked(result, expected);
    CHECK(result.blocksize() == block);
    CHECK(stored_difference(bsr::vstack(std::vector{a, b, c}), result) == "");
  }
  {
    const auto a = make(rows[2], cols[0]);
    const auto b = make(rows[2], cols[1]);
    const auto c = make(rows[2], cols[2]);
    table<wide_t<T>> expected(rows[2], n);
    put(expected, 0, 0, dense(a));
    put(expected, 0, cols[0], dense(b));
    put(expected, 0, cols[0] + cols[1], dense(c));
    const auto result = bsr::hstack(a, b, c);
    check_stacked(result, expected);
    CHECK(stored_difference(bsr::hstack(std::array{a.view(), b.view(), c.view()}), result) == "");
  }
  {
    const auto a = make(rows[0], cols[0]);
    const auto b = make(rows[1], cols[1]);
    const auto c = make(rows[2], cols[2]);
    table<wide_t<T>> expected(m, n);
    put(expected, 0, 0, dense(a));
    put(expected, rows[0], cols[0], dense(b));
    put(expected, rows[0] + rows[1], cols[0] + cols[1], dense(c));
    const auto result = bsr::block_diag(a, b, c);
    check_stacked(result, expected);
    CHECK(stored_difference(bsr::block_diag(std::vector{a, b, c}), result) == "");

    const auto d = make(rows[1], cols[2]);
    const auto e = make(rows[2], cols[0]);
    table<wide_t<T>> grid(m, n);
    put(grid, 0, 0, dense(a));
    put(grid, rows[0], cols[0], dense(b));
    put(grid, rows[0], cols[0] + cols[1], dense(d));
    put(grid, rows[0] + rows[1], 0, dense(e));
    put(grid, rows[0] + rows[1], cols[0] + cols[1], dense(c));
    using bsr::empty_cell;
    const auto array = bsr::block_array(bsr::cells(a, empty_cell, empty_cell), bsr::cells(empty_cell, b, d),
                                        bsr::cells(e, empty_cell, c));
    check_stacked(array, grid);
    const std::vector<const bsr::matrix<T, R, C>*> pointers{&a, nullptr, nullptr, nullptr, &b,
                                                            &d, &e,      nullptr, &c};
    CHECK(stored_difference(bsr::block_array(pointers, 3), array) == "");
  }
}

TEMPLATE_TEST_CASE("stack: random matrices", "[construct]", bool, std::complex<double>) {
  random rng(6);
  constexpr int d = bsr::dynamic;
  check_all<TestType, d, d>(rng, {2, 3}, {4, 6, 2}, {3, 9, 6});
  check_all<TestType, d, d>(rng, {2, 3}, {4, 6, 3}, {3, 9, 7});  // padded at the end
  check_all<TestType, d, d>(rng, {2, 3}, {3, 6, 3}, {4, 9, 7});  // padded in the middle
  check_all<TestType, d, d>(rng, {2, 3}, {0, 6, 2}, {3, 0, 3});
  check_all<TestType, d, d>(rng, {2, 3}, {0, 0, 0}, {0, 0, 0});
  check_all<TestType, d, d>(rng, {3, 1}, {1, 1, 1}, {2, 1, 0});
}

TEST_CASE("stack: static blocks", "[construct]") {
  random rng(7);
  check_all<float, 2, 3>(rng, {2, 3}, {4, 6, 2}, {3, 9, 6});
  check_all<float, 2, 3>(rng, {2, 3}, {3, 6, 3}, {4, 9, 7});
}

TEST_CASE("stack: as scipy", "[construct]") {
  const auto a = sample::matrix<double>();
  const auto c = sample::canonical<double>();
  // scipy.sparse.vstack([a, a], format='bsr').tobsr((2, 3)), blocks of zeros included
  const auto v = bsr::vstack(a, a);
  CHECK(stored_difference(bsr::vstack(c, c), v) == "");
  CHECK(array_difference("indices", v.indices(), std::vector<int>{0, 2, 0, 1, 0, 2, 0, 1}) == "");
  CHECK(array_difference("indptr", v.indptr(), std::vector<int>{0, 2, 2, 4, 6, 6, 8}) == "");
  CHECK(v.data()[6 * 6] == 3.0);
  const auto h = bsr::hstack(a, a);
  CHECK(array_difference("indices", h.indices(), std::vector<int>{0, 2, 3, 5, 0, 1, 3, 4}) == "");
  CHECK(array_difference("indptr", h.indptr(), std::vector<int>{0, 4, 4, 8}) == "");
}

TEST_CASE("stack: index types and block sizes meet", "[construct]") {
  const bsr::matrix<float, 2, 3> a({2, 3}, {1, 2, 3, 4, 5, 6}, {0}, {0, 1});
  const bsr::matrix<float, bsr::dynamic, bsr::dynamic, std::int64_t> b({2, 3}, {7, 8, 9, 0, 1, 2}, {0},
                                                                       {0, 1}, bsr::dims(2, 3));
  const auto expected =
      bsr::matrix<float, 2, 3, std::int64_t>({2, 6}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2}, {0, 1}, {0, 2});
  const auto h = bsr::hstack(a, b);
  STATIC_CHECK(std::is_same_v<decltype(h), const bsr::matrix<float, 2, 3, std::int64_t>>);
  CHECK(stored_difference(h, expected) == "");
  const auto other = bsr::hstack(b, a);
  STATIC_CHECK(std::is_same_v<decltype(other), const bsr::matrix<float, 2, 3, std::int64_t>>);
  const auto only = bsr::vstack(a);
  CHECK(stored_difference(only, a) == "");
  const std::vector<std::optional<bsr::matrix_view<const float, 2, 3>>> grid{a.view(), std::nullopt};
  CHECK(bsr::block_array(grid, 1).shape() == bsr::dims(2, 3));
  CHECK(bsr::block_array(grid, 2).shape() == bsr::dims(2, 3));
  CHECK(stored_difference(bsr::block_array(bsr::cells(a, b)), h) == "");
}

TEST_CASE("stack: what does not fit", "[construct]") {
  const bsr::matrix<float, 2> a({2, 4});
  const bsr::matrix<float, 2> b({4, 2});
  const bsr::matrix<float> c({4, 3}, {2, 3});
  CHECK(
      text_of<bsr::shape_error>([&] { (void)bsr::vstack(a, b); }) ==
      "bsr: vstack: blocks[:,0] has incompatible column dimensions. Got blocks[1,0].shape[1] == 2, expected "
      "4.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::hstack(a, b); }) ==
        "bsr: hstack: blocks[0,:] has incompatible row dimensions. Got blocks[0,1].shape[0] == 4, expected "
        "2.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::block_array(bsr::cells(a), bsr::cells(b)); }) ==
        "bsr: block_array: blocks[:,0] has incompatible column dimensions. Got blocks[1,0].shape[1] == 2, "
        "expected 4.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::hstack(b, c); }) ==
        "bsr: hstack: mismatching blocksize=2x3 of matrix 1 vs 2x2 of those before it.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::hstack(c, b); }) ==
        "bsr: hstack: mismatching blocksize=2x2 of matrix 1 vs 2x3 of those before it.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::block_diag(std::vector<bsr::matrix<float, 2>>()); }) ==
        "bsr: block_diag: there is no matrix, and so no block size.");
  const std::vector<const bsr::matrix<float, 2>*> nothing{nullptr, nullptr};
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::block_array(nothing, 2); }) ==
        "bsr: block_array: there is no matrix, and so no block size.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::block_array(nothing, 3); }) ==
        "bsr: block_array: 2 cells are no rows of 3.");
  const std::int64_t huge = std::int64_t{1} << 62;
  const bsr::matrix<float, 1> d({0, huge});
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::hstack(d, d); }) ==
        "bsr: hstack: 4611686018427387904 and 4611686018427387904 columns are more than can be counted.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::vstack(d, d); }) ==
        "bsr: vstack: 4611686018427387904 block columns are too many for int32 indices, which end at "
        "2147483647; ask for std::int64_t indices.");
  const bsr::matrix<float, 1> bad({2, 2}, {1.0f, 2.0f}, {0, 5}, {0, 1, 2});
  CHECK(text_of<bsr::format_error>([&] { (void)bsr::vstack(bad, bad); }) ==
        "bsr: vstack: column index values must be < 2 (now max 5): block row 1 holds 5.");
}

}  // namespace
