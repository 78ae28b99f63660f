// SPDX-License-Identifier: BSD-3-Clause
// What the operands of an expression may be: element types, index types, block sizes, shapes, and any
// structure.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "expr/update.hpp"
#include "expr/world.hpp"

using bsr_test::by_definition;
using bsr_test::difference;
using bsr_test::gives;
using bsr_test::gives_fresh;

namespace {

using bsr_test::random_dense;
using bsr_test::random_matrix;
using bsr_test::update;

}  // namespace

TEST_CASE("block sizes at compile time and at run time, both index types", "[operands]") {
  using bsr::dynamic;
  update<float, float, float, 1, 1, std::int32_t>({7, 5}, {1, 1}, 2, 31);
  update<float, float, float, 3, 1, std::int64_t>({6, 5}, {3, 1}, 2, 32);
  update<float, float, float, 1, 4, std::int32_t>({5, 8}, {1, 4}, 2, 33);
  update<float, float, float, 5, 7, std::int64_t>({10, 14}, {5, 7}, 2, 34);
  update<float, float, float, dynamic, dynamic, std::int32_t>({6, 8}, {3, 2}, 2, 35);
  update<float, float, float, dynamic, dynamic, std::int64_t>({6, 8}, {6, 8}, 2, 36);
  update<float, float, float, 2, dynamic, std::int32_t>({6, 9}, {2, 3}, 2, 37);
  update<float, float, float, dynamic, 4, std::int64_t>({9, 8}, {3, 4}, 2, 38);
  // A static view is a dynamic one.
  bsr_test::world<float> w;
  const bsr::matrix_view<const float> dynamic_view = w.a.view();
  gives_fresh(w.y, [&](auto c) { c.on(by_definition) = dynamic_view * w.x; }, w.ax);
}

TEST_CASE("shapes: empty in any direction, without blocks, no multiple of the block", "[operands]") {
  using bsr::dynamic;
  const auto all = [](bsr::dims shape, std::int64_t n) {
    update<float, float, float, dynamic, dynamic, std::int32_t>(shape, {2, 4}, n, 41);
    update<float, float, float, 2, 4, std::int64_t>(shape, {2, 4}, n, 42);
  };
  for (const std::int64_t n : {0, 1, 4}) {
    all({0, 0}, n);
    all({0, 8}, n);
    all({6, 0}, n);
    all({6, 8}, n);
    // Padded: what lies beyond the edge is NaN and nobody sees it.
    all({5, 8}, n);
    all({6, 7}, n);
    all({5, 5}, n);
    all({1, 1}, n);
  }
  // No blocks at all: the destination becomes zero, or the addend.
  const bsr::matrix<float, 2> none({4, 6});
  bsr_test::random rng(1);
  const auto x = random_dense<float>(rng, 6, 3);
  const auto d = random_dense<float>(rng, 4, 3);
  const auto zero = bsr_test::expected<float>::left(none, false, x);
  gives_fresh(d, [&](auto c) { c.on(by_definition) = none * x; }, zero);
  gives(d, [&](auto c) { c.on(by_definition) -= none * x; }, zero.add(1, d));
  const bsr::matrix<float, 2> nothing;
  const bsr::dense_matrix<float> empty;
  bsr::dense_matrix<float> result;
  CHECK_NOTHROW(result.on(by_definition) = nothing * empty + result);
  CHECK_NOTHROW(result.on(by_definition) = empty * transpose(nothing));
}

TEST_CASE("structures: duplicates add up, order does not matter, blocks beyond indptr are not there",
          "[operands]") {
  // Two blocks at (0, 1), then (0, 0); one behind the end.
  const std::vector<double> data{1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400, 7, 7, 7, 7};
  const std::vector<std::int32_t> indices{1, 1, 0, 0};
  const std::vector<std::int32_t> indptr{0, 3};
  const bsr::matrix_view<const double, 2> a({2, 4}, data, indices, indptr);
  const std::vector<double> x{1, 2, 3, 4};
  std::vector<double> y(2, std::numeric_limits<double>::quiet_NaN());
  bsr::view(y).on(by_definition) = a * x;
  // [100 200 11 22; 300 400 33 44] * [1 2 3 4]'
  CHECK(y == std::vector<double>{621, 1375});
  std::vector<double> z(4);
  bsr::view(z).on(by_definition) = transpose(a) * std::span<const double>(y);
  CHECK(z == std::vector<double>{474600, 674200, 52206, 74162});
}

TEST_CASE("elements are read through views of constants and written through views of variables",
          "[operands]") {
  bsr_test::world<float> w;
  std::vector<float> data(w.a.data().begin(), w.a.data().end());
  const bsr::matrix_view<float, 2, 4> mutable_view(w.a.shape(), data, w.a.indices(), w.a.indptr());
  const bsr::matrix_view<const float, 2, 4> const_view = mutable_view;
  gives_fresh(w.y, [&](auto c) { c.on(by_definition) = mutable_view * w.x; }, w.ax);
  gives_fresh(w.y, [&](auto c) { c.on(by_definition) = const_view * w.x; }, w.ax);
  // The expression looks at the matrix when it is assigned, not when it is made.
  const auto e = mutable_view * w.x;
  for (float& v : data) v *= 2;
  gives_fresh(w.y, [&](auto c) { c.on(by_definition) = e; }, w.ax.scale(2));
  // Both read-only and mutable operands make the same types: kernels are instantiated once.
  STATIC_REQUIRE(std::is_same_v<decltype(mutable_view * w.x), decltype(const_view * std::as_const(w.x))>);
}
