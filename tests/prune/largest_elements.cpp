// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/prune/largest_elements.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "bsr/construct/random.hpp"
#include "bsr/prune/gather.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace prune = bsr::prune;

/// Elements of so many different magnitudes, of both signs: the fewer, the more are equal.
template <class T>
bsr::dense_matrix<T> levels(std::int64_t rows, std::int64_t cols, int count) {
  bsr::dense_matrix<T> w(rows, cols);
  const bsr::detail::random_stream numbers(7, 3);
  for (std::int64_t k = 0; k < rows * cols; ++k)
    w.data()[k] = static_cast<T>(std::floor((bsr::detail::random_value<double>(numbers.bits(k)) * 2 - 1) *
                                            static_cast<double>(count)));
  return w;
}

/// Whether `a` holds the `kept` elements that come first in falling order of magnitude, equal ones in their
/// own order.
template <class A, class W>
bool holds_largest(const A& a, const W& w, std::int64_t kept) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(w.rows() * w.cols()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t p, std::int64_t q) {
    return std::fabs(w.data()[p]) > std::fabs(w.data()[q]);
  });
  order.resize(static_cast<std::size_t>(kept));
  std::sort(order.begin(), order.end());
  if (a.num_blocks() != kept || a.shape() != w.shape()) return false;
  std::size_t k = 0;
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (auto block : a.row(i)) {
      const std::int64_t at = order[k++];
      if (at != i * w.cols() + block.col() || block(0, 0) != w.data()[at]) return false;
    }
  return true;
}

template <class T>
void check(std::int64_t rows, std::int64_t cols, int count, std::int64_t kept) {
  const auto w = levels<T>(rows, cols, count);
  const auto a = bsr::detail::largest_elements<std::int32_t>(input(w), kept);
  REQUIRE(a.has_value());
  CHECK(holds_largest(*a, w, kept));
}

TEST_CASE("largest elements: those of a sort, of equal ones the first", "[prune]") {
  SECTION("a tenth") { check<float>(300, 1100, 100000, 33000); }
  SECTION("many are equal at the cut") { check<float>(2100, 70, 50, 73500); }
  SECTION("double, nearly all") { check<double>(360, 365, 100000, 131000); }
  SECTION("all") { check<float>(360, 365, 1000, 360 * 365); }
}

TEST_CASE("largest elements: to_bsr takes them whether a guess is possible or not", "[prune]") {
  const auto w = levels<float>(300, 500, 1000);
  CHECK(holds_largest(prune::to_bsr<1>(w, prune::sparsity{0.9}), w, 15000));
  CHECK(holds_largest(prune::to_bsr<1>(w, prune::keep_blocks{7}, prune::max_abs{}), w, 7));
  // A few large ones among zeros: the guess is wrong, or useless.
  bsr::dense_matrix<float> few(300, 500);
  few(299, 499) = -1;
  few(3, 4) = 2;
  CHECK(!bsr::detail::largest_elements<std::int32_t>(input(few), 5).has_value());
  CHECK(holds_largest(prune::to_bsr<1>(few, prune::keep_blocks{5}, prune::l1_norm{}), few, 5));
  // Too few to guess.
  const auto small = levels<float>(20, 30, 9);
  CHECK(!bsr::detail::largest_elements<std::int32_t>(input(small), 60).has_value());
  CHECK(holds_largest(prune::to_bsr<1>(small, prune::keep_blocks{60}), small, 60));
}

TEST_CASE("largest elements: what is refused is refused as of any blocks", "[prune]") {
  auto w = levels<float>(300, 500, 1000);
  CHECK(text_of<bsr::error>([&] { prune::to_bsr<1>(w, prune::keep_blocks{150001}); }) ==
        "bsr: prune: 150001 blocks cannot be kept of 150000.");
  CHECK(text_of<bsr::error>([&] {
          prune::to_bsr<1>(w, prune::keep_blocks{0});
        }).find("none of the 150000 blocks") != std::string::npos);
  w(299, 3) = std::numeric_limits<float>::quiet_NaN();
  CHECK(text_of<bsr::error>([&] {
          prune::to_bsr<1>(w, prune::sparsity{0.9});
        }).find("the score of block (299, 3) is NaN") != std::string::npos);
}

}  // namespace
