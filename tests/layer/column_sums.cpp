// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/layer/column_sums.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "bsr/storage/view.hpp"

namespace {

TEST_CASE("column sums: every layout, every size around the pieces", "[layer]") {
  for (const std::int64_t m : {0, 1, 7, 8, 9, 20})
    for (const std::int64_t n : {0, 1, 5, 63, 64, 65, 130}) {
      bsr::dense_matrix<float> x(m, n);
      bsr::dense_matrix<float, bsr::col_major> y(m, n);
      std::vector<float> expected(static_cast<std::size_t>(n), 100);
      for (std::int64_t i = 0; i < m; ++i)
        for (std::int64_t j = 0; j < n; ++j) {
          x(i, j) = y(i, j) = static_cast<float>(i * n + j);
          expected[static_cast<std::size_t>(j)] += x(i, j);  // exact
        }
      std::vector<float> sums(static_cast<std::size_t>(n), 100);
      bsr::detail::sum_columns(bsr::input(x), sums.data(), true);
      CHECK(sums == expected);
      bsr::detail::sum_columns(bsr::input(y), sums.data(), false);
      for (float& s : expected) s -= 100;
      CHECK(sums == expected);
    }
}

}  // namespace
