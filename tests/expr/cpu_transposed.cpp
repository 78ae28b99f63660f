// SPDX-License-Identifier: BSD-3-Clause
// transpose(a) * b and b * a on the CPU: products that gather along the columns of a.
#include <catch2/catch_test_macros.hpp>

#include "expr/big_world.hpp"

using bsr::per_col;
using bsr_test::gives_fresh_on_cpu;
using bsr_test::gives_on_cpu;

namespace {

using world = bsr_test::big_world<float, 8>;
using values = bsr_test::expected<float>;

}  // namespace

TEST_CASE_METHOD(world, "transpose(a) * b on the CPU", "[cpu]") {
  const auto aty = values::left(a, true, y);
  gives_fresh_on_cpu(x, [&](auto c, auto on) { c.on(on) = transpose(a) * y; }, aty);
  gives_on_cpu(
      x, [&](auto c, auto on) { c.on(on) = 0.5 * c - 2 * transpose(a) * y; }, aty.scale(-2).add(0.5, x));
  gives_on_cpu(
      x, [&](auto c, auto on) { c.on(on) = relu(transpose(a) * y - c) - 0.5 * c; },
      aty.add(-1, x).relu().add(-0.5, x));
  gives_fresh_on_cpu(
      x, [&](auto c, auto on) { c.on(on) = map(transpose(a) * y, bsr_test::placed{}); },
      aty.map(bsr_test::placed{}, 0.5L));
}

TEST_CASE_METHOD(world, "b * a on the CPU", "[cpu]") {
  const auto ya = values::right(yt, a, false);
  gives_fresh_on_cpu(
      xt, [&](auto c, auto on) { c.on(on) = silu(2 * yt * a + per_col(u)); }, ya.scale(2).add_col(u).silu());
  gives_on_cpu(xt, [&](auto c, auto on) { c.on(on) += yt * a; }, ya.add(1, xt));
}
