// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/gather_blocks.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

#include "bsr/storage.hpp"

namespace {

using bsr::detail::any_not_zero;
using bsr::detail::not_zero;

TEST_CASE("gather_blocks: what is zero", "[convert]") {
  CHECK(not_zero(0.0) == 0);
  CHECK(not_zero(-0.0f) == 0);
  CHECK(not_zero(false) == 0);
  CHECK(not_zero(std::complex<double>(0.0, -0.0)) == 0);
  CHECK(not_zero(std::numeric_limits<double>::quiet_NaN()) == 1);
  CHECK(not_zero(std::numeric_limits<float>::denorm_min()) == 1);
  CHECK(not_zero(std::numeric_limits<float>::infinity()) == 1);
  CHECK(not_zero(std::complex<float>(0.0f, 1.0f)) == 1);
  CHECK(not_zero(std::int8_t{-128}) == 1);
  std::array<float, 37> row{};
  CHECK(any_not_zero(row.data(), 37) == 0);
  for (float& x : row) {
    x = 1;
    CHECK(any_not_zero(row.data(), 37) == 1);
    x = 0;
  }
  CHECK(any_not_zero(row.data(), 0) == 0);
}

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

}  // namespace
