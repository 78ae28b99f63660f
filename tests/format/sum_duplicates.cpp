// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/format/sum_duplicates.hpp"

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

TEST_CASE("sum_duplicates: as scipy: int8 wraps, bool ors, sums that are zero stay", "[format][golden]") {
  const int cases = for_each_golden("canonical", [](const golden_case& c, auto zero) {
    using T = decltype(zero);
    INFO(c.name);
    auto a = golden_bsr<T>(c, "a");
    bsr::sum_duplicates(a);
    CHECK(stored_difference(a, golden_bsr<T>(c, "canonical")) == "");
    CHECK(bsr::has_canonical_format(a));
  });
  CHECK(cases >= 100);
}

TEST_CASE("sum_duplicates: the sample, static, dynamic and in place", "[format]") {
  auto a = sample::matrix<double>();
  const auto* const memory = a.data().data();
  bsr::sum_duplicates(a);
  CHECK(stored_difference(a, sample::canonical<double>()) == "");
  CHECK(a.data().data() == memory);
  auto d = sample::matrix<double, bsr::dynamic, bsr::dynamic, std::int64_t>();
  bsr::sum_duplicates(d);
  CHECK(stored_difference(d, sample::canonical<double>()) == "");
}

TEST_CASE("sum_duplicates: blocks that cancel stay as a block of zeros", "[format]") {
  bsr::matrix<float, 1, 2> a({1, 4}, {1, 2, 5, 5, -1, -2}, {1, 0, 1}, {0, 3});
  bsr::sum_duplicates(a);
  CHECK(stored_difference(a, bsr::matrix<float, 1, 2>({1, 4}, {5, 5, 0, 0}, {0, 1}, {0, 2})) == "");
}

TEST_CASE("sum_duplicates: sums in the order of storage", "[format]") {
  // 1 + 2^-53 + 2^-53 is 1, 2^-53 + 2^-53 + 1 is not.
  bsr::matrix<double, 1> a({2, 2}, {1.0, 0x1p-53, 0x1p-53, 7.0, 0x1p-53, 0x1p-53, 1.0, 7.0},
                           {1, 1, 1, 0, 1, 1, 1, 0}, {0, 4, 8});
  bsr::sum_duplicates(a);
  CHECK(a.data()[1] == 1.0);
  CHECK(a.data()[3] == 1.0 + 0x1p-52);
}

TEST_CASE("sum_duplicates: padded matrices and random ones against loops", "[format]") {
  random rng(3);
  for (int round = 0; round < 20; ++round) {
    auto a = random_matrix<double, 3, 2>(
        rng, {rng.between(0, 20), rng.between(0, 20)},
        {.density = 0.4, .duplicates = 0.6, .empty_rows = 0.2, .values = numbers::small_integers});
    const auto expected = dense(a);
    bsr::sum_duplicates(a);
    CHECK(bsr::has_canonical_format(a));
    CHECK(difference(a, expected) == "");
    CHECK(a.num_blocks() == static_cast<std::int64_t>(a.indptr().back()));
  }
}

TEST_CASE("sum_duplicates: CSR", "[format]") {
  bsr::csr<int> a({2, 5}, {1, 2, 3, 4, 5, 6, 7}, {4, 0, 4, 2, 3, 3, 3}, {0, 4, 7});
  bsr::sum_duplicates(a);
  CHECK(stored_difference(a, bsr::csr<int>({2, 5}, {2, 4, 4, 18}, {0, 2, 4, 3}, {0, 3, 4})) == "");
}

TEST_CASE("sum_duplicates: CSC", "[format]") {
  bsr::csc<int> a({5, 2}, {1, 2, 3, 4, 5, 6, 7}, {4, 0, 4, 2, 3, 3, 3}, {0, 4, 7});
  bsr::sum_duplicates(a);
  CHECK(stored_difference(a, bsr::csc<int>({5, 2}, {2, 4, 4, 18}, {0, 2, 4, 3}, {0, 3, 4})) == "");
}

TEST_CASE("without_duplicates: a canonical matrix is given as it is, others sorted and added up",
          "[format]") {
  const auto canonical = sample::canonical<int>();
  CHECK(bsr::detail::without_duplicates("f", canonical.view()).view().data().data() ==
        canonical.data().data());
  const auto a = sample::matrix<int>();
  const bsr::detail::without_duplicates added("f", a.view());
  CHECK(stored_difference(added.view(), sample::canonical<int>()) == "");
  CHECK(stored_difference(a, sample::matrix<int>()) == "");
  const bsr::matrix<int, 1> broken({1, 2}, {1}, {2}, {0, 1});
  CHECK(text_of<bsr::format_error>([&] { bsr::detail::without_duplicates("f", broken.view()); }) ==
        "bsr: f: column index values must be < 2 (now max 2): block row 0 holds 2.");
}

}  // namespace
