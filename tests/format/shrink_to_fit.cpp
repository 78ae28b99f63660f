// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/format/shrink_to_fit.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "bsr/format/sum_duplicates.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

TEST_CASE("shrink_to_fit: other memory, the same matrix", "[format]") {
  auto a = sample::matrix<double>();
  bsr::sum_duplicates(a);
  const auto* const memory = a.data().data();
  bsr::shrink_to_fit(a);
  CHECK(a.data().data() != memory);
  CHECK(stored_difference(a, sample::canonical<double>()) == "");
  auto rows = sample::csr<double>();
  bsr::shrink_to_fit(rows);
  CHECK(stored_difference(rows, sample::csr<double>()) == "");
}

TEST_CASE("shrink_to_fit: scipy's prune: blocks beyond indptr[-1] go", "[format]") {
  auto a = sample::matrix<double>();
  a.indptr()[3] = 4;
  bsr::shrink_to_fit(a);
  CHECK(a.num_blocks() == 4);
  CHECK(a.data().size() == 24);
  bsr::csr<int> rows({2, 2}, {1, 2, 3}, {0, 1, 1}, {0, 1, 3});
  rows.indptr()[2] = 2;
  bsr::shrink_to_fit(rows);
  CHECK(rows.nnz() == 2);
}

TEST_CASE("shrink_to_fit: padded and empty matrices", "[format]") {
  random rng(1);
  auto a = random_matrix<float, 3, 4>(rng, {7, 9}, wild);
  const auto before = a;
  bsr::shrink_to_fit(a);
  CHECK(stored_difference(a, before) == "");
  bsr::matrix<float> none;
  bsr::shrink_to_fit(none);
  CHECK(none.shape() == bsr::dims(0, 0));
}

TEST_CASE("shrink_to_fit: an index pointer that ends beyond the indices is refused", "[format]") {
  auto a = sample::matrix<double>();
  a.indptr()[3] = 6;
  CHECK(text_of<bsr::format_error>([&] { bsr::shrink_to_fit(a); }) ==
        "bsr: shrink_to_fit: Last value of index pointer should be less than the size of index and data "
        "arrays: it is 6, "
        "and there are 5 indices.");
  CHECK(a.num_blocks() == 5);
}

TEST_CASE("shrink_to_fit: CSC", "[format]") {
  bsr::csc<int> a({3, 1}, {1, 2, 3}, {0, 1, 2}, {0, 3});
  a.indptr()[1] = 2;
  bsr::shrink_to_fit(a);
  CHECK(a.nnz() == 2);
  CHECK(a.indices()[1] == 1);
}

}  // namespace
