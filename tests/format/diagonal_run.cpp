// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/format/diagonal_run.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <utility>

namespace {

TEST_CASE("diagonal_path: every element of every diagonal, once and in its block", "[format]") {
  std::int64_t wrong = 0;
  const bsr::dims block(3, 2);
  for (std::int64_t m = 0; m <= 8; ++m)
    for (std::int64_t n = 0; n <= 8; ++n)
      for (std::int64_t k = -10; k <= 10; ++k)
        for (const std::int64_t count : {0, 2, 99}) {
          bsr::detail::diagonal_path<3, bsr::dynamic> path({m, n}, bsr::extent<3>(),
                                                           bsr::extent<bsr::dynamic>(2), k);
          path.shorten(count);
          std::set<std::pair<std::int64_t, std::int64_t>> expected;
          for (std::int64_t i = 0; i < m && static_cast<std::int64_t>(expected.size()) < count; ++i)
            if (i + k >= 0 && i + k < n) expected.insert({i, i + k});
          wrong += path.length() != static_cast<std::int64_t>(expected.size());
          for (std::int64_t i = 0; i < (m + block.rows - 1) / block.rows; ++i) {
            const auto part = path.run(i);
            auto at_once = expected;
            path.for_each(i, part, [&](std::int64_t row, std::int64_t at) {
              const std::int64_t j = part.first_block + at / 6;
              wrong += row != i * block.rows + at % 6 / block.cols;
              wrong += at_once.erase({row, j * block.cols + at % block.cols}) != 1;
            });
            const auto in_run = static_cast<std::size_t>(part.last - part.first);
            wrong += expected.size() - at_once.size() != in_run;
            for (std::int64_t j = part.first_block; j < part.last_block; ++j) {
              bool any = false;
              path.for_each_in_block(i, part, j, [&](std::int64_t row, std::int64_t at) {
                any = true;
                wrong += row != i * block.rows + at / block.cols;
                wrong += expected.erase({row, j * block.cols + at % block.cols}) != 1;
              });
              wrong += !any;
            }
          }
          wrong += !expected.empty();
        }
  CHECK(wrong == 0);
}

TEST_CASE("diagonal_path: offsets and blocks as large as they can be", "[format]") {
  constexpr std::int64_t most = (std::numeric_limits<std::int64_t>::max)();
  using path = bsr::detail::diagonal_path<bsr::dynamic, bsr::dynamic>;
  const bsr::extent<bsr::dynamic> huge(most);
  CHECK(path({most, most}, huge, huge, -most).length() == 0);
  CHECK(path({most, most}, huge, huge, -most - 1).length() == 0);
  CHECK(path({most, most}, huge, huge, most).length() == 0);
  CHECK(path({most, most}, huge, huge, most - 1).length() == 1);
  const auto part = path({most, most}, huge, huge, 0).run(0);
  CHECK(part.last == most);
  CHECK(part.last_block == 1);
}

}  // namespace
