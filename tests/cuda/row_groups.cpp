// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cuda/row_groups.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdint>
#include <map>
#include <vector>

#include "support/random.hpp"

using namespace bsr::gpu;

template <class Index>
struct index_arrays {
  std::vector<Index> indices;
  std::vector<Index> indptr{0};
};

template <class Index>
static index_arrays<Index> random_pattern(bsr_test::random& rng, int rows, int cols, double density,
                                          double twice, bool shuffled) {
  index_arrays<Index> p;
  for (int i = 0; i < rows; ++i) {
    const auto first = p.indices.size();
    for (int j = 0; j < cols; ++j) {
      if (rng.chance(density)) p.indices.push_back(Index(j));
      while (rng.chance(twice)) p.indices.push_back(Index(j));
    }
    for (auto k = p.indices.size(); shuffled && k > first + 1; --k)
      std::swap(p.indices[k - 1], p.indices[first + std::size_t(rng.below(std::int64_t(k - first)))]);
    p.indptr.push_back(Index(p.indices.size()));
  }
  return p;
}

/// What the steps must be, from their definition: for each group and column as many steps as the row with
/// most blocks there has; step n holds the n-th block of every row.
template <class Index>
static void check(const index_arrays<Index>& p, int group) {
  const row_groups g = make_row_groups<Index>(p.indices, p.indptr, group);
  const int rows = int(p.indptr.size()) - 1;
  REQUIRE(g.rows_of_group == group);
  REQUIRE(g.size() == (rows + group - 1) / group);
  REQUIRE(g.blocks.size() == g.steps() * group);
  REQUIRE(g.begin[0] == 0);
  std::int64_t step = 0;
  for (int n = 0; n < g.size(); ++n) {
    std::map<std::int64_t, std::vector<std::vector<int>>> expected;  // column: row in the group: blocks
    for (int j = 0; j < group && n * group + j < rows; ++j)
      for (auto k = p.indptr[std::size_t(n * group + j)]; k < p.indptr[std::size_t(n * group + j) + 1]; ++k) {
        auto& column = expected[p.indices[std::size_t(k)]];
        column.resize(std::size_t(group));
        column[std::size_t(j)].push_back(int(k));
      }
    for (const auto& [column, rows_there] : expected) {
      std::size_t most = 0;
      for (const auto& blocks : rows_there) most = std::max(most, blocks.size());
      for (std::size_t r = 0; r < most; ++r, ++step) {
        REQUIRE(step < g.steps());
        REQUIRE(g.columns[step] == column);
        for (int j = 0; j < group; ++j) {
          const auto& blocks = rows_there[std::size_t(j)];
          REQUIRE(g.blocks[step * group + j] == (r < blocks.size() ? blocks[r] : -1));
        }
      }
    }
    REQUIRE(g.begin[n + 1] == step);
  }
  CHECK(step == g.steps());
}

TEST_CASE("groups go through the union of their columns") {
  bsr_test::random rng(1);
  for (const int group : {1, 2, 4, 8})
    for (const int rows : {1, 2, 7, 8, 9, 33})
      for (const double density : {0.0, 0.05, 0.4, 1.0})
        for (const double twice : {0.0, 0.2})
          for (const bool shuffled : {false, true}) {
            CAPTURE(group, rows, density, twice, shuffled);
            check(random_pattern<std::int32_t>(rng, rows, 29, density, twice, shuffled), group);
            check(random_pattern<std::int64_t>(rng, rows, 1, density, twice, shuffled), group);
          }
}

TEST_CASE("a pattern without rows has no groups") {
  const std::vector<std::int32_t> none;
  const std::vector<std::int32_t> zero{0};
  const row_groups g = make_row_groups<std::int32_t>(none, zero, 4);
  CHECK(g.size() == 0);
  CHECK(g.steps() == 0);
}

TEST_CASE("more blocks than 32 bits can count are refused") {
  const std::vector<std::int64_t> none;
  const std::vector<std::int64_t> many{0, std::int64_t{1} << 31};
  CHECK_THROWS_MATCHES(
      make_row_groups<std::int64_t>(none, many, 8), bsr::shape_error,
      Catch::Matchers::MessageMatches(Catch::Matchers::ContainsSubstring("2147483648 blocks")));
}
