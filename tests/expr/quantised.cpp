// SPDX-License-Identifier: BSD-3-Clause
// Factors of rows and columns, and results in 8 bits: what products of quantised matrices need.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/definition.hpp"
#include "support/random.hpp"
#include "support/throws.hpp"

using namespace bsr_test;
using bsr::per_col;
using bsr::per_row;
using bsr::saturate_to;

namespace {

float clipped(float v) { return std::nearbyint(std::fmin(std::fmax(v, -128.0f), 127.0f)); }

struct world {
  bsr_test::random rng{6};
  bsr::matrix<std::int8_t, 4, 8> w = random_matrix<std::int8_t, 4, 8>(rng, {20, 32}, wild);
  bsr::dense_matrix<std::int8_t> x = random_dense<std::int8_t>(rng, 32, 37);
  bsr::dense_matrix<std::int8_t> xt{37, 32};
  std::vector<float> rows, cols;

  world() {
    for (std::int8_t& v : w.data()) v = static_cast<std::int8_t>(rng.bits());
    for (int i = 0; i < 32; ++i)
      for (int j = 0; j < 37; ++j) xt(j, i) = x(i, j) = static_cast<std::int8_t>(rng.bits());
    for (int i = 0; i < 20; ++i) rows.push_back(static_cast<float>(rng.unit()));
    for (int j = 0; j < 37; ++j) cols.push_back(static_cast<float>(rng.unit() - 0.5));
  }
  float sum(int i, int j) const {
    const auto full = bsr::to_dense(w);
    int result = 0;
    for (int k = 0; k < 32; ++k) result += full(i, k) * x(k, j);
    return static_cast<float>(result);
  }
};

}  // namespace

TEST_CASE("value * per_row(v) and value * per_col(v) scale rows and columns of the result", "[quantised]") {
  world o;
  bsr::dense_matrix<float> y(20, 37), z(37, 20);
  const auto check = [&](const auto& policy) {
    y.view().on(policy) = per_row(o.rows) * (o.w * o.x);
    for (int i = 0; i < 20; ++i)
      for (int j = 0; j < 37; ++j) REQUIRE(y(i, j) == o.sum(i, j) * o.rows[static_cast<std::size_t>(i)]);
    y.view().on(policy) = o.w * o.x * per_col(o.cols);
    for (int i = 0; i < 20; ++i)
      for (int j = 0; j < 37; ++j) REQUIRE(y(i, j) == o.sum(i, j) * o.cols[static_cast<std::size_t>(j)]);
    z.view().on(policy) = o.xt * transpose(o.w) * per_col(o.rows);
    for (int i = 0; i < 20; ++i)
      for (int j = 0; j < 37; ++j) REQUIRE(z(j, i) == o.sum(i, j) * o.rows[static_cast<std::size_t>(i)]);
    z.view().on(policy) = per_row(o.cols) * (o.xt * transpose(o.w));
    for (int i = 0; i < 20; ++i)
      for (int j = 0; j < 37; ++j) REQUIRE(z(j, i) == o.sum(i, j) * o.cols[static_cast<std::size_t>(j)]);
  };
  check(bsr::cpu{});
  check(by_definition);
}

TEST_CASE("saturate_to rounds to the even whole number next to each element, within the type",
          "[quantised]") {
  world o;
  bsr::dense_matrix<std::int8_t> y(20, 37), z(37, 20);
  const auto check = [&](const auto& policy) {
    y.view().on(policy) = saturate_to<std::int8_t>(0.001 * o.w * o.x);
    for (int i = 0; i < 20; ++i)
      for (int j = 0; j < 37; ++j) REQUIRE(y(i, j) == clipped(0.001f * o.sum(i, j)));
    y.view().on(policy) = saturate_to<std::int8_t>(o.w * o.x * per_row(o.rows));
    for (int i = 0; i < 20; ++i)
      for (int j = 0; j < 37; ++j)
        REQUIRE(y(i, j) == clipped(o.sum(i, j) * o.rows[static_cast<std::size_t>(i)]));
    z.view().on(policy) = saturate_to<std::int8_t>(o.xt * transpose(o.w) * per_col(o.rows));
    for (int i = 0; i < 20; ++i)
      for (int j = 0; j < 37; ++j)
        REQUIRE(z(j, i) == clipped(o.sum(i, j) * o.rows[static_cast<std::size_t>(i)]));
  };
  check(bsr::cpu{});
  check(by_definition);
}

TEST_CASE("saturate_to, value by value", "[quantised]") {
  const float infinity = std::numeric_limits<float>::infinity(),
              nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> values{0,           0.5f,     -0.5f,     1.5f,  2.5f,   -1.5f,   -2.5f,
                                  0.49999997f, 126.5f,   127.5f,    1e30f, -1e30f, -128.5f, -129,
                                  255.5f,      infinity, -infinity, nan,   254.5f, 3};
  const auto n = static_cast<std::int64_t>(values.size());
  bsr::matrix<float, 1> one({1, 1}, std::vector<float>{1}, std::vector<int>{0}, std::vector<int>{0, 1});
  bsr::dense_matrix<std::int8_t> signed_bytes(1, n);
  bsr::dense_matrix<std::uint8_t> bytes(1, n);
  const bsr::dense_view<const float> x(values.data(), 1, n);
  const auto check = [&](const auto& policy) {
    signed_bytes.view().on(policy) = saturate_to<std::int8_t>(one * x);
    bytes.view().on(policy) = saturate_to<std::uint8_t>(one * x);
    const std::vector<int> expected{0,   0,    0,    2,    2,   -2,  -2,   0,    126, 127,
                                    127, -128, -128, -128, 127, 127, -128, -128, 127, 3};
    const std::vector<int> positive{0, 0, 0, 2, 2, 0, 0, 0, 126, 128, 255, 0, 0, 0, 255, 255, 0, 0, 254, 3};
    for (std::int64_t j = 0; j < n; ++j) {
      INFO(values[static_cast<std::size_t>(j)]);
      CHECK(signed_bytes(0, j) == expected[static_cast<std::size_t>(j)]);
      CHECK(bytes(0, j) == positive[static_cast<std::size_t>(j)]);
    }
  };
  check(bsr::cpu{});
  check(by_definition);
}

TEST_CASE("Without saturate_to a product in int8 wraps, as scipy's does", "[quantised]") {
  world o;
  bsr::dense_matrix<std::int8_t> y(20, 37);
  y = o.w * o.x;
  for (int i = 0; i < 20; ++i)
    for (int j = 0; j < 37; ++j)
      REQUIRE(y(i, j) == static_cast<std::int8_t>(static_cast<std::int64_t>(o.sum(i, j))));
}

TEST_CASE("value * per_row(v): what does not fit is said", "[quantised]") {
  world o;
  bsr::dense_matrix<float> y(20, 37);
  CHECK(text_of<bsr::shape_error>([&] { y = o.w * o.x * per_row(o.cols); }) ==
        "bsr: c = a * b * per_row(v): a is 20x32, b is 32x37, c is 20x37, v has 37 elements.");
  const bsr::vector_view<const float> inside(y.data() + 3, 37);
  CHECK(text_of<bsr::alias_error>([&] { y = o.w * o.x * per_col(inside); }) ==
        "bsr: c = a * b * per_col(v): c shares memory with v, which is read while c is written: a is 20x32, "
        "b is "
        "32x37, c is 20x37, v has 37 elements. Compute into other memory.");
}
