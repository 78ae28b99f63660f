// SPDX-License-Identifier: BSD-3-Clause
// Expressions with the sparse factor on the left, on the CPU.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "expr/big_world.hpp"

using bsr::per_col;
using bsr::per_row;
using bsr_test::gives_fresh_on_cpu;
using bsr_test::gives_on_cpu;

namespace {

using world = bsr_test::big_world<float, 8>;
using values = bsr_test::expected<float>;

}  // namespace

TEST_CASE_METHOD(world, "a * b on the CPU", "[cpu]") {
  const auto ax = values::left(a, false, x);
  gives_fresh_on_cpu(y, [&](auto c, auto on) { c.on(on) = a * x; }, ax);
  gives_on_cpu(y, [&](auto c, auto on) { c.on(on) = 0.5 * c - 2 * a * x; }, ax.scale(-2).add(0.5, y));
  gives_on_cpu(y, [&](auto c, auto on) { c.on(on) += a * x; }, ax.add(1, y));
  gives_fresh_on_cpu(
      y, [&](auto c, auto on) { c.on(on) = gelu(a * x + per_row(f)) * 2 + per_col(b) - d; },
      ax.add_row(f).gelu().scale(2).add_col(b).add(-1, d));
  gives_fresh_on_cpu(
      y, [&](auto c, auto on) { c.on(on) = map(a * x, bsr_test::placed{}); },
      ax.map(bsr_test::placed{}, 0.5L));
}

TEST_CASE_METHOD(world, "a * b with block sizes that are known at run time, on the CPU", "[cpu]") {
  gives_fresh_on_cpu(
      y, [&](auto c, auto on) { c.on(on) = relu(d - dynamic * x); },
      values::left(a, false, x).scale(-1).add(1, d).relu());
}

TEST_CASE_METHOD(world, "layouts of b, c and d differ, on the CPU", "[cpu]") {
  const auto wanted = values::left(a, false, x).add(-1, d);
  bsr::dense_matrix<float, bsr::col_major> x_col(k, n), d_col(m, n), y_col(m, n);
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t i = 0; i < k; ++i) x_col(i, j) = x(i, j);
    for (std::int64_t i = 0; i < m; ++i) d_col(i, j) = d(i, j);
  }
  std::vector<float> memory(2 * static_cast<std::size_t>(m * n));
  const bsr::dense_view<float, bsr::strided> y_strided(memory.data(), m, n, 2 * n, 2);
  y_col = a * x - d;
  CHECK(bsr_test::difference(y_col, wanted) == "");
  y = a * x_col - d_col;
  CHECK(bsr_test::difference(y, wanted) == "");
  y_strided = a * x - d_col;
  CHECK(bsr_test::difference(y_strided, wanted) == "");
}
