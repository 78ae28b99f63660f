// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/ranges.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "support/threads.hpp"

namespace {

const std::vector<std::int32_t> indptr{0, 3, 3, 4, 9};
constexpr std::int64_t block_rows = 4, strips = 2, panels = 3;

TEST_CASE("for_each_range: all pieces together take every strip of every panel once") {
  for (const int pieces : {1, 2, 5}) {
    std::vector<int> taken(block_rows * strips * panels);
    std::vector<int> called(static_cast<std::size_t>(pieces));
    const bsr::strip_schedule<std::int32_t> rows(indptr.data(), block_rows, strips);
    bsr::for_each_range(
        bsr_test::on_threads(pieces), rows, panels, pieces, [&](int piece, const bsr::strip_range& range) {
          ++called[static_cast<std::size_t>(piece)];
          for (std::int64_t panel = range.first_panel; panel < range.last_panel; ++panel)
            for (bsr::strip_position s = range.first; s != range.last; s = rows.next(s))
              ++taken[static_cast<std::size_t>((s.block_row * strips + s.strip) * panels + panel)];
        });
    CHECK(taken == std::vector<int>(taken.size(), 1));
    for (const int calls : called) CHECK(calls > 0);
  }
}

TEST_CASE("for_each_strip: all pieces together take every strip of every block once") {
  std::vector<int> taken(static_cast<std::size_t>(indptr.back() * strips));
  bsr::for_each_strip(bsr_test::on_threads(3), indptr.data(), block_rows, strips, 3,
                      [&](std::int64_t, std::int64_t strip, std::int64_t first, std::int64_t last) {
                        for (std::int64_t k = first; k < last; ++k)
                          ++taken[static_cast<std::size_t>(k * strips + strip)];
                      });
  CHECK(taken == std::vector<int>(taken.size(), 1));
}

}  // namespace
