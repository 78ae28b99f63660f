// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/to_csr.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <limits>
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

TEST_CASE("to_csr: as scipy: the order of the blocks, duplicates and zeros kept", "[convert][golden]") {
  const int cases = for_each_golden("csr", [](const golden_case& c, auto zero) {
    using T = decltype(zero);
    if (!c.has("a")) return;
    INFO(c.name);
    const auto expected = golden_csr<T>(c, "csr");
    CHECK(stored_difference(bsr::to_csr(golden_bsr<T>(c, "a")), expected) == "");
    const auto wide = bsr::to_csr<std::int64_t>(golden_bsr<T>(c, "a"));
    STATIC_CHECK(std::is_same_v<typename decltype(wide)::index_type, std::int64_t>);
    CHECK(stored_difference(wide, expected) == "");
    CHECK(stored_difference(bsr::to_csr<std::int32_t>(wide), expected) == "");
  });
  CHECK(cases >= 100);
}

TEST_CASE("to_csr: as scipy, from triplets: sorted, duplicates added up", "[convert][golden]") {
  const int cases = for_each_golden("csr_from_triplets", [](const golden_case& c, auto zero) {
    using T = decltype(zero);
    INFO(c.name);
    const auto made = bsr::to_csr(golden_coo<T>(c, "triplets"));
    CHECK(stored_difference(made, golden_csr<T>(c, "csr_from_triplets")) == "");
    CHECK(bsr::has_canonical_format(made));
  });
  CHECK(cases >= 100);
}

TEST_CASE("to_csr: the sample of every type", "[convert]") {
  CHECK(stored_difference(bsr::to_csr(sample::matrix<float>()), sample::csr<float>()) == "");
  CHECK(stored_difference(bsr::to_csr(sample::matrix<bool, 2, 3, std::int64_t>()), sample::csr<bool>()) ==
        "");
  CHECK(stored_difference(bsr::to_csr(sample::matrix<std::complex<double>, bsr::dynamic>()),
                          sample::csr<std::complex<double>>()) == "");
  CHECK(stored_difference(bsr::to_csr(sample::csr<std::uint16_t>()), sample::csr<std::uint16_t>()) == "");
}

TEST_CASE("to_csr: padding is cut off and never read", "[convert]") {
  random rng(3);
  for (std::int64_t m = 0; m <= 7; ++m)
    for (std::int64_t n = 0; n <= 7; ++n) {
      const auto a = random_matrix<double, 3, 3>(rng, {m, n}, wild);
      const auto rows = bsr::to_csr(a);
      INFO(m << "x" << n);
      CHECK(rows.shape() == a.shape());
      std::int64_t stored = 0;
      for (std::int64_t i = 0; i < a.block_rows(); ++i)
        for (auto block : a.row(i))
          stored += std::min<std::int64_t>(3, m - 3 * i) * std::min<std::int64_t>(3, n - 3 * block.col());
      CHECK(rows.nnz() == stored);
      CHECK(difference(rows, dense(a)) == "");
    }
}

TEST_CASE("to_csr: of a dense matrix what is not zero; -0.0 is zero, NaN is not", "[convert]") {
  bsr::dense_matrix<double, bsr::col_major> x(3, 3);
  x(0, 2) = 5;
  x(2, 0) = std::numeric_limits<double>::quiet_NaN();
  x(1, 1) = -0.0;
  const bsr::csr<double> expected({3, 3}, {5.0, std::numeric_limits<double>::quiet_NaN()}, {2, 0},
                                  {0, 1, 1, 2});
  CHECK(stored_difference(bsr::to_csr(x), expected) == "");
}

TEST_CASE("to_csr: columns beyond int32 are refused, not wrapped", "[convert]") {
  // Block column 2^30 of blocks of four: scipy counts in int32 and wraps in tocoo.
  const std::int64_t cols = (std::int64_t{1} << 32) + 4;
  const bsr::matrix<float, 1, 4> a({1, cols}, {1, 2, 3, 4}, {1 << 30}, {0, 1});
  CHECK(text_of<bsr::shape_error>([&] { bsr::to_csr(a); }) ==
        "bsr: to_csr: 4294967300 columns are too many for int32 indices, which end at 2147483647; ask for "
        "std::int64_t "
        "indices.");
  const auto rows = bsr::to_csr<std::int64_t>(a);
  CHECK(rows.indices()[0] == std::int64_t{1} << 32);
  CHECK(rows.indices()[3] == (std::int64_t{1} << 32) + 3);
  CHECK(text_of<bsr::shape_error>([&] { bsr::to_csr<std::int32_t>(rows); }) ==
        "bsr: to_csr: 4294967300 columns are too many for int32 indices, which end at 2147483647; ask for "
        "std::int64_t "
        "indices.");
  // Nothing stored, nothing to count.
  CHECK(bsr::to_csr(bsr::matrix<float, 1, 4>({1, cols})).nnz() == 0);
}

TEST_CASE("to_csr: broken indices are refused", "[convert]") {
  CHECK(text_of<bsr::format_error>([] {
          bsr::to_csr(bsr::matrix<double, 2, 2>({4, 4}, std::vector<double>(8), {0, 2}, {0, 1, 2}));
        }) == "bsr: to_csr: column index values must be < 2 (now max 2): block row 1 holds 2.");
}

}  // namespace
