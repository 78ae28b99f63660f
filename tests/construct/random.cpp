// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/construct/random.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "bsr/format/check_format.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "support/identical.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;

TEST_CASE("random: the same numbers as an independent program", "[construct]") {
  // SplitMix64 and both ways of choosing, written anew in Python with integers of any length.
  const auto all = bsr::random<double, 1>({4, 5}, 0.3, 42);
  STATIC_CHECK(std::is_same_v<decltype(all), const bsr::matrix<double, 1>>);
  CHECK(array_difference("indices", all.indices(), std::vector<int>{1, 2, 3, 2, 3, 4}) == "");
  CHECK(array_difference("indptr", all.indptr(), std::vector<int>{0, 3, 4, 6, 6}) == "");
  CHECK(all.data()[0] == 0.1603653875985772);
  CHECK(all.data()[1] == 0.16639780398145976);
  CHECK(all.data()[2] == 0.04802579547595631);
  CHECK(bsr::random<float>({4, 5}, {1, 1}, 0.3, 42).data()[2] == 0.04802578687667847f);
  CHECK(bsr::random<std::complex<double>>({4, 5}, {1, 1}, 0.3, 42).data()[0] ==
        std::complex<double>(0.1603653875985772, 0.16639780398145976));
  const auto bytes = bsr::random<std::int8_t, std::int64_t>({4, 5}, {1, 1}, 0.3, 42);
  CHECK(array_difference("data", bytes.data(), std::vector<int>{41, 42, 12, -5, 60, 71}) == "");
  CHECK(bsr::random<std::uint64_t, 1>({4, 5}, 0.3, 42).data()[0] == 2958219263312191191u);
  const auto bits = bsr::random<bool, 1>({4, 5}, 0.3, 42);
  CHECK(array_difference("data", bits.data(), std::vector<int>{0, 0, 0, 1, 0, 0}) == "");

  // 60 of 1000 places, of which the first draw has 54.
  const auto few = bsr::random<double, 2, 3>({40, 150}, 0.06, 0);
  CHECK(array_difference("indices", few.indices(),
                         std::vector<int>{1,  3,  48, 0,  10, 16, 25, 37, 42, 13, 30, 38, 40, 13, 20,
                                          34, 42, 44, 47, 11, 27, 24, 45, 38, 46, 47, 3,  4,  12, 15,
                                          6,  38, 3,  27, 13, 23, 24, 45, 12, 39, 46, 16, 25, 28, 30,
                                          46, 48, 20, 24, 10, 21, 28, 33, 43, 10, 16, 42, 43, 10, 37}) == "");
  CHECK(array_difference("indptr", few.indptr(), std::vector<int>{0,  3,  3,  9,  13, 19, 21, 23, 26, 30, 32,
                                                                  34, 38, 41, 42, 43, 47, 49, 54, 58, 60}) ==
        "");
}

TEST_CASE("random: exactly as many blocks as were asked for, each once", "[construct]") {
  for (const double density : {0.0, 0.001, 0.01, 0.0624, 0.0626, 0.3, 0.5, 0.9, 1.0})
    for (const std::int64_t m : {0, 1, 7, 100})
      for (const std::int64_t n : {0, 1, 13, 200}) {
        INFO(m << "x" << n << ", density " << density);
        const auto a = bsr::random<float, 2, 3>({2 * m, 3 * n}, density, 5);
        CHECK(a.num_blocks() == std::llrint(density * static_cast<double>(m * n)));  // ties to even
        CHECK(bsr::has_canonical_format(a));
        bsr::check_format(a);
      }
  // round(0.5) is 0, round(1.5) is 2, as Python's.
  CHECK(bsr::random<float, 1>({1, 1}, 0.5, 1).num_blocks() == 0);
  CHECK(bsr::random<float, 1>({1, 3}, 0.5, 1).num_blocks() == 2);
  CHECK(bsr::random<float, 1, 1, std::int64_t>({1, std::int64_t{1} << 40}, 0x1p-38, 1).num_blocks() == 4);
}

/// Every place of a 5 x n matrix is chosen about equally often: within six standard deviations of the
/// binomial distribution. The seeds are fixed, so this passes or fails for good.
void check_fair(std::int64_t n, double density) {
  const std::int64_t trials = 4000;
  const auto places = static_cast<std::size_t>(5 * n);
  std::vector<std::int64_t> hits(places);
  std::int64_t chosen = 0;
  for (std::int64_t seed = 0; seed < trials; ++seed) {
    const auto a = bsr::random<bool, 1>({5, n}, density, static_cast<std::uint64_t>(seed));
    chosen = a.num_blocks();
    for (std::int64_t i = 0; i < 5; ++i)
      for (auto entry : a.row(i)) ++hits[static_cast<std::size_t>(i * n + entry.col())];
  }
  const double p = static_cast<double>(chosen) / static_cast<double>(places);
  const double mean = static_cast<double>(trials) * p;
  const double limit = 6 * std::sqrt(mean * (1 - p));
  std::int64_t outside = 0;
  for (const std::int64_t h : hits) outside += std::fabs(static_cast<double>(h) - mean) > limit;
  CHECK(outside == 0);
}

TEST_CASE("random: every place is as likely as any other", "[construct]") {
  check_fair(7, 0.4);    // asked for one by one
  check_fair(40, 0.05);  // drawn
}

TEMPLATE_TEST_CASE("random: real values lie between 0 and 1, around one half", "[construct]", float, double,
                   long double) {
  const auto a = bsr::random<TestType, 4>({400, 400}, 0.5, 3);
  long double sum = 0;
  std::int64_t outside = 0;
  for (const TestType x : a.data()) {
    sum += x;
    outside += !(x >= 0 && x < 1);
  }
  const auto count = static_cast<long double>(a.nnz());
  CHECK(outside == 0);
  // The standard deviation of a mean of n such numbers is sqrt(1 / (12 n)).
  CHECK(std::fabs(sum / count - 0.5L) < 6 * std::sqrt(1 / (12 * count)));
}

TEST_CASE("random: other seeds, other matrices; padding is zero", "[construct]") {
  const auto a = bsr::random<double, 2>({9, 9}, 0.5, 1, bsr::padded);
  CHECK(stored_difference(a, bsr::random<double>({9, 9}, {2, 2}, 0.5, 1, bsr::padded)) == "");
  CHECK(stored_difference(a, bsr::random<double, 2>({9, 9}, 0.5, 2, bsr::padded)) != "");
  std::int64_t edge = 0;
  double beyond = 0;
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (auto entry : a.row(i))
      for (std::int64_t r = 0; r < 2; ++r)
        for (std::int64_t c = 0; c < 2; ++c)
          if (2 * i + r >= 9 || 2 * entry.col() + c >= 9) {
            ++edge;
            beyond += entry(r, c);
          } else {
            CHECK(entry(r, c) > 0);
          }
  CHECK(edge > 0);
  CHECK(beyond == 0);
}

TEST_CASE("random: what is refused", "[construct]") {
  CHECK(text_of<bsr::error>([] { (void)bsr::random<double, 1>({4, 4}, 1.5, 1); }) ==
        "bsr: random: density expected to be 0 <= density <= 1, not 1.5.");
  CHECK(text_of<bsr::error>([] { (void)bsr::random<double, 1>({4, 4}, -0.25, 1); }) ==
        "bsr: random: density expected to be 0 <= density <= 1, not -0.25.");
  CHECK(text_of<bsr::error>([] {
          (void)bsr::random<double, 1>({4, 4}, std::numeric_limits<double>::quiet_NaN(), 1);
        }) == "bsr: random: density expected to be 0 <= density <= 1, not nan.");
  CHECK(text_of<bsr::shape_error>([] { (void)bsr::random<double, 3>({4, 4}, 0.5, 1); }) ==
        "bsr: random: shape must be multiple of blocksize: shape is 4x4, blocksize is 3x3; pass bsr::padded "
        "if the last blocks shall reach beyond the edge.");
  const std::int64_t large = std::int64_t{1} << 40;
  CHECK(text_of<bsr::shape_error>([&] {
          (void)bsr::random<double, 1, 1, std::int64_t>({large, large}, 0, 1);
        }) == "bsr: random: 1099511627776 times 1099511627776 blocks are more than can be counted.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::random<double, 1>({1 << 20, 1 << 20}, 0.5, 1); }) ==
        "bsr: random: 549755813888 blocks are too many for int32 indices, which end at 2147483647; ask for "
        "std::int64_t indices.");
}

}  // namespace
