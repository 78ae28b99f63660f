// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/sparse/column_set.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "support/random.hpp"

namespace {

/// Whether `take`, after columns have been inserted in one way or the other, gives what std::set holds, and
/// writes no more than list_slack elements behind it.
template <class Index, class Take>
bool gives(const std::vector<Index>& inserted, const Take& take) {
  const std::set<Index> expected(inserted.begin(), inserted.end());
  constexpr auto slack = static_cast<std::size_t>(bsr::detail::list_slack);
  std::vector<Index> found(expected.size() + slack + 1, Index(-1));
  const Index* const end = take(found.data());
  if (end != found.data() + expected.size() || found.back() != Index(-1)) return false;
  found.resize(expected.size());
  return found == std::vector<Index>(expected.begin(), expected.end());
}
template <class Index>
bool takes(bsr::detail::column_set<Index>& columns, const std::vector<Index>& inserted) {
  for (const Index j : inserted) columns.insert(j);
  return gives(inserted, [&](Index* out) { return columns.take(out); }) && columns.words() == 0;
}
template <class Index>
bool takes_between(bsr::detail::column_set<Index>& columns, Index low, Index high,
                   const std::vector<Index>& inserted) {
  for (const Index j : inserted) columns.mark(j);
  return gives(inserted, [&](Index* out) { return columns.take_between(low, high, out); });
}

TEST_CASE("column_set: each column once, in order, and empty afterwards", "[kernel]") {
  bsr_test::random rng(1);
  for (const std::int64_t cols : {1, 64, 65, 1000, 20000}) {
    bsr::detail::column_set<std::int32_t> narrow(cols);
    bsr::detail::column_set<std::int64_t> wide(cols);
    const auto last_word = static_cast<std::int32_t>((cols - 1) / 64);
    CHECK(takes(narrow, {}));
    CHECK(takes_between(narrow, 0, last_word, {}));
    const auto last = static_cast<std::int32_t>(cols - 1);
    CHECK(takes(narrow, {last, 0, last}));
    CHECK(takes_between(narrow, 0, last_word, {last, 0, last}));
    CHECK(takes_between(narrow, last_word, last_word, {last}));
    // Few words are sorted by insertion, many by their bits.
    for (const int count : {3, 16, 17, 40, 900}) {
      std::vector<std::int32_t> some;
      for (int n = 0; n < count; ++n) some.push_back(static_cast<std::int32_t>(rng.below(cols)));
      const std::vector<std::int64_t> wider(some.begin(), some.end());
      CHECK(takes(narrow, some));
      CHECK(takes(wide, wider));
      CHECK(takes_between(narrow, 0, last_word, some));
      CHECK(takes_between(wide, std::int64_t{0}, std::int64_t{last_word}, wider));
    }
  }
}

TEST_CASE("column_set: only the words that are named are looked at", "[kernel]") {
  bsr::detail::column_set<std::int32_t> columns(1000);
  columns.mark(std::int32_t{64 * 3 + 5});
  columns.mark(std::int32_t{64 * 12 + 63});
  columns.mark(std::int32_t{2}, std::uint64_t{1} << 63 | 1);
  CHECK(
      gives<std::int32_t>({64 * 3 + 5}, [&](std::int32_t* out) { return columns.take_between(3, 11, out); }));
  CHECK(gives<std::int32_t>({128, 191, 64 * 12 + 63},
                            [&](std::int32_t* out) { return columns.take_between(0, 15, out); }));
}

TEST_CASE("column_words: rows as words of 64 columns where that makes them fewer", "[kernel]") {
  // Unsorted and repeated columns too; row 1 is empty.
  const std::vector<int> indptr{0, 5, 5, 8}, indices{0, 63, 62, 64, 1, 200, 200, 128};
  const bsr::detail::column_words<int> x(indptr.data(), indices.data(), 3);
  REQUIRE(x.by_words);
  CHECK((x.rows[0].first == 0 && x.rows[0].end == 3 && x.rows[0].low == 0 && x.rows[0].high == 1));
  CHECK((x.rows[1].first == 3 && x.rows[1].end == 3 && x.rows[1].low > x.rows[1].high));
  CHECK((x.rows[2].first == 3 && x.rows[2].end == 5 && x.rows[2].low == 2 && x.rows[2].high == 3));
  CHECK((x.words[0] == 0 && x.masks[0] == (std::uint64_t{1} | std::uint64_t{3} << 62)));
  CHECK((x.words[1] == 1 && x.masks[1] == 1));
  CHECK((x.words[2] == 0 && x.masks[2] == 2));
  CHECK((x.words[3] == 3 && x.masks[3] == std::uint64_t{1} << 8));
  CHECK((x.words[4] == 2 && x.masks[4] == 1));
}

TEST_CASE("column_words: rows as they are where neighbours are few", "[kernel]") {
  const std::vector<int> indptr{0, 3, 4}, indices{640, 64, 128, 0};
  const bsr::detail::column_words<int> x(indptr.data(), indices.data(), 2);
  CHECK_FALSE(x.by_words);
  CHECK((x.rows[0].first == 0 && x.rows[0].end == 3 && x.rows[0].low == 1 && x.rows[0].high == 10));
  CHECK((x.rows[1].first == 3 && x.rows[1].end == 4 && x.rows[1].low == 0 && x.rows[1].high == 0));
}

}  // namespace
