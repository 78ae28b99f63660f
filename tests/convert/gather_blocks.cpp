// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/gather_blocks.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <utility>
#include <vector>

#include "bsr/storage.hpp"

namespace {

TEST_CASE("gather_blocks: a padded block is filled up with zeros", "[convert]") {
  const std::vector<int> values{1, 2, 3, 4, 5, 6};
  const bsr::dense_view<const int> x(values.data(), 2, 3);
  std::vector<int> block(4, -1);
  bsr::detail::copy_block(x, 0, 0, bsr::extent<2>(), bsr::extent<2>(), block.data());
  CHECK(block == std::vector<int>{1, 2, 4, 5});
  bsr::detail::copy_block(x, 0, 2, bsr::extent<2>(), bsr::extent<bsr::dynamic>(2), block.data());
  CHECK(block == std::vector<int>{3, 0, 6, 0});
  const bsr::dense_view<const int, bsr::col_major> y(values.data(), 2, 3);
  bsr::detail::copy_block(y, 1, 2, bsr::extent<bsr::dynamic>(2), bsr::extent<2>(), block.data());
  CHECK(block == std::vector<int>{6, 0, 0, 0});
}

TEST_CASE("gather_blocks: blocks that are not where the first rows promise", "[convert]") {
  // Many blocks at the top, none below; none at the top, many below; in both orders of memory.
  for (const bool top : {true, false}) {
    bsr::dense_matrix<double> x(700, 900);
    bsr::dense_matrix<double, bsr::col_major> y(700, 900);
    std::int64_t stored = 0;
    for (std::int64_t i = 0; i < 700; ++i)
      for (std::int64_t j = 0; j < 900; ++j) {
        const bool many = (i < 300) == top;
        if (many ? (i * 7 + j) % 3 == 0 : i == 350 && j == 899) {
          x(i, j) = y(i, j) = static_cast<double>(i * 1000 + j + 1);
          ++stored;
        }
      }
    const auto check = [&](const auto& blocks, std::int64_t area) {
      REQUIRE(blocks.data.size() == blocks.indices.size() * area);
      REQUIRE(blocks.indptr[blocks.indptr.size() - 1] == blocks.indices.size());
      std::int64_t seen = 0;
      for (const double v : blocks.data) seen += v != 0;
      CHECK(seen == stored);
    };
    const auto rows = bsr::detail::gather_blocks<std::int32_t>("test", std::as_const(x).view(),
                                                               bsr::extent<1>(), bsr::extent<1>());
    const auto cols = bsr::detail::gather_blocks<std::int32_t>("test", std::as_const(y).view(),
                                                               bsr::extent<1>(), bsr::extent<1>());
    check(rows, 1);
    check(cols, 1);
    CHECK(std::ranges::equal(rows.data, cols.data));
    CHECK(std::ranges::equal(rows.indices, cols.indices));
    CHECK(std::ranges::equal(rows.indptr, cols.indptr));
    for (std::int64_t i = 0, k = 0; i < 700; ++i)
      for (; k < rows.indptr[i + 1]; ++k)
        if (rows.data[k] != x(i, rows.indices[k]) ||
            (k > rows.indptr[i] && rows.indices[k] <= rows.indices[k - 1]))
          FAIL("row " << i << ", entry " << k);
    check(bsr::detail::gather_blocks<std::int64_t>("test", std::as_const(y).view(), bsr::extent<3>(),
                                                   bsr::extent<bsr::dynamic>(2)),
          6);
  }
}

}  // namespace
