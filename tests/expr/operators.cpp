// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/expr/operators.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "expr/world.hpp"

using bsr_test::by_definition;
using bsr_test::gives;
using bsr_test::gives_fresh;

namespace {

using world = bsr_test::world<float>;

}  // namespace

TEST_CASE_METHOD(world, "a * b with every kind of factor", "[operators]") {
  const auto is = [&](const auto& expression, const auto& wanted) {
    gives_fresh(y, [&](auto c) { c.on(by_definition) = expression; }, wanted);
  };
  const auto& constant = a;
  const bsr::matrix_view<float> dynamic = a.view();
  is(a * x, ax);
  is(constant * x, ax);
  is(a.view() * x.view(), ax);
  is(std::as_const(a).view() * std::as_const(x), ax);
  is(dynamic * bsr::dense_view<const float>(x.view()), ax);
  is(2 * a * x, ax.scale(2));
  is(2.5 * a * x, ax.scale(2.5));
  is(2.5f * a * x, ax.scale(2.5));
  is(0.1L * a * x, ax.scale(0.1L));
  is(std::uint8_t{3} * a * x, ax.scale(3));
  is(std::int64_t{-3} * a * x, ax.scale(-3));
  is(a * 2 * x, ax.scale(2));
  is(a * x * 2, ax.scale(2));
  is(2 * (a * x), ax.scale(2));
  is(2 * (a * 0.25 * x) * 3, ax.scale(1.5));
  is(-a * x, ax.scale(-1));
  is(-(a * x), ax.scale(-1));
  is(-(2u * a) * x, ax.scale(-2));
  is(-(sizeof(float) * a * x), ax.scale(-4));
  is(a * (0.5 * x), ax.scale(0.5));
  is(a * (x * 0.5), ax.scale(0.5));
  is(a * -x, ax.scale(-1));
  is(3 * a * (0.5 * x) * 2, ax.scale(3));
  is(a * transpose(transpose(x)), ax);
  is(transpose(transpose(a)) * x, ax);
  is(transpose(2 * transpose(a)) * x, ax.scale(2));
}

TEST_CASE_METHOD(world, "transpose(a) * b", "[operators]") {
  const auto is = [&](const auto& expression, const auto& wanted) {
    gives_fresh(x, [&](auto c) { c.on(by_definition) = expression; }, wanted);
  };
  is(transpose(a) * y, aty);
  is(transpose(std::as_const(a)) * y, aty);
  is(transpose(a.view()) * y, aty);
  is(2 * transpose(a) * y, aty.scale(2));
  is(transpose(2 * a) * y, aty.scale(2));
  is(transpose(a) * 2 * y, aty.scale(2));
  is(-transpose(-2 * a) * y, aty.scale(2));
  is(-(transpose(a) * y), aty.scale(-1));
  is(transpose(transpose(transpose(a))) * y, aty);
}

TEST_CASE_METHOD(world, "b * a and b * transpose(a)", "[operators]") {
  const auto layer = [&](const auto& expression, const auto& wanted) {
    gives_fresh(yt, [&](auto c) { c.on(by_definition) = expression; }, wanted);
  };
  layer(xt * transpose(a), xat);
  layer(xt.view() * transpose(a.view()), xat);
  layer(0.5 * xt * transpose(a), xat.scale(0.5));
  layer(xt * 0.5 * transpose(a), xat.scale(0.5));
  layer(xt * (0.5 * transpose(a)), xat.scale(0.5));
  layer(xt * transpose(0.5 * a), xat.scale(0.5));
  layer(xt * transpose(a) * 0.5, xat.scale(0.5));
  layer(2 * (xt * transpose(a)), xat.scale(2));
  layer(-xt * transpose(a), xat.scale(-1));
  layer(-(xt * transpose(-a)), xat);
  const auto is = [&](const auto& expression, const auto& wanted) {
    gives_fresh(xt, [&](auto c) { c.on(by_definition) = expression; }, wanted);
  };
  is(yt * a, ya);
  is(yt * transpose(transpose(a)), ya);
  is(3 * yt * a, ya.scale(3));
  is(yt * (3 * a), ya.scale(3));
  is(yt * a * 3, ya.scale(3));
  is(yt * -a, ya.scale(-1));
  // The same product from the other side.
  gives_fresh(yt, [&](auto c) { transpose(c).on(by_definition) = a * transpose(xt); }, xat);
  gives_fresh(y, [&](auto c) { transpose(c).on(by_definition) = transpose(x) * transpose(a); }, ax);
}

TEST_CASE_METHOD(world, "addends stand on either side, with any sign and number", "[operators]") {
  const auto is = [&](const auto& expression, const auto& wanted) {
    gives_fresh(y, [&](auto c) { c.on(by_definition) = expression; }, wanted);
  };
  is(a * x + d, ax.add(1, d));
  is(d + a * x, ax.add(1, d));
  is(a * x - d, ax.add(-1, d));
  is(d - a * x, ax.scale(-1).add(1, d));
  is(-d - a * x, ax.scale(-1).add(-1, d));
  is(-d + a * x, ax.add(-1, d));
  is(a * x + -d, ax.add(-1, d));
  is(a * x - -d, ax.add(1, d));
  is(2 * a * x + 0.5 * d, ax.scale(2).add(0.5, d));
  is(0.5 * d + 2 * a * x, ax.scale(2).add(0.5, d));
  is(2 * a * x - 0.5 * d, ax.scale(2).add(-0.5, d));
  is(0.5 * d - 2 * a * x, ax.scale(-2).add(0.5, d));
  is(d * 0.5 - a * x * 2, ax.scale(-2).add(0.5, d));
  is(-(0.5 * d) - a * x, ax.scale(-1).add(-0.5, d));
  is(3 * (0.5 * d) * 2 + a * x, ax.add(3, d));
  is(std::uint8_t{3} * d + a * x, ax.add(3, d));
  is(-(3u * d) + a * x, ax.add(-3, d));
  is(a * x + std::as_const(d), ax.add(1, d));
  is(a * x + d.view(), ax.add(1, d));
  is(a * x + bsr::dense_view<const float>(d.view()) * 2, ax.add(2, d));
  is(a * x + d - 2 * e, ax.add(1, d).add(-2, e));
  is(d - a * x + 2 * e + d, ax.scale(-1).add(1, d).add(2, e).add(1, d));
  is(2 * (a * x + d), ax.add(1, d).scale(2));
  is((a * x + d) * 2 - e, ax.add(1, d).scale(2).add(-1, e));
  is(-(a * x + d), ax.add(1, d).scale(-1));
  is(e - (a * x + d), ax.add(1, d).scale(-1).add(1, e));
  is(0 * d + a * x, ax);

  const auto layer = [&](const auto& expression, const auto& wanted) {
    gives_fresh(yt, [&](auto c) { c.on(by_definition) = expression; }, wanted);
  };
  layer(xt * transpose(a) + dt, xat.add(1, dt));
  layer(dt + xt * transpose(a), xat.add(1, dt));
  layer(xt * transpose(a) - 0.5 * dt, xat.add(-0.5, dt));
  layer(0.5 * dt - xt * transpose(a), xat.scale(-1).add(0.5, dt));
  layer(2 * xt * transpose(a) + dt - et, xat.scale(2).add(1, dt).add(-1, et));
  layer(transpose(d) + xt * transpose(a), xat.transpose().add(1, d).transpose());
}

TEST_CASE_METHOD(world, "the destination itself is an addend", "[operators]") {
  gives(y, [&](auto c) { c.on(by_definition) = a * x + c; }, ax.add(1, y));
  gives(y, [&](auto c) { c.on(by_definition) = c + a * x; }, ax.add(1, y));
  gives(y, [&](auto c) { c.on(by_definition) = c - a * x; }, ax.scale(-1).add(1, y));
  gives(y, [&](auto c) { c.on(by_definition) = 0.5 * c + 2 * a * x; }, ax.scale(2).add(0.5, y));
  gives(y, [&](auto c) { c.on(by_definition) = a * x - 3 * c; }, ax.add(-3, y));
  gives(y, [&](auto c) { c.on(by_definition) = relu(a * x) + c; }, ax.relu().add(1, y));
  gives(y, [&](auto c) { c.on(by_definition) = relu(a * x + c) - c; }, ax.add(1, y).relu().add(-1, y));
  gives(
      y, [&](auto c) { transpose(c).on(by_definition) = transpose(x) * transpose(a) + transpose(c); },
      ax.add(1, y));
  gives(yt, [&](auto c) { c.on(by_definition) = xt * transpose(a) - 0.5 * c; }, xat.add(-0.5, yt));
  gives(yt, [&](auto c) { c.on(by_definition) = 2 * c - xt * transpose(a); }, xat.scale(-1).add(2, yt));
}

TEST_CASE_METHOD(world, "a product with a vector", "[operators]") {
  const auto is = [&](const auto& expression, const auto& wanted) {
    gives(v, [&](auto c) { c.on(by_definition) = expression; }, wanted);
  };
  const std::vector<float> us(u_memory.begin(), u_memory.end());
  const std::vector<float> fs(f_memory.begin(), f_memory.end());
  is(a * u, au);
  is(a * us, au);
  is(a * std::span<const float>(us), au);
  is(2 * a * us, au.scale(2));
  is(a * us * 2, au.scale(2));
  is(-a * u, au.scale(-1));
  is(a * (0.5 * u), au.scale(0.5));
  is(fs - a * us, au.scale(-1).add(1, f));
  is(a * us - fs, au.add(-1, f));
  is(fs + 2 * a * us, au.scale(2).add(1, f));
  is(0.5 * f - 2 * a * u, au.scale(-2).add(0.5, f));
  is(0.5 * bsr::view(fs) - 2 * a * us, au.scale(-2).add(0.5, f));
  is(a * u + f - 2 * f, au.add(1, f).add(-2, f));
  is(relu(a * u) + f, au.relu().add(1, f));
  is(f - gelu(a * u), au.gelu().scale(-1).add(1, f));
  // A vector on the left is a row.
  is(u * transpose(a), au);
  is(us * transpose(a), au);
  is(2 * u * transpose(a) - f, au.scale(2).add(-1, f));
  const auto other = [&](const auto& expression, const auto& wanted) {
    gives(u, [&](auto c) { c.on(by_definition) = expression; }, wanted);
  };
  other(transpose(a) * v, atv);
  other(v * a, atv);
  other(-2 * v * a, atv.scale(-2));
  other(u - 3 * transpose(a) * v, atv.scale(-3).add(1, u));
  other(silu(v * a) * 2, atv.silu().scale(2));
  gives(v, [&](auto c) { c.on(by_definition) = c - 2 * a * u; }, au.scale(-2).add(1, v));
  gives(v, [&](auto c) { c.on(by_definition) = u * transpose(a) + 0.5 * c; }, au.add(0.5, v));
}

TEST_CASE_METHOD(world, "alpha and beta may be complex where the destination is", "[operators]") {
  using cf = std::complex<float>;
  using cd = std::complex<double>;
  bsr_test::world<cf> c;
  const auto is = [&](const auto& expression, const auto& wanted) {
    gives_fresh(c.y, [&](auto to) { to.on(by_definition) = expression; }, wanted);
  };
  is(cd(1, 2) * c.a * c.x, c.ax.scale(cd(1, 2)));
  is(c.a * cf(1, 2) * c.x, c.ax.scale(cd(1, 2)));
  is(c.a * c.x * cf(1, 2), c.ax.scale(cd(1, 2)));
  is(c.a * (cf(1, 2) * c.x), c.ax.scale(cd(1, 2)));
  is(cd(0, 1) * (cd(0, 1) * c.a) * c.x, c.ax.scale(-1));
  is(2 * c.a * c.x, c.ax.scale(2));
  is(c.a * c.x + cd(1, 2) * c.d, c.ax.add(cd(1, 2), c.d));
  is(cf(0, 1) * c.d - c.a * c.x, c.ax.scale(-1).add(cf(0, 1), c.d));
  is(cf(0, 1) * (c.a * c.x + c.d), c.ax.add(1, c.d).scale(cf(0, 1)));
  is(c.a * c.x + d, c.ax.add(1, d));
  is(c.a * c.x + per_col(b), c.ax.add_col(b));
  gives_fresh(
      c.yt, [&](auto to) { to.on(by_definition) = cf(2, 1) * c.xt * transpose(c.a); }, c.xat.scale(cf(2, 1)));
  // Real factors, complex numbers.
  using complex_values = bsr_test::expected<cf>;
  const auto real = complex_values::left(a, false, x);
  is(cf(1, 2) * a * x, real.scale(cf(1, 2)));
  is(a * x + cf(1, 2) * d, real.add(cf(1, 2), d));
  is(c.a * x, complex_values::left(c.a, false, x));
  is(a * c.x, complex_values::left(a, false, c.x));
}

TEST_CASE("an expression is a value: it may be named, used twice, and passed on", "[operators]") {
  bsr_test::world<double> w;
  const auto e = w.a * w.x;
  const auto f = relu(e + w.d);
  gives_fresh(w.y, [&](auto c) { c.on(by_definition) = e; }, w.ax);
  gives_fresh(w.y, [&](auto c) { c.on(by_definition) = f; }, w.ax.add(1, w.d).relu());
  gives_fresh(w.y, [&](auto c) { c.on(by_definition) = 2 * e - w.d; }, w.ax.scale(2).add(-1, w.d));
  const auto factor = 3 * transpose(w.a);
  gives_fresh(w.x, [&](auto c) { c.on(by_definition) = factor * w.y; }, w.aty.scale(3));
  const auto term = 0.5 * w.d;
  gives_fresh(w.y, [&](auto c) { c.on(by_definition) = term - e; }, w.ax.scale(-1).add(0.5, w.d));
  const auto bias = per_row(w.f);
  gives_fresh(w.y, [&](auto c) { c.on(by_definition) = e + bias; }, w.ax.add_row(w.f));
}

TEST_CASE("numbers reach the accumulator unrounded", "[operators]") {
  // 2^53 + 1 is no double; it is a value of 64-bit integers and of long double.
  constexpr std::int64_t odd = (std::int64_t{1} << 53) + 1;
  const bsr::matrix<std::int64_t, 1> a({1, 1}, {3}, {0}, {0, 1});
  const std::vector<std::int64_t> x{1};
  std::vector<std::int64_t> y{2};
  bsr::view(y).on(by_definition) = odd * a * x + odd * bsr::view(y);
  CHECK(y[0] == 5 * odd);
  bsr::view(y).on(by_definition) = -(odd * relu(a * x));
  CHECK(y[0] == -3 * odd);
  const bsr::matrix<std::uint64_t, 1> b({1, 1}, {1}, {0}, {0, 1});
  const std::vector<std::uint64_t> one{1};
  std::vector<std::uint64_t> z{0};
  bsr::view(z).on(by_definition) = 18446744073709551615u * b * one;
  CHECK(z[0] == 18446744073709551615u);
  const bsr::matrix<long double, 1> l({1, 1}, {1}, {0}, {0, 1});
  const std::vector<long double> unit{1};
  std::vector<long double> w{0};
  bsr::view(w).on(by_definition) = 0.1L * (0.1L * l) * unit;
  CHECK(w[0] == 0.1L * 0.1L);
}
