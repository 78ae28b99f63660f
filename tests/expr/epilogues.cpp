// SPDX-License-Identifier: BSD-3-Clause
// Biases, activations and functions of a value, on either side of the product.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "expr/world.hpp"

using bsr::per_col;
using bsr::per_row;
using bsr_test::by_definition;
using bsr_test::gives;
using bsr_test::gives_fresh;

namespace {

using world = bsr_test::world<float>;

/// f(v, i, j) that tells i from j.
struct placed {
  template <class V>
  V operator()(V v, std::int64_t i, std::int64_t j) const {
    return v / 2 + static_cast<V>(10 * i - j);
  }
};

float half(float v) { return v / 2; }

}  // namespace

TEST_CASE_METHOD(world, "biases for rows and columns of the result as it is written", "[epilogues]") {
  const auto is = [&](const auto& expression, const auto& wanted) {
    gives_fresh(y, [&](auto c) { c.on(by_definition) = expression; }, wanted);
  };
  is(a * x + per_row(f), ax.add_row(f));
  is(a * x + per_col(b), ax.add_col(b));
  is(per_row(f) + a * x, ax.add_row(f));
  is(per_col(b) + 2 * a * x, ax.scale(2).add_col(b));
  is(a * x - per_row(f), ax.scale(-1).add_row(f).scale(-1));
  is(a * x - per_col(b), ax.scale(-1).add_col(b).scale(-1));
  is(per_row(f) - a * x, ax.scale(-1).add_row(f));
  is(per_col(b) - a * x, ax.scale(-1).add_col(b));
  is(a * x + per_row(f) + per_col(b) + d, ax.add_row(f).add_col(b).add(1, d));
  is(2 * (a * x + per_col(b)), ax.add_col(b).scale(2));

  const auto layer = [&](const auto& expression, const auto& wanted) {
    gives_fresh(yt, [&](auto c) { c.on(by_definition) = expression; }, wanted);
  };
  layer(xt * transpose(a) + per_col(f), xat.add_col(f));
  layer(xt * transpose(a) + per_row(b), xat.add_row(b));
  layer(per_col(f) - xt * transpose(a), xat.scale(-1).add_col(f));
  layer(xt * transpose(a) - per_row(b) + dt, xat.scale(-1).add_row(b).scale(-1).add(1, dt));
  gives_fresh(
      y, [&](auto c) { transpose(c).on(by_definition) = transpose(x) * transpose(a) + per_col(f); },
      ax.add_row(f));
  gives_fresh(xt, [&](auto c) { c.on(by_definition) = yt * a + per_col(u); }, ya.add_col(u));

  // A bias is any vector: of the standard library, with a stride, of another type.
  const std::vector<float> std_vector(f_memory.begin(), f_memory.end());
  const std::array<double, 5> doubles{0.1, 0.2, 0.3, 0.4, 0.5};
  is(a * x + per_row(std_vector), ax.add_row(f));
  is(a * x + per_col(doubles), ax.add_col(doubles));
  is(a * x + per_row(bsr::vector_view<const float>(d.data(), 6, 5)),
     ax.add_row(bsr::vector_view<const float>(d.data(), 6, 5)));
  const std::vector<std::int8_t> integers{1, -2, 3, -4, 5};
  is(a * x + per_col(integers), ax.add_col(integers));
}

TEST_CASE_METHOD(world, "activations, before and after addends", "[epilogues]") {
  const auto is = [&](const auto& expression, const auto& wanted) {
    gives_fresh(y, [&](auto c) { c.on(by_definition) = expression; }, wanted);
  };
  is(relu(a * x), ax.relu());
  is(gelu(a * x), ax.gelu());
  is(silu(a * x), ax.silu());
  is(relu(2 * a * x + d), ax.scale(2).add(1, d).relu());
  is(relu(a * x) + d, ax.relu().add(1, d));
  is(d - gelu(a * x), ax.gelu().scale(-1).add(1, d));
  is(d + gelu(a * x), ax.gelu().add(1, d));
  is(2 * relu(a * x), ax.relu().scale(2));
  is(relu(a * x) * 2, ax.relu().scale(2));
  is(-silu(a * x), ax.silu().scale(-1));
  is(relu(-(a * x)), ax.scale(-1).relu());
  is(relu(a * x - per_row(f)), ax.scale(-1).add_row(f).scale(-1).relu());
  is(silu(gelu(relu(a * x) - d) + per_col(b)), ax.relu().add(-1, d).gelu().add_col(b).silu());

  const auto layer = [&](const auto& expression, const auto& wanted) {
    gives_fresh(yt, [&](auto c) { c.on(by_definition) = expression; }, wanted);
  };
  layer(relu(xt * transpose(a) + per_col(f)), xat.add_col(f).relu());
  layer(dt + silu(xt * transpose(a) + per_col(f)), xat.add_col(f).silu().add(1, dt));
  layer(gelu(0.5 * xt * transpose(a) - dt) * 2 + per_row(b),
        xat.scale(0.5).add(-1, dt).gelu().scale(2).add_row(b));
}

TEST_CASE_METHOD(world, "a residual connection, in place or not", "[epilogues]") {
  // y = x + gelu(w * x) needs a square w.
  const auto w = bsr_test::random_matrix<float, 2>(rng, {6, 6}, bsr_test::wild);
  const auto wd = values::left(w, false, d);
  gives_fresh(y, [&](auto c) { c.on(by_definition) = d + gelu(w * d); }, wd.gelu().add(1, d));
  gives(y, [&](auto c) { c.on(by_definition) = c + gelu(w * d); }, wd.gelu().add(1, y));
  gives(
      y, [&](auto c) { c.on(by_definition) = c - 0.5 * relu(w * d + per_row(f)); },
      wd.add_row(f).relu().scale(-0.5).add(1, y));
  const auto dw = values::right(dt, w, true);
  gives_fresh(
      yt, [&](auto c) { c.on(by_definition) = dt + silu(dt * transpose(w) + per_col(f)); },
      dw.add_col(f).silu().add(1, dt));
}

TEST_CASE_METHOD(world, "map calls f(v, i, j) or f(v), with the place in the result as it is written",
                 "[epilogues]") {
  const auto at = [](long double value, std::int64_t i, std::int64_t j) {
    return value / 2 + static_cast<long double>(10 * i - j);
  };
  const auto is = [&](const auto& expression, const auto& wanted) {
    gives_fresh(y, [&](auto c) { c.on(by_definition) = expression; }, wanted);
  };
  is(map(a * x, placed{}), ax.map(at, 0.5L));
  is(map(a * x, [](auto value, auto i, auto j) { return value / 2 + static_cast<float>(10 * i - j); }),
     ax.map(at, 0.5L));
  is(map(a * x,
         [](double value, long long i, long long j) { return value / 2 + static_cast<float>(10 * i - j); }),
     ax.map(at, 0.5L));
  const auto halve = [](long double value, std::int64_t, std::int64_t) { return value / 2; };
  is(map(a * x, [](auto value) { return value / 2; }), ax.map(halve, 0.5L));
  is(map(a * x, [](double value) { return value / 2; }), ax.map(halve, 0.5L));
  is(map(a * x, half), ax.map(halve, 0.5L));
  is(map(a * x, &half), ax.map(halve, 0.5L));
  is(map(map(a * x, placed{}) + d, half) * 2, ax.map(at, 0.5L).add(1, d).map(halve, 0.5L).scale(2));
  is(relu(map(a * x, placed{})), ax.map(at, 0.5L).relu());

  const auto layer = [&](const auto& expression, const auto& wanted) {
    gives_fresh(yt, [&](auto c) { c.on(by_definition) = expression; }, wanted);
  };
  layer(map(xt * transpose(a), placed{}), xat.map(at, 0.5L));
  layer(map(relu(xt * transpose(a)) + per_col(f), placed{}) - dt,
        xat.relu().add_col(f).map(at, 0.5L).add(-1, dt));
  gives_fresh(xt, [&](auto c) { c.on(by_definition) = map(yt * a, placed{}); }, ya.map(at, 0.5L));
  gives_fresh(
      y, [&](auto c) { transpose(c).on(by_definition) = map(transpose(x) * transpose(a), placed{}); },
      ax.transpose().map(at, 0.5L).transpose());
  // A vector's element i is (i, 0), on either side.
  gives(v, [&](auto c) { c.on(by_definition) = map(a * u, placed{}); }, au.map(at, 0.5L));
  gives(v, [&](auto c) { c.on(by_definition) = map(u * transpose(a), placed{}); }, au.map(at, 0.5L));
}

TEST_CASE_METHOD(world, "map's f is copied, called once for every element, and may hold a state to point to",
                 "[epilogues]") {
  int calls[6][5] = {};
  auto counting = [&](float value, std::int64_t i, std::int64_t j) {
    ++calls[i][j];
    return value;
  };
  gives_fresh(y, [&](auto c) { c.on(by_definition) = map(a * x, counting); }, ax);
  for (const auto& row : calls)
    for (const int n : row) CHECK(n == 1);
}

TEST_CASE("activations keep NaN, and explicit zeros times NaN are NaN", "[epilogues]") {
  const float nan_value = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  // Row 0: a stored zero block; row 1: nothing.
  const bsr::matrix<float, 1> a({2, 2}, {0.0f}, {0}, {0, 1, 1});
  bsr::dense_matrix<float> x(2, 2), y(2, 2);
  x(0, 0) = nan_value;
  x(0, 1) = inf;
  x(1, 0) = nan_value;
  x(1, 1) = inf;
  const auto check = [&] {
    CHECK(std::isnan(y(0, 0)));
    CHECK(std::isnan(y(0, 1)));
    CHECK(y(1, 0) == 0);
    CHECK(y(1, 1) == 0);
  };
  y.on(by_definition) = a * x;
  check();
  y.on(by_definition) = relu(a * x);
  check();
  y.on(by_definition) = gelu(a * x);
  check();
  y.on(by_definition) = silu(a * x);
  check();
  y.on(by_definition) = 0 * a * x;  // a factor of zero multiplies
  check();
  y.on(by_definition) = transpose(x) * transpose(a);
  CHECK(std::isnan(y(0, 0)));
  CHECK(std::isnan(y(1, 0)));
  CHECK(y(0, 1) == 0);
  CHECK(y(1, 1) == 0);
  // An addend with the factor 0 is not there, with any other it is.
  y.on(by_definition) = a * x + 0 * x;
  CHECK(y(1, 0) == 0);
  y.on(by_definition) = a * x + x;
  CHECK(std::isnan(y(1, 0)));
  CHECK(y(1, 1) == inf);
}
