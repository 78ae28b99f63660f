// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/to_csc.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "bsr/convert/estimate_blocksize.hpp"
#include "bsr/convert/to_bsr.hpp"
#include "bsr/convert/to_coo.hpp"
#include "bsr/convert/to_csr.hpp"
#include "bsr/convert/to_dense.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

// a = bsr_array((data, indices, indptr)) of the sample; a.tocsc()
TEST_CASE("to_csc: as scipy, the sample of every type", "[convert]") {
  CHECK(stored_difference(bsr::to_csc(sample::matrix<double>()), sample::csc<double>()) == "");
  CHECK(stored_difference(bsr::to_csc(sample::matrix<bool, 2, 3, std::int64_t>()), sample::csc<bool>()) ==
        "");
  CHECK(stored_difference(bsr::to_csc(sample::matrix<std::complex<double>, bsr::dynamic>()),
                          sample::csc<std::complex<double>>()) == "");
  CHECK(stored_difference(bsr::to_csc(sample::csr<std::uint8_t>()), sample::csc<std::uint8_t>()) == "");
  CHECK(stored_difference(bsr::to_csc(sample::csc<float>()), sample::csc<float>()) == "");
  const auto wide = bsr::to_csc<std::int64_t>(sample::matrix<std::int8_t>());
  STATIC_CHECK(std::is_same_v<decltype(wide), const bsr::csc<std::int8_t, std::int64_t>>);
  CHECK(stored_difference(wide, sample::csc<std::int8_t>()) == "");
  CHECK(stored_difference(bsr::to_csc<std::int32_t>(wide), sample::csc<std::int8_t>()) == "");
}

// a.tocoo().tocsc()
TEST_CASE("to_csc: triplets are sorted and added up", "[convert]") {
  const bsr::csc<int> expected({6, 9},
                               {7, 0, 3, 0, 0, 9, 0, 0, 8, 0, 0, 5, 0, 0, 0, 0, 0, 0, 2, 4, 2, 6, 3, 8},
                               {0, 1, 4, 5, 0, 1, 4, 5, 0, 1, 4, 5, 4, 5, 4, 5, 4, 5, 0, 1, 0, 1, 0, 1},
                               {0, 4, 8, 12, 14, 16, 18, 20, 22, 24});
  CHECK(stored_difference(bsr::to_csc(sample::coo<int>()), expected) == "");
}

// c = a.tocsc(); c.tocsr()
TEST_CASE("to_csr: of CSC, as scipy", "[convert]") {
  const bsr::csr<int> expected(
      {6, 9}, {7, 0, 8, 1, 1, 2, 0, 3, 0, 0, 9, 0, 4, 0, 5, 1, 6, 2, 3, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0},
      {0, 1, 2, 6, 6, 7, 7, 8, 8, 0, 1, 2, 6, 6, 7, 7, 8, 8, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5},
      {0, 9, 18, 18, 18, 24, 30});
  CHECK(stored_difference(bsr::to_csr(sample::csc<int>()), expected) == "");
  CHECK(stored_difference(bsr::to_csr<std::int64_t>(sample::csc<int>()), expected) == "");
}

// c.tobsr((2, 3)): its blocks are those of a after sum_duplicates; c.tocoo(); c.toarray()
TEST_CASE("to_bsr, to_coo, to_dense, count_blocks: of CSC, as scipy", "[convert]") {
  const auto a = sample::csc<double>();
  CHECK(stored_difference(bsr::to_bsr<2, 3>(a), sample::canonical<double>()) == "");
  CHECK(stored_difference(bsr::to_bsr(a, {2, 3}), sample::canonical<double>()) == "");
  CHECK(stored_difference(bsr::to_bsr<2, 3, std::int64_t>(a), sample::canonical<double>()) == "");
  const auto rows = bsr::to_csr(a);
  const auto single = bsr::to_bsr<1>(a);
  CHECK(array_difference("indices", single.indices(), rows.indices()) == "");
  CHECK(array_difference("data", single.data(), rows.data()) == "");
  CHECK(array_difference("indptr", single.indptr(), rows.indptr()) == "");
  const auto entries = bsr::to_coo(a);
  CHECK(array_difference("data", entries.data(), a.data()) == "");
  CHECK(array_difference("row", entries.row(), a.indices()) == "");
  CHECK(array_difference("col", entries.col(), std::vector{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4,
                                                           4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 8, 8, 8, 8}) ==
        "");
  CHECK(difference(bsr::to_dense(a), dense(sample::dense<double>())) == "");
  CHECK(difference(bsr::to_dense<bsr::col_major>(a), dense(sample::dense<double>())) == "");
  CHECK(bsr::count_blocks(a, {2, 3}) == 4);
  CHECK(bsr::count_blocks(a, {6, 9}) == 1);
}

/// scipy goes by CSR: every scalar row in its order, then every column by rows.
template <class A>
void check_columns(const A& a) {
  INFO(a.rows() << "x" << a.cols() << " in " << a.blocksize().rows << "x" << a.blocksize().cols);
  const auto got = bsr::to_csc(a);
  const auto rows = bsr::to_csr(a);
  std::vector<typename A::value_type> data;
  std::vector<std::int64_t> indices, indptr{0};
  for (std::int64_t j = 0; j < a.cols(); ++j) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(a.rows()); ++i)
      for (auto k = static_cast<std::size_t>(rows.indptr()[i]);
           k < static_cast<std::size_t>(rows.indptr()[i + 1]); ++k)
        if (rows.indices()[k] == j) {
          data.push_back(rows.data()[k]);
          indices.push_back(static_cast<std::int64_t>(i));
        }
    indptr.push_back(static_cast<std::int64_t>(data.size()));
  }
  CHECK(got.shape() == a.shape());
  CHECK(array_difference("indptr", got.indptr(), indptr) == "");
  CHECK(array_difference("indices", got.indices(), indices) == "");
  CHECK(array_difference("data", got.data(), data) == "");
  CHECK(stored_difference(bsr::to_csc(rows), got) == "");
  CHECK(difference(got, dense(a)) == "");
  CHECK(difference(bsr::to_csr(got), dense(a)) == "");
  CHECK(difference(bsr::to_dense(got), dense(a)) == "");
  CHECK(difference(bsr::to_coo(got), dense(a)) == "");
  CHECK(difference(bsr::to_bsr(got, a.blocksize(), bsr::padded), dense(a)) == "");
  const auto full = bsr::to_dense(a);
  const auto of_dense = bsr::to_csc(full);
  CHECK(difference(of_dense, dense(a)) == "");
  CHECK(bsr::has_canonical_format(of_dense));
  CHECK(std::find(of_dense.data().begin(), of_dense.data().end(), typename A::value_type{}) ==
        of_dense.data().end());
}

TEST_CASE("to_csc: random patterns with duplicates and padding, in the order of scipy", "[convert]") {
  random rng(121);
  auto o = wild;
  o.duplicates = 0.5;
  o.values = numbers::small_integers;
  for (int round = 0; round < 30; ++round) {
    o.sorted = round % 3 == 0;
    check_columns(random_matrix<double, 2, 3>(rng, {rng.between(0, 11), rng.between(0, 14)}, o));
    check_columns(random_matrix<int, bsr::dynamic, bsr::dynamic, std::int64_t>(
        rng, {rng.between(0, 15), rng.between(0, 15)}, {rng.between(1, 5), rng.between(1, 5)}, o));
  }
}

TEST_CASE("to_csc: of a dense matrix what is not zero; -0.0 is zero, NaN is not", "[convert]") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  bsr::dense_matrix<double> x(3, 3);
  x(0, 2) = 5;
  x(2, 0) = nan;
  x(2, 2) = 6;
  x(1, 1) = -0.0;
  const bsr::csc<double> expected({3, 3}, {nan, 5.0, 6.0}, {2, 0, 2}, {0, 1, 1, 3});
  CHECK(stored_difference(bsr::to_csc(x), expected) == "");
}

TEST_CASE("to_csc: rows beyond int32 are refused, not wrapped", "[convert]") {
  const std::int64_t rows = (std::int64_t{1} << 31) + 4;
  const bsr::coo<float, std::int64_t> far({rows, 2}, {7.0f}, {rows - 1}, {1});
  CHECK(bsr::to_csc(far).indices()[0] == rows - 1);
  CHECK(text_of<bsr::shape_error>([&] { bsr::to_csc<std::int32_t>(bsr::to_csc(far)); }) ==
        "bsr: to_csc: 2147483652 rows are too many for int32 indices, which end at 2147483647; ask for "
        "std::int64_t indices.");
  // Columns of a CSC matrix can be many; rows of a CSR matrix cannot number them.
  const bsr::csc<float> tall({rows, 2}, {1.0f}, {5}, {0, 1, 1});
  CHECK(text_of<bsr::shape_error>([&] {
          bsr::to_coo(tall);
        }).starts_with("bsr: to_coo: 2147483652 rows are too many"));
}

TEST_CASE("to_csc: broken indices are refused", "[convert]") {
  CHECK(text_of<bsr::format_error>([] {
          bsr::to_csc(bsr::matrix<double, 2, 2>({4, 4}, std::vector<double>(8), {0, 2}, {0, 1, 2}));
        }) == "bsr: to_csc: column index values must be < 2 (now max 2): block row 1 holds 2.");
  CHECK(text_of<bsr::format_error>([] { bsr::to_csc(bsr::coo<int>({2, 3}, {1}, {0}, {3})); }) ==
        "bsr: to_csc: axis 1 index 3 exceeds matrix dimension 3 (entry 0).");
  const bsr::csc<int> broken({2, 3}, {1}, {2}, {0, 0, 1, 1});
  const std::string sentence = "row index values must be < 2 (now max 2): column 1 holds 2.";
  CHECK(text_of<bsr::format_error>([&] { bsr::to_csr(broken); }) == "bsr: to_csr: " + sentence);
  CHECK(text_of<bsr::format_error>([&] { bsr::to_csc(broken); }) == "bsr: to_csc: " + sentence);
  CHECK(text_of<bsr::format_error>([&] { bsr::to_coo(broken); }) == "bsr: to_coo: " + sentence);
  CHECK(text_of<bsr::format_error>([&] { bsr::to_dense(broken); }) == "bsr: to_dense: " + sentence);
  CHECK(text_of<bsr::format_error>([&] { bsr::to_bsr<1>(broken); }) == "bsr: to_bsr: " + sentence);
}

}  // namespace
