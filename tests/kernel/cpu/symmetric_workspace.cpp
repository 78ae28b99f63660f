// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/symmetric_workspace.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "bsr/storage/matrix.hpp"
#include "support/random.hpp"

namespace {

using matrix = bsr::matrix<float, 2, 2>;

/// A lower triangle of `rows` block rows with so many blocks in each, at most `reach` away from the diagonal.
matrix lower_triangle(bsr_test::random& rng, std::int64_t rows, std::int64_t each, std::int64_t reach) {
  std::vector<std::int32_t> indptr{0}, indices;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t n = 0; n < each; ++n)
      indices.push_back(static_cast<std::int32_t>(rng.between(std::max<std::int64_t>(0, i - reach), i)));
    indptr.push_back(static_cast<std::int32_t>(indices.size()));
  }
  return {{2 * rows, 2 * rows}, std::vector<float>(indices.size() * 4), indices, indptr};
}

TEST_CASE("symmetric_workspace: strips take every block row once and have room for what they reach") {
  bsr_test::random rng(7);
  for (const std::int64_t rows : {0, 1, 5, 300, 4000})
    for (const std::int64_t reach : {0, 3, 5000}) {
      const matrix a = lower_triangle(rng, rows, 6, reach);
      bsr::symmetric_workspace<double, std::int32_t> work(a);
      REQUIRE(work.strips() >= 1);
      std::int64_t next = 0;
      const double* free_from = work.sums(0);
      for (int s = 0; s < work.strips(); ++s) {
        const auto& strip = work[s];
        REQUIRE(strip.first == next);
        next = strip.last;
        for (std::int64_t i = strip.first; i < strip.last; ++i) {
          REQUIRE(strip.low <= i);
          REQUIRE(i < strip.high);
          for (auto k = static_cast<std::size_t>(a.indptr()[static_cast<std::size_t>(i)]);
               k < static_cast<std::size_t>(a.indptr()[static_cast<std::size_t>(i) + 1]); ++k) {
            REQUIRE(strip.low <= a.indices()[k]);
            REQUIRE(a.indices()[k] < strip.high);
          }
        }
        REQUIRE(work.sums(s) >= free_from);
        free_from = work.sums(s) + (strip.high - strip.low) * 2;
      }
      REQUIRE(next == rows);
    }
}

TEST_CASE("symmetric_workspace: sums travel less far than the blocks, unless four strips are too many") {
  bsr_test::random rng(8);
  // A band: as many strips as there may be.
  CHECK(bsr::symmetric_workspace<float, std::int32_t>(lower_triangle(rng, 4000, 12, 3)).strips() == 64);
  // Blocks anywhere: every strip reaches half of the rows.
  CHECK(bsr::symmetric_workspace<float, std::int32_t>(lower_triangle(rng, 4000, 12, 5000)).strips() == 4);
  // Too few blocks to be cut.
  CHECK(bsr::symmetric_workspace<float, std::int32_t>(lower_triangle(rng, 40, 6, 5000)).strips() == 1);
}

TEST_CASE("symmetric_workspace: made anew for another structure") {
  bsr_test::random rng(9);
  bsr::symmetric_workspace<float, std::int32_t> work(lower_triangle(rng, 10, 2, 3));
  const matrix larger = lower_triangle(rng, 4000, 12, 3);
  work.update(larger);
  CHECK(work.strips() == 64);
  CHECK(work[63].last == 4000);
}

}  // namespace
