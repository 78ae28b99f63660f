// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/format/has_canonical_format.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "support/golden.hpp"
#include "support/sample.hpp"

namespace {

using namespace bsr_test;

TEST_CASE("has_sorted_indices, has_canonical_format: as scipy", "[format][golden]") {
  const int cases = for_each_golden("flags", [](const golden_case& c, auto zero) {
    INFO(c.name);
    const auto a = golden_bsr<decltype(zero)>(c, "a");
    const std::vector<std::int64_t> flags{bsr::has_sorted_indices(a), bsr::has_canonical_format(a)};
    CHECK(flags == golden_numbers(c, "flags"));
    const std::vector<std::int64_t> of_pattern{bsr::has_sorted_indices(a.pattern()),
                                               bsr::has_canonical_format(a.pattern())};
    CHECK(of_pattern == flags);
  });
  CHECK(cases >= 100);
}

TEST_CASE("has_canonical_format: a transposed matrix with duplicates is sorted, not canonical", "[format]") {
  const auto t = sample::transposed<float>();
  CHECK(bsr::has_sorted_indices(t));
  CHECK_FALSE(bsr::has_canonical_format(t));
  const auto a = sample::matrix<float>();
  CHECK_FALSE(bsr::has_sorted_indices(a));
  // A stored block of zeros does not matter.
  const auto c = sample::canonical<float>();
  CHECK(bsr::has_canonical_format(c));
}

TEST_CASE("has_sorted_indices: nothing is remembered", "[format]") {
  auto c = sample::canonical<float>();
  c.indices()[0] = 2;
  c.indices()[1] = 0;
  CHECK_FALSE(bsr::has_sorted_indices(c));
}

TEST_CASE("has_sorted_indices: rows do not see each other; CSR; nothing at all", "[format]") {
  const bsr::csr<int> a({3, 4}, {1, 1, 1, 1}, {2, 3, 0, 3}, {0, 2, 3, 4});
  CHECK(bsr::has_canonical_format(a));
  const bsr::csr<int> twice({1, 4}, {1, 1}, {2, 2}, {0, 2});
  CHECK(bsr::has_sorted_indices(twice));
  CHECK_FALSE(bsr::has_canonical_format(twice));
  const bsr::matrix<double> none;
  CHECK(bsr::has_canonical_format(none));
}

TEST_CASE("has_canonical_format: CSC; empty rows before, between and after others", "[format]") {
  CHECK(bsr::has_canonical_format(bsr::csc<int>({4, 3}, {1, 1, 1, 1}, {2, 3, 0, 3}, {0, 2, 3, 4})));
  CHECK_FALSE(bsr::has_sorted_indices(bsr::csc<int>({4, 1}, {1, 1}, {2, 1}, {0, 2})));
  CHECK(bsr::has_canonical_format(bsr::csr<int>({6, 4}, {1, 1, 1}, {2, 2, 1}, {0, 0, 1, 1, 2, 3, 3})));
  CHECK_FALSE(bsr::has_canonical_format(bsr::csr<int>({6, 4}, {1, 1, 1}, {2, 2, 1}, {0, 0, 2, 2, 2, 3, 3})));
  CHECK_FALSE(bsr::has_sorted_indices(bsr::csr<int>({4, 4}, {1, 1, 1}, {2, 2, 1}, {0, 1, 1, 3, 3})));
}

}  // namespace
