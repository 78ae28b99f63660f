// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/transpose_block.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <string>
#include <vector>

#include "bsr/base/extent.hpp"

namespace {

/// "" if element (r, c) of a rows x cols block becomes (c, r), and nothing around is written.
template <class T, int R, int C>
std::string difference(std::int64_t rows, std::int64_t cols) {
  std::vector<T> x, y(static_cast<std::size_t>(rows * cols) + 2, T(99));
  for (std::int64_t k = 0; k < rows * cols; ++k)
    x.push_back(static_cast<T>(static_cast<std::int8_t>(k % 90 + 1)));
  bsr::detail::transpose_block(x.data(), y.data() + 1, bsr::extent<R>(rows), bsr::extent<C>(cols));
  if (y.front() != T(99) || y.back() != T(99)) return "beyond the block";
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < cols; ++c)
      if (y[static_cast<std::size_t>(1 + c * rows + r)] != x[static_cast<std::size_t>(r * cols + c)])
        return std::to_string(rows) + "x" + std::to_string(cols) + " at " + std::to_string(r) + ", " +
               std::to_string(c);
  return {};
}
template <class T>
std::string difference() {
  for (std::int64_t rows = 1; rows <= 13; ++rows)
    for (std::int64_t cols = 1; cols <= 13; ++cols) {
      const auto text = difference<T, bsr::dynamic, bsr::dynamic>(rows, cols);
      if (!text.empty()) return text;
    }
  return difference<T, 4, 4>(4, 4) + difference<T, 8, 4>(8, 4) + difference<T, 5, 7>(5, 7) +
         difference<T, 3, 8>(3, 8) + difference<T, 9, 2>(9, 2) + difference<T, 4, bsr::dynamic>(4, 6);
}

TEST_CASE("transpose_block: every size, elements of every width", "[convert]") {
  CHECK(difference<float>() == "");
  CHECK(difference<double>() == "");
  CHECK(difference<std::complex<float>>() == "");
  CHECK(difference<std::complex<double>>() == "");
  CHECK(difference<std::int8_t>() == "");
  CHECK(difference<std::uint64_t>() == "");
  CHECK(difference<long double>() == "");
}

}  // namespace
