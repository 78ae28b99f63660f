// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/product/sum_plan.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>

#include "bsr/bsr.hpp"
#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"
#include "support/throws.hpp"

namespace {
using bsr::cpu;
using bsr::dims;
using namespace bsr_test;

/// Whole numbers, so that every order of summation gives the same.
template <class T, int R, int C = R, class Index = std::int32_t>
bsr::matrix<T, R, C, Index> whole(bsr_test::random& rng, dims shape) {
  auto options = wild;
  options.values = numbers::small_integers;
  return random_matrix<T, R, C, Index>(rng, shape, options);
}

/// "" if c is canonical, has a block where x or y has one, and holds alpha x + beta y.
template <class C, class X, class Y>
std::string sum_difference(const C& c, int alpha, const X& x, int beta, const Y& y) {
  if (!bsr::has_canonical_format(c)) return "not canonical";
  const auto a = bsr_test::dense(x);
  const auto b = bsr_test::dense(y);
  const auto d = bsr_test::dense(c);
  const auto p = make_operand(x);
  const auto q = make_operand(y);
  const auto r = make_operand(c);
  if (d.rows != a.rows || d.cols != a.cols) return "shape";
  for (std::int64_t i = 0; i < d.rows; ++i)
    for (std::int64_t j = 0; j < d.cols; ++j) {
      const auto where = " at (" + std::to_string(i) + ", " + std::to_string(j) + ")";
      if ((r.stored(i, j) != 0) != (p.stored(i, j) != 0 || q.stored(i, j) != 0)) return "structure" + where;
      if (static_cast<long double>(d(i, j)) !=
          alpha * static_cast<long double>(a(i, j)) + beta * static_cast<long double>(b(i, j)))
        return "value" + where;
    }
  return {};
}

TEST_CASE("plan of a sum: the values that are there when it runs", "[product]") {
  bsr_test::random rng(1);
  auto a = whole<double, 2, 3>(rng, dims(8, 12));
  auto b = whole<float, 2, 3, std::int64_t>(rng, dims(8, 12));
  const auto d = whole<double, 3, 2>(rng, dims(12, 8));
  auto p = plan(cpu{.threads = 1}, a + b);
  auto c = p.result();
  for (int time = 0; time < 3; ++time) {
    for (double& x : c.data()) x = poison<double>();
    c.on(p) = a + b;
    CHECK(sum_difference(c, 1, a, 1, b) == "");
    c.view().on(p) = 2 * (a - 3 * b);
    CHECK(sum_difference(c, 2, a, -6, b) == "");
    for (double& x : a.data()) x += 1;
    for (float& x : b.data()) x *= 2;
  }
  auto q = plan(cpu{.threads = 1}, a - transpose(d));
  auto e = q.result();
  e.on(q) = a - transpose(d);
  CHECK(sum_difference(e, 1, a, -1, bsr::to_transposed(d)) == "");
  CHECK(q.explain().starts_with("a + b is 8x12 with "));
}

TEST_CASE("plan of a sum: padding is no value; what cancels stays", "[product]") {
  bsr_test::random rng(2);
  const auto a = whole<double, 2, 3>(rng, dims(5, 7));
  const auto b = whole<double, 3, 2>(rng, dims(7, 5));
  auto p = plan(cpu{.threads = 1}, a + transpose(b));
  auto c = p.result();
  c.on(p) = a + transpose(b);
  CHECK(sum_difference(c, 1, a, 1, bsr::to_transposed(b)) == "");
  auto q = plan(cpu{.threads = 1}, a - a);
  auto d = q.result();
  d.on(q) = a - a;
  CHECK(sum_difference(d, 1, a, -1, a) == "");
}

TEST_CASE("plan of a sum: the same bits for every number of threads", "[product]") {
  bsr_test::random rng(3);
  const auto a = random_matrix<double, 3>(rng, dims(600, 600), {.density = 0.3, .duplicates = 0.2});
  const auto b = random_matrix<double, 3>(rng, dims(600, 600), {.density = 0.3});
  auto p = plan(cpu{.threads = 1}, a + b);
  auto c = p.result(), d = p.result();
  c.on(p) = a + b;
  auto q = plan(on_threads(3), a + b);
  d.on(q) = a + b;
  CHECK(stored_difference(c, d) == "");
}

TEST_CASE("plan of a sum: what does not fit is refused", "[product]") {
  const bsr::matrix<double, 2> a({4, 4}, {1, 2, 3, 4}, {1}, {0, 1, 1});
  const bsr::matrix<double, 2> b({6, 4});
  const bsr::matrix<double, 4> wide({4, 4});
  CHECK(text_of<bsr::shape_error>([&] { (void)plan(cpu{}, a + b); }) ==
        "bsr: plan(a + b): inconsistent shapes: a is 4x4, b is 6x4.");
  CHECK(text_of<bsr::shape_error>([&] { (void)plan(cpu{}, a + wide); }) ==
        "bsr: plan(a + b): the blocks of a are 2x2, those of b are 4x4: cut one of them anew with to_bsr.");
  auto p = plan(cpu{}, a + a);
  bsr::matrix<double, 2> c({4, 4});
  CHECK(text_of<bsr::shape_error>([&] { c.on(p) = a + a; }) ==
        "bsr: c.on(plan) = a + b: c does not have the blocks of the result. Make it by plan.result(), or by "
        "matrix c = a + b.");
}

}  // namespace
