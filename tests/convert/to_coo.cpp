// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/to_coo.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "support/bounds.hpp"
#include "support/golden.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

TEST_CASE("to_coo: as scipy: block by block, duplicates and zeros kept", "[convert][golden]") {
  const int cases = for_each_golden("coo", [](const golden_case& c, auto zero) {
    using T = decltype(zero);
    INFO(c.name);
    const auto expected = golden_coo<T>(c, "coo");
    CHECK(stored_difference(bsr::to_coo(golden_bsr<T>(c, "a")), expected) == "");
    CHECK(stored_difference(bsr::to_coo<std::int64_t>(golden_bsr<T>(c, "a")), expected) == "");
  });
  CHECK(cases >= 100);
}

TEST_CASE("to_coo: from CSR, dense and itself", "[convert]") {
  const auto from_rows = bsr::to_coo(sample::csr<float>());
  CHECK(array_difference("data", from_rows.data(), sample::csr<float>().data()) == "");
  CHECK(array_difference("col", from_rows.col(), sample::csr<float>().indices()) == "");
  CHECK(difference(from_rows, dense(sample::dense<float>())) == "");
  CHECK(stored_difference(bsr::to_coo<std::int64_t>(sample::coo<int>()), sample::coo<int>()) == "");
  const bsr::coo<float> expected({6, 9}, {7, 8, 2, 2, 3, 9, 4, 6, 8, 3, 5}, {0, 0, 0, 0, 0, 1, 1, 1, 1, 4, 5},
                                 {0, 2, 6, 7, 8, 1, 6, 7, 8, 0, 2});
  CHECK(stored_difference(bsr::to_coo(sample::dense<float>()), expected) == "");
  CHECK(stored_difference(bsr::to_coo(sample::dense<float, bsr::col_major>()), expected) == "");
}

TEST_CASE("to_coo: scipy's overflow of int32 columns does not happen", "[convert]") {
  const std::int64_t cols = (std::int64_t{1} << 32) + 4;
  const bsr::matrix<float, 1, 4> a({1, cols}, {1, 2, 3, 4}, {1 << 30}, {0, 1});
  CHECK(text_of<bsr::shape_error>([&] { bsr::to_coo(a); }) ==
        "bsr: to_coo: 4294967300 columns are too many for int32 indices, which end at 2147483647; ask for "
        "std::int64_t "
        "indices.");
  const auto triplets = bsr::to_coo<std::int64_t>(a);
  CHECK(triplets.col()[3] == (std::int64_t{1} << 32) + 3);
  const bsr::coo<float, std::int64_t> far({cols, 1}, {1.0f}, {cols - 1}, {0});
  CHECK(text_of<bsr::shape_error>([&] { bsr::to_coo<std::int32_t>(far); }) ==
        "bsr: to_coo: 4294967300 rows are too many for int32 indices, which end at 2147483647; ask for "
        "std::int64_t "
        "indices.");
}

TEST_CASE("to_coo: padding is cut off and never read", "[convert]") {
  random rng(4);
  for (std::int64_t m = 0; m <= 5; ++m)
    for (std::int64_t n = 0; n <= 7; ++n) {
      const auto a = random_matrix<double, 2, 3>(rng, {m, n}, wild);
      CHECK(difference(bsr::to_coo(a), dense(a)) == "");
    }
}

TEST_CASE("to_coo: broken indices are refused", "[convert]") {
  CHECK(text_of<bsr::format_error>([] { bsr::to_coo(bsr::csr<float>({1, 1}, {1}, {-3}, {0, 1})); }) ==
        "bsr: to_coo: column index values must be >= 0: row 0 holds -3.");
}

}  // namespace
