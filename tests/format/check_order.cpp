// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/format/check_order.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "bsr/format/compressed.hpp"
#include "bsr/storage/pattern.hpp"
#include "support/throws.hpp"

namespace {

using bsr_test::text_of;

/// Rows of 1x1 blocks in 5 columns.
bool check(const std::vector<int>& indices, const std::vector<int>& indptr) {
  const bsr::pattern_view<1> a({static_cast<std::int64_t>(indptr.size()) - 1, 5}, indices, indptr);
  return bsr::detail::check_format_and_order("f", bsr::detail::index_arrays(a));
}

TEST_CASE("check_format_and_order: whether every row rises", "[format]") {
  CHECK(check({}, {0}));
  CHECK(check({}, {0, 0, 0}));
  CHECK(check({0, 4, 0, 1, 2}, {0, 2, 2, 5}));
  CHECK(check({4, 3, 2}, {0, 1, 2, 3}));
  CHECK_FALSE(check({0, 0}, {0, 2}));
  CHECK_FALSE(check({1, 0, 4}, {0, 2, 3}));
}

TEST_CASE("check_format_and_order: broken indices, in rows that rise and in others", "[format]") {
  const auto said = [](const std::vector<int>& indices, const std::vector<int>& indptr) {
    return text_of<bsr::format_error>([&] { check(indices, indptr); });
  };
  CHECK(said({0, 5}, {0, 2}) == "bsr: f: column index values must be < 5 (now max 5): block row 0 holds 5.");
  CHECK(said({0, 1, -1, 2}, {0, 2, 4}) == "bsr: f: column index values must be >= 0: block row 1 holds -1.");
  CHECK(said({1, 0, 7}, {0, 2, 3}) ==
        "bsr: f: column index values must be < 5 (now max 7): block row 1 holds 7.");
  CHECK(said({2, -3, 2}, {0, 3}) == "bsr: f: column index values must be >= 0: block row 0 holds -3.");
  CHECK(said({0, 1}, {0, 2, 1, 2}) ==
        "bsr: f: index pointer values must form a non-decreasing sequence: block row 1 begins at 2 and ends "
        "at 1.");
}

}  // namespace
