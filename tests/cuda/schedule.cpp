// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cuda/schedule.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <map>
#include <vector>

#include "support/random.hpp"

using namespace bsr::gpu;

/// Groups with these numbers of steps, each with one block.
static row_groups groups_of(const std::vector<int>& steps) {
  row_groups g;
  g.rows_of_group = 1;
  g.begin = bsr::buffer<std::int32_t>(std::int64_t(steps.size()) + 1);
  for (std::size_t i = 0; i < steps.size(); ++i)
    g.begin[std::int64_t(i) + 1] = g.begin[std::int64_t(i)] + steps[i];
  g.columns = bsr::buffer<std::int32_t>(g.begin[std::int64_t(steps.size())]);
  g.blocks = bsr::buffer<std::int32_t>(g.begin[std::int64_t(steps.size())]);
  return g;
}

/// Everything a kernel relies upon, and the costs that the schedule claims.
static void check(const row_groups& g, int tiles, int workers, const work_cost& cost) {
  const schedule s = make_schedule(g, tiles, workers, cost);
  REQUIRE(s.begin.size() == workers + 1);
  REQUIRE(s.begin[0] == 0);
  REQUIRE(s.begin[workers] == s.items.size());
  std::map<std::pair<int, int>, std::vector<work_item>> of_tile;
  std::int64_t longest = 0;
  std::int64_t total = 0;
  for (int w = 0; w < workers; ++w) {
    std::int64_t mine = 0;
    REQUIRE(s.begin[w] <= s.begin[w + 1]);
    for (int i = s.begin[w]; i < s.begin[w + 1]; ++i) {
      const work_item& item = s.items[i];
      of_tile[{item.group, item.tile}].push_back(item);
      mine +=
          (item.end - item.begin) * (cost.step + cost.block) + cost.tile + (item.parts > 1 ? cost.part : 0);
    }
    longest = std::max(longest, mine);
    total += mine;
  }
  CHECK(longest == s.longest);
  CHECK(total == s.total);
  REQUIRE(std::int64_t(of_tile.size()) == g.size() * tiles);
  std::vector<int> slots(std::size_t(s.slots));
  std::vector<int> counters(std::size_t(s.counters));
  for (auto& [where, items] : of_tile) {
    REQUIRE(int(items.size()) == items[0].parts);
    std::sort(items.begin(), items.end(), [](const auto& x, const auto& y) { return x.part < y.part; });
    int step = g.begin[where.first];
    for (int part = 0; part < int(items.size()); ++part) {
      const work_item& item = items[std::size_t(part)];
      REQUIRE(item.part == part);
      REQUIRE(item.parts == items[0].parts);
      REQUIRE(item.begin == step);
      step = item.end;
      if (item.parts == 1) continue;
      REQUIRE(item.begin < item.end);
      REQUIRE(item.slot == items[0].slot);
      REQUIRE(item.counter == items[0].counter);
      REQUIRE(item.slot + part < s.slots);
      ++slots[std::size_t(item.slot + part)];
      if (part == 0) ++counters[std::size_t(item.counter)];
    }
    REQUIRE(step == g.begin[where.first + 1]);
  }
  for (const int n : slots) REQUIRE(n == 1);
  for (const int n : counters) REQUIRE(n == 1);
}

TEST_CASE("every step of every tile is dealt exactly once") {
  bsr_test::random rng(3);
  for (const int groups : {1, 2, 5, 40})
    for (const int tiles : {1, 3, 17})
      for (const int workers : {1, 2, 7, 132})
        for (const int longest : {0, 1, 20, 500}) {
          std::vector<int> steps;
          for (int i = 0; i < groups; ++i) steps.push_back(int(rng.below(longest + 1)));
          CAPTURE(groups, tiles, workers, longest);
          check(groups_of(steps), tiles, workers, {.step = 3, .block = 2, .tile = 11, .part = 7});
        }
}

TEST_CASE("one long row among short ones is cut so that nobody waits for it") {
  std::vector<int> steps(64, 10);
  steps[20] = 2000;
  const schedule s = make_schedule(groups_of(steps), 1, 16, {.step = 1, .block = 1, .tile = 4, .part = 8});
  CHECK(s.counters >= 1);
  CHECK(s.longest <= (s.total + 15) / 16 + (s.total + 15) / 16 / 5);
}

TEST_CASE("equal rows that fill all workers are not cut") {
  const schedule s = make_schedule(groups_of(std::vector<int>(128, 50)), 2, 64, {});
  CHECK(s.counters == 0);
  CHECK(s.slots == 0);
  CHECK(s.longest * 64 == s.total);
}

TEST_CASE("tiles of the same columns are computed at the same time") {
  // With equal costs worker w gets items w, w + workers, ... of the order by columns.
  const schedule s = make_schedule(groups_of(std::vector<int>(8, 5)), 4, 4, {});
  for (int w = 0; w < 4; ++w)
    for (int i = 0; i < 8; ++i) CHECK(s.items[s.begin[w] + i].tile == i / 2);
}

TEST_CASE("more work than can be counted is refused") {
  CHECK_THROWS_MATCHES(
      make_schedule(groups_of({1, 1}), std::int64_t{1} << 31, 4, {}), bsr::shape_error,
      Catch::Matchers::MessageMatches(Catch::Matchers::ContainsSubstring("2147483648 tiles")));
}
