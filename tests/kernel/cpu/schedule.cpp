// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/schedule.hpp"

#include <algorithm>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "support/random.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

__extension__ using int128 = __int128;

// ---- share ---------------------------------------------------------------------------------------------

TEST_CASE("share: part * whole / parts, without overflow", "[schedule]") {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t most_parts = std::numeric_limits<std::int32_t>::max();
  random rng(1);
  const auto check = [](std::int64_t whole, std::int64_t part, std::int64_t parts) {
    INFO(whole << " * " << part << " / " << parts);
    REQUIRE(bsr::share(whole, part, parts) == static_cast<std::int64_t>(int128(whole) * part / parts));
  };
  for (const std::int64_t whole : {std::int64_t{0}, std::int64_t{1}, std::int64_t{1000}, most - 1, most})
    for (const std::int64_t parts :
         {std::int64_t{1}, std::int64_t{2}, std::int64_t{7}, most_parts - 1, most_parts})
      for (const std::int64_t part : {std::int64_t{0}, std::int64_t{1}, parts / 2, parts - 1, parts})
        if (part <= parts) check(whole, part, parts);
  for (int repeat = 0; repeat < 2000; ++repeat) {
    const std::int64_t parts = rng.between(1, rng.chance(0.5) ? 100 : most_parts);
    const std::int64_t whole =
        rng.chance(0.5) ? most - rng.below(1000) : rng.below(rng.chance(0.5) ? most : 1000);
    check(whole, rng.between(0, parts), parts);
  }
  // Any index type of any size in one piece, and in as many as there are.
  STATIC_CHECK(bsr::share(most, 1, 1) == most);
  STATIC_CHECK(bsr::share(most, most_parts, most_parts) == most);
  STATIC_CHECK(bsr::share(7, 2, 7) == 2);
}

// ---- strip_schedule ------------------------------------------------------------------------------------------

/// A matrix as the schedule sees it. Only indptr is there, so the numbers of blocks may be any.
template <class Index>
struct rows_of_blocks {
  std::vector<Index> indptr{0};
  std::int64_t strips;
  std::int64_t block_weight = 1;

  std::int64_t block_rows() const { return static_cast<std::int64_t>(indptr.size()) - 1; }
  bsr::strip_schedule<Index> schedule() const { return {indptr.data(), block_rows(), strips, block_weight}; }
  /// Of each strip of a block row.
  std::int64_t weight(std::int64_t i) const {
    const auto row = static_cast<std::size_t>(i);
    return (static_cast<std::int64_t>(indptr[row + 1]) - static_cast<std::int64_t>(indptr[row])) *
               block_weight +
           1;
  }
  std::int64_t heaviest() const {
    std::int64_t most = 0;
    for (std::int64_t i = 0; i < block_rows(); ++i) most = std::max(most, weight(i));
    return most;
  }
  int128 total() const {
    int128 sum = 0;
    for (std::int64_t i = 0; i < block_rows(); ++i) sum += int128(weight(i)) * strips;
    return sum;
  }
  std::string words() const {
    std::ostringstream text;
    text << strips << " strips, indptr";
    for (const Index k : indptr) text << ' ' << k;
    return text.str();
  }
};

/// Even rows, empty rows, no block at all, one heavy row; `blocks`: the most of one row.
template <class Index>
rows_of_blocks<Index> random_rows(random& rng, std::int64_t block_rows, std::int64_t strips,
                                  std::int64_t blocks) {
  rows_of_blocks<Index> a;
  a.strips = strips;
  const std::int64_t kind = rng.below(4), heavy = rng.below(block_rows + 1);
  for (std::int64_t i = 0; i < block_rows; ++i) {
    std::int64_t count = 0;
    if (kind == 0) count = rng.between(0, blocks);
    if (kind == 1 && rng.chance(0.3)) count = rng.between(1, blocks);
    if (kind == 3) count = i == heavy ? blocks : rng.below(3);
    a.indptr.push_back(static_cast<Index>(a.indptr.back() + count));
  }
  return a;
}

TEMPLATE_TEST_CASE("strip_schedule: finds the strip in which a weight is reached", "[schedule]", std::int32_t,
                   std::int64_t) {
  random rng(2);
  for (int repeat = 0; repeat < 200; ++repeat) {
    auto a = random_rows<TestType>(rng, rng.between(0, 12), rng.between(1, 4), 6);
    a.block_weight = rng.between(1, 5);
    const auto schedule = a.schedule();
    INFO(a.words());
    REQUIRE(schedule.strips() == a.strips);
    REQUIRE(schedule.total() == static_cast<std::int64_t>(a.total()));
    REQUIRE(schedule.begin() == bsr::strip_position{0, 0});
    REQUIRE(schedule.end() == bsr::strip_position{a.block_rows(), 0});
    // Strip after strip, weight after weight.
    std::int64_t target = 0;
    for (std::int64_t i = 0; i < a.block_rows(); ++i)
      for (std::int64_t strip = 0; strip < a.strips; ++strip)
        for (std::int64_t k = 0; k < a.weight(i); ++k, ++target)
          REQUIRE(schedule.at(target) == bsr::strip_position{i, strip});
    REQUIRE(target == schedule.total());
    REQUIRE(schedule.at(target) == schedule.end());
  }
}

TEST_CASE("strip_schedule: weights as large as the indices", "[schedule]") {
  const std::int32_t most = std::numeric_limits<std::int32_t>::max();
  const rows_of_blocks<std::int32_t> a{{0, most - 5, most, most}, 4};
  const auto schedule = a.schedule();
  CHECK(schedule.total() == (std::int64_t{most} + 3) * 4);
  // The first row weighs most - 4, the second 6, the third 1.
  const std::int64_t first = std::int64_t{most} - 4;
  CHECK(schedule.at(first - 1) == bsr::strip_position{0, 0});
  CHECK(schedule.at(first) == bsr::strip_position{0, 1});
  CHECK(schedule.at(4 * first - 1) == bsr::strip_position{0, 3});
  CHECK(schedule.at(4 * first) == bsr::strip_position{1, 0});
  CHECK(schedule.at(4 * first + 23) == bsr::strip_position{1, 3});
  CHECK(schedule.at(4 * first + 27) == bsr::strip_position{2, 3});
  CHECK(schedule.at(4 * first + 28) == schedule.end());

  const std::int64_t wide = (std::numeric_limits<std::int64_t>::max() - 8) / 4;
  const rows_of_blocks<std::int64_t> b{{0, 0, wide}, 4};
  CHECK(b.schedule().total() == (wide + 2) * 4);
  CHECK(b.schedule().at(3) == bsr::strip_position{0, 3});
  CHECK(b.schedule().at(4) == bsr::strip_position{1, 0});
  CHECK(b.schedule().at((wide + 2) * 4 - 1) == bsr::strip_position{1, 3});
  CHECK(b.schedule().at((wide + 2) * 4) == b.schedule().end());
}

// ---- for_each_range ------------------------------------------------------------------------------------------

/// "" if the pieces cover every strip of every panel once, in three calls at most, and weigh no more than
/// they may; else what is wrong. Positions are counted in strips from the first of the matrix.
template <class Index>
std::string wrong_with(const rows_of_blocks<Index>& a, std::int64_t panels, int pieces,
                       bool by_panel = false) {
  const std::int64_t strips = a.block_rows() * a.strips;
  std::vector<int> covered(static_cast<std::size_t>(strips * panels));
  const auto report = [&](int piece, const std::string& what) {
    return a.words() + ", " + std::to_string(panels) + " panels, piece " + std::to_string(piece) + " of " +
           std::to_string(pieces) + ": " + what;
  };
  for (int piece = 0; piece < pieces; ++piece) {
    int calls = 0;
    int128 weight = 0;
    bool inside = true;
    bsr::for_each_range(
        a.schedule(), panels, piece, pieces,
        [&](const bsr::strip_range& range) {
          const auto [first, last, first_panel, last_panel] = range;
          ++calls;
          const std::int64_t begin = first.block_row * a.strips + first.strip;
          const std::int64_t end = last.block_row * a.strips + last.strip;
          inside = inside && 0 <= begin && begin <= end && end <= strips && 0 <= first_panel &&
                   first_panel <= last_panel && last_panel <= panels && first.strip < a.strips &&
                   last.strip < a.strips;
          if (!inside) return;
          for (std::int64_t s = begin; s < end; ++s) {
            weight += int128(a.weight(s / a.strips)) * (last_panel - first_panel);
            for (std::int64_t panel = first_panel; panel < last_panel; ++panel)
              ++covered[static_cast<std::size_t>(s * panels + panel)];
          }
        },
        by_panel);
    if (!inside) return report(piece, "a range reaches beyond the matrix");
    if (calls > 3) return report(piece, "more than three calls");
    // An equal part and one strip; of all panels where panels are not cut.
    const bool panels_are_cut = by_panel || strips < std::int64_t{8} * pieces;
    if (weight * pieces > a.total() * panels + int128(a.heaviest()) * (panels_are_cut ? 1 : panels) * pieces)
      return report(piece, "weighs too much");
  }
  for (const int count : covered)
    if (count != 1) return report(pieces, "a strip is covered " + std::to_string(count) + " times");
  return {};
}

TEMPLATE_TEST_CASE("for_each_range: every strip of every panel once, in pieces of equal weight", "[schedule]",
                   std::int32_t, std::int64_t) {
  random rng(3);
  for (int repeat = 0; repeat < 1500; ++repeat) {
    auto a = random_rows<TestType>(rng, rng.between(0, rng.chance(0.3) ? 60 : 9), rng.between(1, 5), 9);
    if (rng.chance(0.5)) a.block_weight = rng.between(1, 20);
    const std::int64_t panels = rng.between(0, 12);
    const int pieces = static_cast<int>(rng.between(1, rng.chance(0.2) ? 70 : 9));
    REQUIRE(wrong_with(a, panels, pieces) == "");
    REQUIRE(wrong_with(a, panels, pieces, true) == "");
  }
}

TEST_CASE("for_each_range: more pieces than there is work", "[schedule]") {
  for (const std::int64_t panels : {0, 1, 2, 5})
    for (const int pieces : {1, 2, 8, 100}) {
      CHECK(wrong_with(rows_of_blocks<std::int32_t>{{0}, 1}, panels, pieces) == "");
      CHECK(wrong_with(rows_of_blocks<std::int32_t>{{0, 0}, 1}, panels, pieces) == "");
      CHECK(wrong_with(rows_of_blocks<std::int32_t>{{0, 0, 0, 0}, 3}, panels, pieces) == "");
      CHECK(wrong_with(rows_of_blocks<std::int32_t>{{0, 1}, 2}, panels, pieces) == "");
    }
}

TEST_CASE("for_each_range: weights as large as the indices", "[schedule]") {
  random rng(4);
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (int repeat = 0; repeat < 300; ++repeat) {
    const std::int64_t block_rows = rng.between(1, 40), strips = rng.between(1, 5),
                       panels = rng.between(1, 6);
    const int pieces = static_cast<int>(rng.between(1, 40));
    // The number of blocks fills the index type; times strips and panels it fits 64 bits, as the number of
    // multiplications does.
    const auto narrow = random_rows<std::int32_t>(rng, block_rows, strips,
                                                  std::numeric_limits<std::int32_t>::max() / block_rows);
    REQUIRE(wrong_with(narrow, panels, pieces) == "");
    const auto wide =
        random_rows<std::int64_t>(rng, block_rows, strips, most / panels / strips / block_rows - 4);
    REQUIRE(wrong_with(wide, panels, pieces) == "");
  }
}

TEST_CASE("for_each_range: one piece is one call", "[schedule]") {
  const rows_of_blocks<std::int32_t> a{{0, 3, 3, 7}, 2};
  int calls = 0;
  bsr::for_each_range(a.schedule(), 5, 0, 1, [&](const bsr::strip_range& range) {
    ++calls;
    CHECK(range.first == a.schedule().begin());
    CHECK(range.last == a.schedule().end());
    CHECK(range.first_panel == 0);
    CHECK(range.last_panel == 5);
  });
  CHECK(calls == 1);
}

TEST_CASE("for_each_range: many strips are cut, few are shared panel by panel", "[schedule]") {
  const auto panels_of = [](const rows_of_blocks<std::int32_t>& a, int pieces) {
    std::int64_t narrowest = 6;
    for (int piece = 0; piece < pieces; ++piece)
      bsr::for_each_range(a.schedule(), 6, piece, pieces, [&](const bsr::strip_range& range) {
        narrowest = std::min(narrowest, range.last_panel - range.first_panel);
      });
    return narrowest;
  };
  // 16 strips are 8 for each of two pieces.
  CHECK(panels_of({{0, 1, 2, 3, 4, 5, 6, 7, 8}, 2}, 2) == 6);
  CHECK(panels_of({{0, 1, 2, 3, 4, 5, 6, 7, 8}, 2}, 4) < 6);
  // Where work belongs to a panel, panels are cut first: 2 for each of 3 pieces.
  const rows_of_blocks<std::int32_t> long_rows{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 6};
  std::int64_t whole_panels = 0;
  for (int piece = 0; piece < 3; ++piece)
    bsr::for_each_range(
        long_rows.schedule(), 6, piece, 3,
        [&](const bsr::strip_range& range) {
          if (range.first == long_rows.schedule().begin() && range.last == long_rows.schedule().end())
            whole_panels += range.last_panel - range.first_panel;
        },
        true);
  CHECK(whole_panels == 6);
  // One block row of one strip still gives work to three threads.
  CHECK(panels_of({{0, 5}, 1}, 3) == 2);
}

}  // namespace
