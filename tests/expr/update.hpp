// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// One matrix in the forms of the grammar that read and write everything, for operands of any types.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "expr/world.hpp"

namespace bsr_test {

/// The two-sided update that everything else is a part of, for operands of three types.
template <class TA, class TB, class TC, int R, int C, class Index>
void update(bsr::dims shape, bsr::dims block, std::int64_t n, std::uint64_t seed) {
  CAPTURE(shape.rows, shape.cols, block.rows, block.cols, n);
  using V = bsr::promoted_t<bsr::promoted_t<TA, TB>, TC>;
  using values = expected<V>;
  random rng(seed);
  const auto a = random_matrix<TA, R, C, Index>(rng, shape, block, wild);
  const auto x = random_dense<TB>(rng, shape.cols, n);
  const auto before = random_dense<TC>(rng, shape.rows, n);
  const auto ax = values::left(a, false, x);
  gives(before, [&](auto c) { c.on(by_definition) = 2 * c - 3 * a * x; }, ax.scale(-3).add(2, before));
  gives_fresh(before, [&](auto c) { c.on(by_definition) = a * x; }, ax);

  const auto xt = random_dense<TB>(rng, n, shape.rows);
  const auto before_t = random_dense<TC>(rng, n, shape.cols);
  const auto b = random_vector<TC>(rng, shape.cols);
  const auto bias = bsr::vector_view<const TC>(b.data(), b.size());
  const auto xa = values::right(xt, a, false);
  gives(
      before_t, [&](auto c) { c.on(by_definition) = xt * a + c + bsr::per_col(bias); },
      xa.add(1, before_t).add_col(bias));

  const auto u_memory = random_vector<TB>(rng, shape.cols);
  const auto v_memory = random_vector<TC>(rng, shape.rows);
  bsr::buffer<TC> memory(v_memory);
  const bsr::vector_view<const TB> u(u_memory.data(), u_memory.size());
  const bsr::vector_view<TC> v(memory.data(), memory.size());
  gives(v, [&](auto c) { c.on(by_definition) -= a * u; }, values::left(a, false, u).scale(-1).add(1, v));
}

}  // namespace bsr_test
