// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/to_transposed.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "bsr/format/has_canonical_format.hpp"
#include "support/bounds.hpp"
#include "support/golden.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

TEST_CASE("to_transposed: as scipy: sorted, duplicates in their old order", "[convert][golden]") {
  const int cases = for_each_golden("transposed", [](const golden_case& c, auto zero) {
    using T = decltype(zero);
    INFO(c.name);
    CHECK(stored_difference(bsr::to_transposed(golden_bsr<T>(c, "a")), golden_bsr<T>(c, "transposed")) == "");
  });
  CHECK(cases >= 100);
}

TEST_CASE("to_transposed: static blocks change places, the result is sorted but not canonical", "[convert]") {
  const auto t = bsr::to_transposed(sample::matrix<float>());
  STATIC_CHECK(std::is_same_v<decltype(t), const bsr::matrix<float, 3, 2>>);
  CHECK(stored_difference(t, sample::transposed<float>()) == "");
  CHECK(bsr::has_sorted_indices(t));
  CHECK_FALSE(bsr::has_canonical_format(t));
}

TEST_CASE("to_transposed: the empty matrix keeps its index type and swaps its block size", "[convert]") {
  const auto t = bsr::to_transposed(bsr::matrix<double, 2, 3, std::int64_t>({4, 0}));
  STATIC_CHECK(std::is_same_v<decltype(t), const bsr::matrix<double, 3, 2, std::int64_t>>);
  CHECK(t.shape() == bsr::dims(0, 4));
  const auto d = bsr::to_transposed(bsr::matrix<double>({0, 6}, bsr::dims(2, 3)));
  CHECK(d.shape() == bsr::dims(6, 0));
  CHECK(d.blocksize() == bsr::dims(3, 2));
  CHECK(d.indptr().size() == 3);
}

TEST_CASE("to_transposed: padded matrices, and twice is the sorted matrix again", "[convert]") {
  random rng(6);
  for (std::int64_t m = 0; m <= 7; ++m)
    for (std::int64_t n = 0; n <= 7; ++n) {
      INFO(m << "x" << n);
      const auto a =
          random_matrix<double, 3, 2>(rng, {m, n}, {.density = 0.5, .duplicates = 0.3, .sorted = true});
      const auto t = bsr::to_transposed(a);
      CHECK(difference(t, transposed(dense(a))) == "");
      CHECK(stored_difference(bsr::to_transposed(t), a) == "");
    }
}

/// Numbers by columns: those of each column in stored order.
template <class T, class Index>
void check_many_numbers(const bsr::matrix<T, 1, 1, Index>& a) {
  struct entry {
    Index row;
    T value;
  };
  std::vector<std::vector<entry>> columns(static_cast<std::size_t>(a.cols()));
  for (std::int64_t i = 0; i < a.rows(); ++i)
    for (auto k = static_cast<std::size_t>(a.indptr()[static_cast<std::size_t>(i)]);
         k < static_cast<std::size_t>(a.indptr()[static_cast<std::size_t>(i) + 1]); ++k)
      columns[static_cast<std::size_t>(a.indices()[k])].push_back({static_cast<Index>(i), a.data()[k]});
  std::vector<T> data;
  std::vector<Index> indices, indptr{0};
  for (const auto& column : columns) {
    for (const entry& e : column) {
      data.push_back(e.value);
      indices.push_back(e.row);
    }
    indptr.push_back(static_cast<Index>(indices.size()));
  }
  REQUIRE(indices.size() > (1u << 20) / 8);
  CHECK(stored_difference(bsr::to_transposed(a),
                          bsr::matrix<T, 1, 1, Index>({a.cols(), a.rows()}, data, indices, indptr)) == "");
  const bsr::csr<T, Index> rows(a.shape(), bsr::buffer<T>(a.data()), bsr::buffer<Index>(a.indices()),
                                bsr::buffer<Index>(a.indptr()));
  CHECK(stored_difference(bsr::to_transposed(rows),
                          bsr::csr<T, Index>({a.cols(), a.rows()}, data, indices, indptr)) == "");
}

TEST_CASE("to_transposed: more numbers than caches hold", "[convert]") {
  random rng(7);
  const random_options options{.density = 0.4, .duplicates = 0.2, .empty_rows = 0.1};
  check_many_numbers(random_matrix<float, 1, 1>(rng, {700, 601}, options));
  check_many_numbers(random_matrix<std::int8_t, 1, 1, std::int64_t>(rng, {500, 800}, options));
  check_many_numbers(random_matrix<std::complex<double>, 1, 1>(rng, {600, 700}, options));
}

TEST_CASE("to_transposed: CSR", "[convert]") {
  const bsr::csr<int> a({3, 4}, {1, 2, 3, 4, 5}, {3, 0, 3, 1, 3}, {0, 3, 3, 5});
  const bsr::csr<int> expected({4, 3}, {2, 4, 1, 3, 5}, {0, 2, 0, 0, 2}, {0, 1, 2, 2, 5});
  CHECK(stored_difference(bsr::to_transposed(a), expected) == "");
  const auto none = bsr::to_transposed(bsr::csr<int>({0, 2}, {}, {}, {0}));
  CHECK(none.shape() == bsr::dims(2, 0));
  CHECK(none.indptr().size() == 3);
}

TEST_CASE("to_transposed: broken indices are refused", "[convert]") {
  CHECK(text_of<bsr::format_error>([] {
          bsr::to_transposed(bsr::matrix<double, 2, 2>({4, 4}, std::vector<double>(8), {0, 9}, {0, 1, 2}));
        }) == "bsr: to_transposed: column index values must be < 2 (now max 9): block row 1 holds 9.");
  CHECK(text_of<bsr::format_error>(
            [] { bsr::to_transposed(bsr::csr<double>({2, 4}, {1.0, 1.0}, {0, 1}, {0, 3, 2})); }) ==
        "bsr: to_transposed: index pointer values must form a non-decreasing sequence: row 1 begins at 3 and "
        "ends "
        "at 2.");
}

}  // namespace
