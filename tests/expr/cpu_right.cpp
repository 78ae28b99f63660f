// SPDX-License-Identifier: BSD-3-Clause
// Linear layers, y = x * transpose(w), on the CPU.
#include <catch2/catch_test_macros.hpp>

#include "expr/big_world.hpp"

using bsr::per_col;
using bsr::per_row;
using bsr_test::gives_fresh_on_cpu;
using bsr_test::gives_on_cpu;

namespace {

using world = bsr_test::big_world<float, 8>;
using values = bsr_test::expected<float>;

}  // namespace

TEST_CASE_METHOD(world, "b * transpose(a) on the CPU", "[cpu]") {
  const auto xat = values::right(xt, a, true);
  gives_fresh_on_cpu(yt, [&](auto c, auto on) { c.on(on) = xt * transpose(a); }, xat);
  gives_on_cpu(yt, [&](auto c, auto on) { c.on(on) -= xt * transpose(a); }, xat.scale(-1).add(1, yt));
  gives_on_cpu(
      yt, [&](auto c, auto on) { c.on(on) = relu(0.5 * xt * transpose(a) + per_col(f)) + c; },
      xat.scale(0.5).add_col(f).relu().add(1, yt));
  gives_fresh_on_cpu(
      yt, [&](auto c, auto on) { c.on(on) = map(xt * transpose(a) - dt, bsr_test::placed{}); },
      xat.add(-1, dt).map(bsr_test::placed{}, 0.5L));
  gives_fresh_on_cpu(
      yt, [&](auto c, auto on) { c.on(on) = silu(xt * transpose(dynamic)) + per_row(b); },
      xat.silu().add_row(b));
}
