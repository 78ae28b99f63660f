// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/sparse/column_set.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "support/random.hpp"

namespace {

/// What a set gives back, and std::set of the same columns.
template <class Index>
bool takes(bsr::detail::column_set<Index>& columns, const std::vector<Index>& inserted) {
  for (const Index j : inserted) columns.insert(j);
  const std::set<Index> expected(inserted.begin(), inserted.end());
  std::vector<Index> found(expected.size() + 1, Index(-1));
  const Index* const end = columns.take(found.data());
  if (end != found.data() + expected.size() || found.back() != Index(-1) || columns.words() != 0)
    return false;
  found.pop_back();
  return found == std::vector<Index>(expected.begin(), expected.end());
}

TEST_CASE("column_set: each column once, in order, and empty afterwards", "[kernel]") {
  bsr_test::random rng(1);
  for (const std::int64_t cols : {1, 64, 65, 1000, 20000}) {
    bsr::detail::column_set<std::int32_t> narrow(cols);
    bsr::detail::column_set<std::int64_t> wide(cols);
    CHECK(takes(narrow, {}));
    CHECK(takes(narrow, {static_cast<std::int32_t>(cols - 1), 0, static_cast<std::int32_t>(cols - 1)}));
    // Few words are sorted by insertion, many by their bits.
    for (const int count : {3, 16, 17, 40, 900}) {
      std::vector<std::int32_t> some;
      for (int n = 0; n < count; ++n) some.push_back(static_cast<std::int32_t>(rng.below(cols)));
      CHECK(takes(narrow, some));
      CHECK(takes(wide, std::vector<std::int64_t>(some.begin(), some.end())));
    }
  }
}

TEST_CASE("column_words: rows as words of 64 columns, unsorted and repeated ones too", "[kernel]") {
  const std::vector<int> indptr{0, 4, 4, 7}, indices{0, 63, 64, 1, 200, 200, 128};
  const bsr::detail::column_words<int> rows(indptr.data(), indices.data(), 3);
  CHECK((rows.indptr[0] == 0 && rows.indptr[1] == 3 && rows.indptr[2] == 3 && rows.indptr[3] == 5));
  CHECK((rows.words[0] == 0 && rows.masks[0] == (std::uint64_t{1} | std::uint64_t{1} << 63)));
  CHECK((rows.words[1] == 1 && rows.masks[1] == 1));
  CHECK((rows.words[2] == 0 && rows.masks[2] == 2));
  CHECK((rows.words[3] == 3 && rows.masks[3] == std::uint64_t{1} << 8));
  CHECK((rows.words[4] == 2 && rows.masks[4] == 1));
}

}  // namespace
