// SPDX-License-Identifier: BSD-3-Clause
// Products with vectors on the CPU.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "expr/big_world.hpp"

using bsr_test::gives_on_cpu;

namespace {

template <class T, int B>
void vectors() {
  bsr_test::big_world<T, B> w;
  using values = bsr_test::expected<T>;
  const auto au = values::left(w.a, false, w.u);
  const auto atv = values::left(w.a, true, w.v);
  gives_on_cpu(w.v, [&](auto c, auto on) { c.on(on) = w.f - w.a * w.u; }, au.scale(-1).add(1, w.f));
  gives_on_cpu(w.v, [&](auto c, auto on) { c.on(on) += 2 * w.u * transpose(w.a); }, au.scale(2).add(1, w.v));
  gives_on_cpu(
      w.u, [&](auto c, auto on) { c.on(on) = c - 0.5 * transpose(w.a) * w.v; }, atv.scale(-0.5).add(1, w.u));
  if constexpr (B == 8) {
    gives_on_cpu(
        w.v, [&](auto c, auto on) { c.on(on) = gelu(w.dynamic * w.u) * 2 + c; },
        au.gelu().scale(2).add(1, w.v));
    gives_on_cpu(
        w.u, [&](auto c, auto on) { c.on(on) = map(w.v * w.a, bsr_test::placed{}); },
        atv.map(bsr_test::placed{}, 0.5L));
    // Every third element of a longer vector, on both sides.
    bsr::buffer<T> memory(3 * w.m);
    bsr::buffer<T> spread(3 * w.k);
    const bsr::vector_view<T> every_third(memory.data(), w.m, 3);
    const bsr::vector_view<T> from(spread.data(), w.k, 3);
    for (std::int64_t i = 0; i < w.k; ++i) from[i] = w.u[i];
    every_third = w.a * from + w.f;
    CHECK(bsr_test::difference(every_third, au.add(1, w.f)) == "");
  }
}

}  // namespace

TEST_CASE("products with a vector on the CPU", "[cpu]") {
  vectors<float, 8>();
  vectors<double, 3>();
}
