// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/format/has_canonical_format.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <iterator>
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

// Indices are looked at in pieces: rows that begin, end and go wrong at every place around their limits.
TEST_CASE("scan_rows: more indices than are looked at together", "[format]") {
  std::uint32_t state = 7;
  const auto next = [&](std::uint32_t size) {
    state = state * 1664525u + 1013904223u;
    return static_cast<std::int64_t>((state >> 8) % size);
  };
  for (int round = 0; round < 60; ++round) {
    const std::int64_t longest = round % 3 == 0 ? 5 : round % 3 == 1 ? 900 : 9000;
    std::vector<std::int32_t> indptr{0}, indices;
    while (indices.size() < 9000) {
      const std::int64_t length = next(4) == 0 ? 0 : next(static_cast<std::uint32_t>(longest)) + 1;
      for (std::int64_t k = 0; k < length; ++k)
        indices.push_back(static_cast<std::int32_t>((k == 0 ? 0 : indices.back() + 1) + next(2)));
      indptr.push_back(static_cast<std::int32_t>(indices.size()));
    }
    if (round % 2 == 0) {  // a last row of one
      indices.push_back(0);
      indptr.push_back(static_cast<std::int32_t>(indices.size()));
    }
    const std::int64_t rows = static_cast<std::int64_t>(indptr.size()) - 1;
    const auto compare = [&] {
      bool rises = true, falls = false;
      std::uint32_t highest = 0;  // of which a negative index is one
      for (std::int64_t i = 0; i < rows; ++i)
        for (auto k = static_cast<std::size_t>(indptr[static_cast<std::size_t>(i)]);
             k < static_cast<std::size_t>(indptr[static_cast<std::size_t>(i) + 1]); ++k) {
          highest = std::max(highest, static_cast<std::uint32_t>(indices[k]));
          if (k == static_cast<std::size_t>(indptr[static_cast<std::size_t>(i)])) continue;
          rises &= indices[k] > indices[k - 1];
          falls |= indices[k] < indices[k - 1];
        }
      const bsr::detail::compressed<std::int32_t> a{indptr.data(), indices.data(),      rows,
                                                    20000,         std::ssize(indices), "row"};
      REQUIRE(bsr::detail::scan_rows<true>(a).ascending == rises);
      REQUIRE(bsr::detail::scan_rows<false>(a).ascending == !falls);
      REQUIRE(bsr::detail::scan_rows<true>(a).highest == highest);
    };
    compare();
    for (const int place : {1, 4095, 4096, 4097, 8191, 8192, 8193, 8998, 8999}) {
      const auto at = static_cast<std::size_t>(place);
      const std::int32_t kept = indices[at];
      for (const std::int32_t other : {indices[at - 1], indices[at - 1] - 1, 15000}) {
        indices[at] = other;
        compare();
      }
      indices[at] = kept;
    }
    indices[4096] = -1;
    const bsr::detail::compressed<std::int32_t> a{indptr.data(), indices.data(),      rows,
                                                  20000,         std::ssize(indices), "row"};
    CHECK(bsr::detail::scan_rows<true>(a).highest == 0xffffffffu);
  }
}

}  // namespace
