// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/prune/low_rank.hpp"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <vector>

#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace prune = bsr::prune;

TEST_CASE("learned scores: for blocks, or summed over them", "[prune]") {
  prune::score_table s({4, 6}, {2, 3});
  const std::vector<float> a = {1, 2}, b = {10, 20};
  prune::add_low_rank(s, bsr::dense_view(a.data(), 2, 1), bsr::dense_view(b.data(), 1, 2));
  CHECK(s(1, 1) == 40);
  // Elements (A B)(i, j) = i j, summed over the blocks.
  const std::vector<float> rows = {0, 1, 2, 3}, cols = {0, 1, 2, 3, 4, 5};
  prune::score_table t({4, 6}, {2, 3});
  prune::add_low_rank(t, bsr::dense_view(rows.data(), 4, 1), bsr::dense_view(cols.data(), 1, 6), 2);
  CHECK(t(0, 0) == 2 * (0 + 1) * (0 + 1 + 2));
  CHECK(t(1, 1) == 2 * (2 + 3) * (3 + 4 + 5));
  t(0, 1) = prune::absent;
  prune::add_rows(t, rows, 10);
  prune::add_columns(t, b);
  CHECK(t(0, 0) == 6 + 10 + 10);
  CHECK(t(1, 1) == 120 + 50 + 20);
  CHECK(t(0, 1) == prune::absent);
}

TEST_CASE("learned scores: tables of several steps", "[prune]") {
  prune::score_table s({2, 2}, {1, 1}), t({2, 2}, {1, 1});
  s(0, 0) = 1;
  t(0, 0) = 4;
  t(1, 1) = prune::absent;
  prune::add_scores(s, t, 0.5);
  CHECK(s(0, 0) == 3);
  CHECK(s(1, 1) == prune::absent);
}

TEST_CASE("learned scores: what is refused, and nothing has changed", "[prune]") {
  prune::score_table s({4, 6}, {2, 3});
  const std::vector<double> a = {1, 2, 3}, nan = {0, std::numeric_limits<double>::quiet_NaN()};
  CHECK(text_of<bsr::shape_error>([&] {
          prune::add_low_rank(s, bsr::dense_view(a.data(), 3, 1), bsr::dense_view(a.data(), 1, 3));
        }) ==
        "bsr: prune: add_low_rank: a column of a has 3 entries, but the matrix has 4 of them in 2 blocks.");
  CHECK(text_of<bsr::shape_error>([&] {
          prune::add_low_rank(s, bsr::dense_view(a.data(), 1, 3), bsr::dense_view(a.data(), 1, 3));
        }) == "bsr: prune: add_low_rank(scores, a, b): a is 1x3, b is 1x3.");
  CHECK(text_of<bsr::shape_error>([&] { prune::add_rows(s, a); }) ==
        "bsr: prune: add_rows: the vector has 3 entries, but the matrix has 4 of them in 2 blocks.");
  CHECK(text_of<bsr::shape_error>([&] { prune::add_columns(s, a); }) ==
        "bsr: prune: add_columns: the vector has 3 entries, but the matrix has 6 of them in 2 blocks.");
  CHECK(text_of<bsr::error>([&] {
          prune::add_rows(s, nan);
        }).starts_with("bsr: prune: add_rows: the score of block (1, 0) is NaN."));
  CHECK(
      text_of<bsr::shape_error>([&] { prune::add_scores(s, prune::score_table({4, 6}, {2, 2})); }) ==
      "bsr: prune: add_scores: scores of a 4x6 matrix with blocks of 2x3, and of a 4x6 matrix with blocks of "
      "2x2.");
  for (const double x : s.values()) CHECK(x == 0);
}

}  // namespace
