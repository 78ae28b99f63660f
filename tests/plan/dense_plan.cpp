// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/plan/dense_plan.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/expected.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"
#include "support/throws.hpp"

namespace {

using bsr::cpu;
using bsr::dims;
using namespace bsr_test;
using bsr_test::random;

template <class X, class Y>
bool same(const X& x, const Y& y) {
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t j = 0; j < x.cols(); ++j)
      if (x(i, j) != y(i, j)) return false;
  return true;
}

struct operands {
  random rng{1};
  bsr::matrix<float, 4> w = random_matrix<float, 4>(rng, {24, 36}, wild);
  bsr::dense_matrix<float> x = random_dense<float>(rng, 50, 36), y{50, 24}, z{50, 24};
  bsr::dense_matrix<float> g = random_dense<float>(rng, 50, 24), dx{50, 36};
  bsr::dense_matrix<float> b = random_dense<float>(rng, 36, 20), c{24, 20},
                           d = random_dense<float>(rng, 24, 20);
  bsr::dense_matrix<float> bt{36, 20};
  std::vector<float> u = std::vector<float>(24, 1.5F), v = std::vector<float>(36);
};

TEST_CASE("plan: products in every form, right and again with other values", "[plan]") {
  operands o;
  const cpu one{.threads = 1};
  auto layer = plan(one, o.x * transpose(o.w));
  auto back = plan(one, o.g * o.w);
  auto left = plan(one, o.w * o.b);
  auto turned = plan(one, transpose(o.w) * o.d);
  auto vector = plan(one, transpose(o.w) * o.u);
  for (int time = 0; time < 2; ++time) {
    o.y.on(layer) = o.x * transpose(o.w);
    CHECK(difference(o.y, expected<float>::right(o.x, o.w, true)) == "");
    o.z = o.x * transpose(o.w);
    CHECK(same(o.y, o.z));
    o.dx.on(back) = o.g * o.w;
    CHECK(difference(o.dx, expected<float>::right(o.g, o.w, false)) == "");
    o.c.on(left) = o.w * o.b;
    CHECK(difference(o.c, expected<float>::left(o.w, false, o.b)) == "");
    o.bt.on(turned) = transpose(o.w) * o.d;
    CHECK(difference(o.bt, expected<float>::left(o.w, true, o.d)) == "");
    bsr::view(o.v).on(vector) = transpose(o.w) * o.u;
    CHECK(difference(o.v, expected<float>::left(o.w, true, bsr::vector_view<const float>(o.u.data(), 24))) ==
          "");
    for (float& value : o.w.data()) value *= 3;
  }
}

TEST_CASE("plan: other factors, addends, functions and numbers of columns than the plan's", "[plan]") {
  operands o;
  auto p = plan(cpu{.threads = 1}, o.x * transpose(o.w));
  const std::vector<float> bias(24, 0.25F);
  o.y.on(p) = relu(-2 * o.x * transpose(o.w) + bsr::per_col(bias));
  o.z = relu(-2 * o.x * transpose(o.w) + bsr::per_col(bias));
  CHECK(same(o.y, o.z));
  o.y.on(p) += o.x * transpose(o.w);
  o.z += o.x * transpose(o.w);
  CHECK(same(o.y, o.z));
  const bsr::dense_view<const float> few(o.x.data(), 3, 36);
  const bsr::dense_view<float> y(o.y.data(), 3, 24), z(o.z.data(), 3, 24);
  y.on(p) = few * transpose(o.w);
  z = few * transpose(o.w);
  CHECK(same(y, z));
  // A destination of another type is computed as without a plan.
  bsr::dense_matrix<double> wide(50, 24), same_wide(50, 24);
  wide.on(p) = o.x * transpose(o.w);
  same_wide = o.x * transpose(o.w);
  CHECK(same(wide, same_wide));
}

TEST_CASE("plan: a number of threads for one run, an executor, one thread each for two plans", "[plan]") {
  operands o;
  random rng(2);
  const auto big = random_matrix<float, 16>(rng, {512, 480}, {.density = 0.2});
  const auto x = random_dense<float>(rng, 70, 480);
  bsr::dense_matrix<float> one(70, 512), other(70, 512), third(70, 512);
  auto p = plan(cpu{.threads = 1}, x * transpose(big));
  auto q = plan(cpu{.threads = 4, .executor = a_thread_each}, x * transpose(big));
  one.on(p) = x * transpose(big);
  for (const int n : {1, 2, 3, 7}) {
    other.on(q, cpu{.threads = n, .executor = a_thread_each}) = x * transpose(big);
    CHECK(same(one, other));
    other.view().on(p, cpu{.threads = n, .executor = a_thread_each}) = x * transpose(big);
    CHECK(same(one, other));
  }
  other.on(q) = x * transpose(big);
  CHECK(same(one, other));
  // Two callers at once, each with a plan of its own, of one matrix.
  std::thread caller([&] { third.on(p) = x * transpose(big); });
  other.on(q, cpu{.threads = 1}) = x * transpose(big);
  caller.join();
  CHECK(same(one, other));
  CHECK(same(one, third));
}

TEST_CASE("plan: blocks that have moved, more and fewer of them", "[plan]") {
  random rng(3);
  bsr::matrix<double, 2> a = random_matrix<double, 2>(rng, {12, 16}, wild);
  const auto b = random_dense<double>(rng, 12, 9);
  bsr::dense_matrix<double> c(16, 9);
  auto p = plan(cpu{.threads = 1}, transpose(a) * b);
  // In place: the first block goes to another column.
  a.indices()[0] = (a.indices()[0] + 1) % 8;
  p.update(a);
  c.on(p) = transpose(a) * b;
  CHECK(difference(c, expected<double>::left(a, true, b)) == "");
  for (int time = 0; time < 3; ++time) {
    a = random_matrix<double, 2>(rng, {12, 16}, {.density = time == 1 ? 0.9 : 0.2});
    if (time == 2)
      p.update(bsr::pattern_view<2>(a.view()));
    else
      p.update(a);
    c.on(p) = transpose(a) * b;
    CHECK(difference(c, expected<double>::left(a, true, b)) == "");
  }
  CHECK(text_of<bsr::shape_error>([&] { p.update(random_matrix<double, 2>(rng, {12, 14}, wild)); }) ==
        "bsr: plan.update: the plan was made for 12x16 in blocks of 2x2, and the new structure is 12x14 in "
        "blocks "
        "of 2x2. Make another plan.");
  a.indices()[0] = 8;
  CHECK(text_of<bsr::format_error>([&] { p.update(a); }) != "");
}

TEST_CASE("plan: what does not fit is refused", "[plan]") {
  operands o;
  const bsr::dense_matrix<float> narrow(50, 35);
  CHECK(text_of<bsr::shape_error>([&] { (void)plan(cpu{}, narrow * transpose(o.w)); }) ==
        "bsr: plan: c = b * transpose(a): a is 24x36, b is 50x35.");
  CHECK(text_of<bsr::shape_error>([&] { (void)plan(cpu{}, o.w * o.u); }) ==
        "bsr: plan: y = a * x: a is 24x36, b is 24x1.");
  auto p = plan(cpu{}, o.x * transpose(o.w));
  const auto copy = o.w;
  CHECK(text_of<bsr::shape_error>([&] { o.y.on(p) = o.x * transpose(copy); }) ==
        "bsr: .on(plan): a has its indices elsewhere than when the plan was made. Make a plan for this "
        "matrix.");
  CHECK(text_of<bsr::shape_error>([&] {
          o.z.on(p) = o.x * transpose(bsr::matrix_view<const float, 4>(
                                {24, 36}, o.w.data().data(), o.w.indices().data(), o.w.indptr().data(),
                                o.w.num_blocks() - 1));
        }) != "");
  bsr::dense_matrix<float> small(50, 20);
  CHECK(text_of<bsr::shape_error>([&] { small.on(p) = o.x * transpose(o.w); }) ==
        "bsr: c = b * transpose(a): a is 24x36, b is 50x36, c is 50x20.");
  o.w.indices()[0] = 9;
  CHECK(text_of<bsr::format_error>([&] { (void)plan(cpu{}, o.w * o.b); }) != "");
  static_assert(!std::is_copy_constructible_v<decltype(p)> &&
                std::is_nothrow_move_constructible_v<decltype(p)>);
}

TEST_CASE("plan: nothing to compute", "[plan]") {
  const bsr::matrix<float, 4> none({0, 8}), tall({8, 0});
  bsr::dense_matrix<float> x(3, 8), nothing(3, 0), y(3, 8), zero(0, 8), rows(0, 0);
  auto p = plan(cpu{}, x * transpose(none));
  nothing.on(p) = x * transpose(none);
  auto q = plan(cpu{}, nothing * transpose(tall));
  y.on(q) = nothing * transpose(tall);
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t j = 0; j < 8; ++j) CHECK(y(i, j) == 0);
  auto r = plan(cpu{}, x * tall);
  nothing.on(r) = x * tall;
  auto s = plan(cpu{}, zero * transpose(none));
  rows.on(s) = zero * transpose(none);
}

}  // namespace
