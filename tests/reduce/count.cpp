// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/reduce/count.hpp"

#include <algorithm>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
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

/// Many zeros, and duplicates that cancel each other: sums are exact in every type.
constexpr random_options exact{.density = 0.5,
                               .duplicates = 0.4,
                               .zero_blocks = 0.1,
                               .empty_rows = 0.15,
                               .values = numbers::small_integers};

template <class A>
void check_counts(const A& a) {
  using T = typename A::value_type;
  using Index = typename A::index_type;
  INFO(a.rows() << "x" << a.cols() << " in " << a.blocksize().rows << "x" << a.blocksize().cols);
  const auto d = dense(a);
  std::int64_t all = 0;
  std::vector<std::int64_t> rows(static_cast<std::size_t>(a.rows()));
  std::vector<std::int64_t> cols(static_cast<std::size_t>(a.cols()));
  std::vector<std::int64_t> found_row, found_col;
  bsr::buffer<T> found(a.rows() * a.cols());
  for (std::int64_t i = 0; i < a.rows(); ++i)
    for (std::int64_t j = 0; j < a.cols(); ++j)
      if (d(i, j) != wide_t<T>{}) {
        if constexpr (bsr::is_complex<T>)
          found[all] = {static_cast<typename T::value_type>(d(i, j).real()),
                        static_cast<typename T::value_type>(d(i, j).imag())};
        else
          found[all] = static_cast<T>(d(i, j));
        found_row.push_back(i);
        found_col.push_back(j);
        ++all;
        ++rows[static_cast<std::size_t>(i)];
        ++cols[static_cast<std::size_t>(j)];
      }
  found.truncate(all);
  CHECK(bsr::count_nonzero(a) == all);
  CHECK(array_difference("columns", bsr::count_nonzero(a, 0).span(), cols) == "");
  CHECK(array_difference("rows", bsr::count_nonzero(a, 1).span(), rows) == "");
  CHECK(array_difference("columns", bsr::count_nonzero(a, -2).span(), cols) == "");
  const auto f = bsr::find(a);
  STATIC_CHECK(std::is_same_v<decltype(f), const bsr::coo<T, Index>>);
  CHECK(f.shape() == a.shape());
  CHECK(array_difference("row", f.row(), found_row) == "");
  CHECK(array_difference("col", f.col(), found_col) == "");
  const bool same_values = f.nnz() == all && std::equal(found.begin(), found.end(), f.data().begin());
  CHECK(same_values);

  // Block by block, duplicates as they are stored.
  std::vector<std::int64_t> place_row, place_col;
  const bsr::dims b = a.blocksize();
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (auto block : a.row(i))
      for (std::int64_t r = 0; r < b.rows && i * b.rows + r < a.rows(); ++r)
        for (std::int64_t c = 0; c < b.cols && block.col() * b.cols + c < a.cols(); ++c)
          if (block(r, c) != T{}) {
            place_row.push_back(i * b.rows + r);
            place_col.push_back(block.col() * b.cols + c);
          }
  const auto places = bsr::nonzero(a);
  CHECK(array_difference("row", places.row.span(), place_row) == "");
  CHECK(array_difference("col", places.col.span(), place_col) == "");
}

TEMPLATE_TEST_CASE("count_nonzero, nonzero, find: random patterns, against the definition", "[reduce]", bool,
                   std::int8_t, double, std::complex<double>) {
  random rng(91);
  for (int round = 0; round < 10; ++round) {
    check_counts(random_matrix<TestType, 2, 3>(rng, {rng.between(0, 9), rng.between(0, 14)}, exact));
    const bsr::dims block(rng.between(1, 7), rng.between(1, 7));
    check_counts(random_matrix<TestType>(rng, {rng.between(0, 20), rng.between(0, 20)}, block, exact));
  }
}

TEST_CASE("count_nonzero: longer than a chunk; blocks of one element, and 64-bit indices", "[reduce]") {
  random rng(92);
  auto one = exact;
  one.density = 1;
  one.duplicates = 0;
  check_counts(random_matrix<std::int8_t>(rng, {300, 205}, {3, 5}, one));
  check_counts(random_matrix<double>(rng, {200, 305}, {8, 8}, one));
  for (int round = 0; round < 10; ++round)
    check_counts(
        random_matrix<std::int16_t, 1, 1, std::int64_t>(rng, {rng.between(0, 9), rng.between(0, 40)}, exact));
}

TEST_CASE("count_nonzero: thousands of elements without a zero, and with some", "[reduce]") {
  random rng(93);
  auto full = exact;
  full.duplicates = 0;
  const auto check = [](auto a) {
    const std::size_t n = a.data().size();
    REQUIRE(n > 30000);
    for (std::size_t k = 0; k < n; ++k)
      a.data()[k] = k > n / 3 && k < n / 2 && k % 7 == 0 ? 0.0 : static_cast<double>(k);
    a.data()[0] = 1;
    check_counts(a);
  };
  check(random_matrix<double, 1>(rng, {300, 300}, full));
  check(random_matrix<double, 2, 3>(rng, {300, 303}, full));
  check(random_matrix<double, 4>(rng, {12, 30000}, full));
}

// data = [[[1,2,3],[4,5,6]], [[7,0,8],[0,9,0]], [[1,0,0],[0,1,2]], [[0,0,0],[0,0,0]], [[3,0,0],[0,0,5]]]
// a = bsr_array((data, [2, 0, 2, 1, 0], [0, 3, 3, 5]), shape=(6, 9))
// a.nonzero()
//   [0 0 0 1 1 1 0 0 1 0 1 1 4 5], [6 7 8 6 7 8 0 2 1 6 7 8 0 2]
// scipy.sparse.find(a)
//   [0 0 0 0 0 1 1 1 1 4 5], [0 2 6 7 8 1 6 7 8 0 2], [7 8 2 2 3 9 4 6 8 3 5]
// a.count_nonzero()                                               11
// a.tocsr().count_nonzero(axis=0), a.tocsr().count_nonzero(axis=1)
//   [2 1 2 0 0 0 2 2 2] [5 4 0 0 1 1]
TEST_CASE("count_nonzero, nonzero, find: as scipy", "[reduce]") {
  const auto a = sample::matrix<int>();
  using list = std::vector<int>;
  CHECK(bsr::count_nonzero(a) == 11);
  CHECK(array_difference("columns", bsr::count_nonzero(a, 0).span(), list{2, 1, 2, 0, 0, 0, 2, 2, 2}) == "");
  CHECK(array_difference("rows", bsr::count_nonzero(a, 1).span(), list{5, 4, 0, 0, 1, 1}) == "");
  const auto places = bsr::nonzero(a);
  CHECK(array_difference("row", places.row.span(), list{0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 1, 4, 5}) == "");
  CHECK(array_difference("col", places.col.span(), list{6, 7, 8, 6, 7, 8, 0, 2, 1, 6, 7, 8, 0, 2}) == "");
  const bsr::coo<int> found({6, 9}, {7, 8, 2, 2, 3, 9, 4, 6, 8, 3, 5}, {0, 0, 0, 0, 0, 1, 1, 1, 1, 4, 5},
                            {0, 2, 6, 7, 8, 1, 6, 7, 8, 0, 2});
  CHECK(stored_difference(bsr::find(a), found) == "");
  CHECK(a.num_blocks() == 5);  // scipy's count_nonzero would have summed its duplicates
}

TEST_CASE("count_nonzero: NaN is not zero, -0.0 is; cancelled duplicates are zero", "[reduce]") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const bsr::matrix<double, 1, 2> a({1, 4}, {nan, -0.0, 5, 1, -5, 1}, {0, 1, 1}, {0, 3});
  CHECK(bsr::count_nonzero(a) == 2);
  CHECK(bsr::count_nonzero(a, 1)[0] == 2);
  CHECK(bsr::nonzero(a).col.size() == 5);
  const auto found = bsr::find(a);
  CHECK(found.nnz() == 2);
  CHECK(found.col()[0] == 0);
  CHECK(found.col()[1] == 3);
}

TEST_CASE("count_nonzero: empty matrices", "[reduce]") {
  for (const bsr::dims shape : {bsr::dims(0, 4), bsr::dims(4, 0), bsr::dims(0, 0), bsr::dims(4, 6)}) {
    const bsr::matrix<float, 2> a(shape);
    CHECK(bsr::count_nonzero(a) == 0);
    CHECK(bsr::count_nonzero(a, 0).size() == shape.cols);
    CHECK(bsr::count_nonzero(a, 1).size() == shape.rows);
    CHECK(bsr::nonzero(a).row.empty());
    CHECK(bsr::find(a).shape() == shape);
    CHECK(bsr::find(a).nnz() == 0);
  }
}

TEST_CASE("count_nonzero, nonzero, find: refusals", "[reduce]") {
  CHECK(text_of<bsr::shape_error>([] { bsr::count_nonzero(sample::matrix<int>(), 2); }) ==
        "bsr: count_nonzero: axis out of range: it is 2, and a matrix has the axes 0 (or -2) and 1 (or -1).");
  const bsr::matrix<double, 2> broken({4, 4}, std::vector<double>(8), {0, 2}, {0, 1, 2});
  const std::string sentence = "column index values must be < 2 (now max 2): block row 1 holds 2.";
  CHECK(text_of<bsr::format_error>([&] { bsr::count_nonzero(broken); }) == "bsr: count_nonzero: " + sentence);
  CHECK(text_of<bsr::format_error>([&] { bsr::count_nonzero(broken, 0); }) ==
        "bsr: count_nonzero: " + sentence);
  CHECK(text_of<bsr::format_error>([&] { bsr::nonzero(broken); }) == "bsr: nonzero: " + sentence);
  CHECK(text_of<bsr::format_error>([&] { bsr::find(broken); }) == "bsr: find: " + sentence);
  // Column 2^32 of blocks of four.
  const bsr::matrix<float, 1, 4> wide({1, (std::int64_t{1} << 32) + 4}, {1, 2, 3, 4}, {1 << 30}, {0, 1});
  CHECK(text_of<bsr::shape_error>([&] { bsr::nonzero(wide); }) ==
        "bsr: nonzero: 4294967300 columns are too many for int32 indices, which end at 2147483647; ask for "
        "std::int64_t indices.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::find(wide); }).starts_with("bsr: find: 4294967300 columns"));
  CHECK(bsr::count_nonzero(wide) == 4);
}

}  // namespace
