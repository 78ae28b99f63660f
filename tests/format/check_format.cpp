// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/format/check_format.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "support/golden.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

/// What constructor and full check say about 2x2 blocks in a 4x6 matrix with three blocks of data.
template <class Index>
std::string said_of(const std::vector<std::int64_t>& indices, const std::vector<std::int64_t>& indptr) {
  try {
    const std::vector<double> data(12, 1.0);
    const std::vector<Index> i(indices.begin(), indices.end());
    const std::vector<Index> p(indptr.begin(), indptr.end());
    const bsr::matrix_view<const double, 2, 2, Index> a({4, 6}, data, i, p);
    bsr::check_format(a);
  } catch (const bsr::error& e) {
    return e.what();
  }
  return "nothing";
}

TEST_CASE("check_format: scipy's sentences for broken matrices", "[format][golden]") {
  int cases = 0;
  for (const golden_case& c : golden_cases()) {
    if (!c.has("said") || !c.has("indptr")) continue;
    ++cases;
    const auto indices = golden_numbers(c, "indices");
    const auto indptr = golden_numbers(c, "indptr");
    INFO(c.name << ": scipy says: " << golden_text(c, "said"));
    INFO("bsr says: " << said_of<std::int32_t>(indices, indptr));
    CHECK(said_of<std::int32_t>(indices, indptr).find(golden_text(c, "said")) != std::string::npos);
    CHECK(said_of<std::int64_t>(indices, indptr) == said_of<std::int32_t>(indices, indptr));
    CHECK(said_of<std::int32_t>(indices, indptr).starts_with("bsr: "));
  }
  CHECK(cases == 8);
}

TEST_CASE("check_format: scipy's sentences for coordinates", "[format][golden]") {
  int cases = 0;
  for (const golden_case& c : golden_cases()) {
    if (!c.has("said") || !c.has("row")) continue;
    ++cases;
    const auto row = golden_numbers(c, "row");
    const auto col = golden_numbers(c, "col");
    const std::vector<float> data(2);
    const bsr::coo_view<const float, std::int64_t> a({4, 6}, data, row, col);
    const std::string said = text_of<bsr::format_error>([&] { bsr::check_format(a); });
    INFO(c.name << ": scipy says: " << golden_text(c, "said") << ", bsr says: " << said);
    CHECK(said.find(golden_text(c, "said")) != std::string::npos);
    CHECK_NOTHROW(bsr::check_format(a, bsr::checks::basic));
  }
  CHECK(cases == 3);
}

TEST_CASE("check_format: the block row and the value are named", "[format]") {
  auto a = sample::matrix<float>();
  a.indices()[4] = 3;
  CHECK(text_of<bsr::format_error>([&] { bsr::check_format(a); }) ==
        "bsr: check_format: column index values must be < 3 (now max 3): block row 2 holds 3.");
  a.indices()[1] = 8;
  CHECK(text_of<bsr::format_error>([&] { bsr::check_format(a); }) ==
        "bsr: check_format: column index values must be < 3 (now max 8): block row 0 holds 8.");
  a.indices()[0] = std::numeric_limits<std::int32_t>::min();
  CHECK(text_of<bsr::format_error>([&] { bsr::check_format(a); }) ==
        "bsr: check_format: column index values must be >= 0: block row 0 holds -2147483648.");
  a.indptr()[1] = 4;
  CHECK(text_of<bsr::format_error>([&] { bsr::check_format(a); }) ==
        "bsr: check_format: index pointer values must form a non-decreasing sequence: block row 1 begins at "
        "4 and ends at "
        "3.");
  CHECK_NOTHROW(bsr::check_format(a, bsr::checks::basic));
  a.indptr()[3] = 6;
  CHECK(text_of<bsr::format_error>([&] { bsr::check_format(a, bsr::checks::basic); }) ==
        "bsr: check_format: Last value of index pointer should be less than the size of index and data "
        "arrays: it is 6, "
        "and there are 5 indices.");
  a.indptr()[0] = 1;
  CHECK(text_of<bsr::format_error>([&] { bsr::check_format(a, bsr::checks::basic); }) ==
        "bsr: check_format: index pointer should start with 0, not 1.");
}

TEST_CASE("check_format: every single wrong index is found", "[format]") {
  random rng(1);
  const auto good = random_matrix<float, 2, 3>(rng, {40, 60}, {.density = 0.5});
  REQUIRE_NOTHROW(bsr::check_format(good));
  bool all_found = true;
  for (std::size_t k = 0; k < good.indices().size(); ++k)
    for (const std::int32_t wrong : {-1, 20, std::numeric_limits<std::int32_t>::max()}) {
      auto a = good;
      a.indices()[k] = wrong;
      all_found &=
          text_of<bsr::format_error>([&] { bsr::check_format(a); }).starts_with("bsr: check_format: column");
    }
  for (std::size_t i = 1; i + 1 < good.indptr().size(); ++i) {
    auto a = good;
    a.indptr()[i] = -1;
    all_found &= text_of<bsr::format_error>([&] {
                   bsr::check_format(a);
                 }).starts_with("bsr: check_format: index pointer");
  }
  CHECK(all_found);
}

/// Of a temporary.
template <class A>
void check(const A& a) {
  bsr::check_format(a);
}

TEST_CASE("check_format: unsorted, repeated, empty and padded is in order", "[format]") {
  random rng(2);
  CHECK_NOTHROW(check(sample::matrix<double>()));
  CHECK_NOTHROW(check(sample::matrix<double>().pattern()));
  CHECK_NOTHROW(check(sample::csr<double>()));
  CHECK_NOTHROW(check(sample::coo<double>()));
  CHECK_NOTHROW(bsr::check_format(bsr::pattern<2, 3>({6, 9}, {2, 0}, {0, 1, 1, 2})));
  CHECK_NOTHROW(check(bsr::matrix<double>()));
  CHECK_NOTHROW(check(random_matrix<double>(rng, {7, 7}, bsr::dims(2, 4), wild)));
}

TEST_CASE("check_format: CSR", "[format]") {
  const bsr::csr<double> a({2, 4}, {1.0, 2.0}, {0, 4}, {0, 1, 2});
  CHECK(text_of<bsr::format_error>([&] { bsr::check_format(a); }) ==
        "bsr: check_format: column index values must be < 4 (now max 4): row 1 holds 4.");
}

TEST_CASE("check_format: more columns than an index can name", "[format]") {
  const std::vector<std::int32_t> indices{std::numeric_limits<std::int32_t>::max()};
  const std::vector<std::int32_t> indptr{0, 1};
  const bsr::pattern_view<1, 1> a({1, std::int64_t{1} << 40}, indices, indptr);
  CHECK_NOTHROW(bsr::check_format(a));
}

TEST_CASE("check_format: CSC names its rows and columns", "[format]") {
  bsr::check_format(sample::csc<float>());
  bsr::csc<int> a({2, 3}, {1, 2}, {0, 1}, {0, 1, 2, 2});
  a.indices()[1] = -1;
  CHECK(text_of<bsr::format_error>([&] { bsr::check_format(a); }) ==
        "bsr: check_format: row index values must be >= 0: column 1 holds -1.");
  a.indices()[1] = 2;
  CHECK(text_of<bsr::format_error>([&] { bsr::check_format(a); }) ==
        "bsr: check_format: row index values must be < 2 (now max 2): column 1 holds 2.");
  bsr::check_format(a, bsr::checks::basic);
  a.indptr()[1] = 3;
  CHECK(
      text_of<bsr::format_error>([&] { bsr::check_format(a); }) ==
      "bsr: check_format: index pointer values must form a non-decreasing sequence: column 1 begins at 3 and "
      "ends at 2.");
}

}  // namespace
