// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/panel_strips.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "support/threads.hpp"

namespace {

using pack = bsr::simd::pack<float>;

/// A matrix of blocks that nobody reads: `each` in every block row.
struct structure {
  std::vector<std::int32_t> indptr{0};
  bsr::block_list<float, std::int32_t> list{};
  structure(std::int64_t rows, std::int32_t each, bsr::dims block) {
    for (std::int64_t i = 0; i < rows; ++i) indptr.push_back(indptr.back() + each);
    list.indptr = indptr.data();
    list.shape = {rows * block.rows, 64 * block.cols};
    list.block = block;
  }
};

TEST_CASE("chunk_end: whole block rows, until their blocks fill a chunk") {
  const structure a(100, 4, {16, 16});  // a block row is 4 KiB
  const std::int64_t rows = bsr::chunk_of_a / 4096;
  REQUIRE(rows < 90);
  const auto end = [&](bsr::strip_position first, bsr::strip_position last) {
    return bsr::detail::chunk_end(a.list, first, last);
  };
  CHECK(end({0, 0}, {100, 0}) == bsr::strip_position{rows + 1, 0});
  CHECK(end({5, 1}, {100, 0}) == bsr::strip_position{5 + rows + 1, 0});
  CHECK(end({95, 0}, {97, 1}) == bsr::strip_position{97, 1});
  // A row that is larger than a chunk is one.
  const structure wide(3, 1000, {16, 16});
  CHECK(bsr::detail::chunk_end(wide.list, {0, 0}, {3, 0}) == bsr::strip_position{1, 0});
}

TEST_CASE("for_each_panel: every strip of every pack once") {
  for (const std::int32_t each : {0, 3, 40})
    for (const bool by_panel : {false, true})
      for (const int threads : {1, 3}) {
        const structure a(60, each, {16, 16});
        const std::int64_t columns = 7 * pack::size + 1, packs = 8;
        const int strips = bsr::cut_rows(16, bsr::select_tile(16).rows).strips;
        std::vector<int> taken(static_cast<std::size_t>(60 * strips * packs));
        bsr::detail::for_each_panel<pack>(
            bsr_test::on_threads(threads), a.list,
            {.columns = columns, .moved = 100, .most_pieces = 2, .by_panel = by_panel},
            [&](int, const bsr::detail::panel_part& part) {
              for (auto s = part.first; s != part.last; s = bsr::next_strip(s, strips))
                for (std::int64_t n = part.first_pack; n < part.last_pack; ++n)
                  ++taken[static_cast<std::size_t>((s.block_row * strips + s.strip) * packs + n)];
            });
        CHECK(taken == std::vector<int>(taken.size(), 1));
      }
}

}  // namespace
