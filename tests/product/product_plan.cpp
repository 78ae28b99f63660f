// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/product/product_plan.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "bsr/bsr.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"
#include "support/throws.hpp"

namespace {
using bsr::cpu;
using bsr::dims;
using bsr::dynamic;
using namespace bsr_test;

/// "" if the plan of e gives, twice, what matrix c = e gives, whose values tests/product/spgemm.cpp checks.
template <class E, class Change>
std::string plan_difference(const E& e, const Change& change) {
  auto p = plan(cpu{.threads = 1}, e);
  auto c = p.result();
  static_assert(std::is_same_v<decltype(c), typename E::matrix_type>);
  for (int time = 0; time < 3; ++time) {
    using T = typename decltype(c)::value_type;
    const bsr::matrix expected = e;
    for (T& x : c.data()) x = poison<T>();
    c.on(p) = e;
    const auto difference = stored_difference(c, expected);
    if (!difference.empty()) return "matrix, run " + std::to_string(time) + ": " + difference;
    for (T& x : c.data()) x = poison<T>();
    c.view().on(p) = e;
    if (!stored_difference(c, expected).empty()) return "view, run " + std::to_string(time);
    change();
  }
  return {};
}

template <class M>
void change_values(M& a) {
  for (auto& x : a.data()) x = bsr::add(x, x);
}

TEST_CASE("plan of a product: the values that are there when it runs", "[product]") {
  bsr_test::random rng(1);
  auto a = random_matrix<double, 2, 3>(rng, dims(8, 12), wild);
  auto b = random_matrix<double, 3, 4>(rng, dims(12, 8), wild);
  auto d = random_matrix<double, 2, 3>(rng, dims(8, 12), wild);
  const auto change = [&] {
    change_values(a);
    change_values(b);
    change_values(d);
  };
  CHECK(plan_difference(a * b, change) == "");
  CHECK(plan_difference(2 * a * (0.5 * b), change) == "");
  CHECK(plan_difference(transpose(a) * d, change) == "");
  CHECK(plan_difference(transpose(a) * a, change) == "");
  CHECK(plan_difference(-(d * transpose(a)), change) == "");
  CHECK(plan_difference(transpose(b) * transpose(a), change) == "");
  const bsr::matrix_view<double, dynamic, dynamic> da = a.view(), db = b.view();
  CHECK(plan_difference(da * db, change) == "");
}

TEST_CASE("plan of a product: other types, mixed types, padding, nothing", "[product]") {
  bsr_test::random rng(2);
  auto i = random_matrix<std::int8_t, 2>(rng, dims(6, 8), wild);
  auto f = random_matrix<float, 2, 2, std::int64_t>(rng, dims(8, 4), wild);
  auto z = random_matrix<std::complex<double>, 2, 5>(rng, dims(4, 10), wild);
  const auto nothing = [] {};
  CHECK(plan_difference(i * f, [&] { change_values(f); }) == "");
  CHECK(plan_difference(transpose(f) * transpose(i), [&] { change_values(i); }) == "");
  CHECK(plan_difference(transpose(z) * z, [&] { change_values(z); }) == "");
  CHECK(plan_difference(f * z, [&] { change_values(z); }) == "");
  auto p = random_matrix<double, 2, 3>(rng, dims(5, 7), wild);
  auto q = random_matrix<double, 3, 2>(rng, dims(7, 3), wild);
  CHECK(plan_difference(p * q, [&] { change_values(p); }) == "");
  CHECK(plan_difference(transpose(q) * transpose(p), [&] { change_values(q); }) == "");
  const bsr::matrix<double, 2> none({0, 4}), tall({4, 0});
  CHECK(plan_difference(none * tall, nothing) == "");
  CHECK(plan_difference(tall * none, nothing) == "");
}

TEST_CASE("plan of a product: other factors than the plan's, and moved", "[product]") {
  bsr_test::random rng(3);
  const auto a = random_matrix<double, 2>(rng, dims(8, 8), wild);
  auto first = plan(cpu{.threads = 1}, a * a);
  auto p = std::move(first);
  auto c = p.result();
  c.on(p) = 3 * a * (2 * a);
  CHECK(stored_difference(c, bsr::matrix(6 * a * a)) == "");
  static_assert(!std::is_copy_constructible_v<decltype(p)>);
  const auto b = a;
  p = plan(cpu{.threads = 1}, b * b);
  c.on(p) = b * b;
  CHECK(stored_difference(c, bsr::matrix(a * a)) == "");
}

TEST_CASE("plan of a product: the same bits for every number of threads", "[product]") {
  bsr_test::random rng(4);
  const auto a = random_matrix<double, 3>(rng, dims(600, 600), {.density = 0.05});
  const bsr::matrix expected = a * a;
  for (const int threads : {2, 5}) {
    auto p = plan(on_threads(threads), a * a);
    auto c = p.result();
    c.on(p) = a * a;
    CHECK(stored_difference(c, expected) == "");
  }
}

TEST_CASE("plan of a product: what it tells", "[product]") {
  // Two block rows of two blocks each times the same: 2 * 2 * 2 pairs, 2 * 3 * 2 * 4 operations each.
  const bsr::matrix<double, 3, 2> a({6, 4}, bsr::buffer<double>(24), {0, 1, 0, 1}, {0, 2, 4});
  const bsr::matrix<double, 2, 4> b({4, 8}, bsr::buffer<double>(32), {0, 1, 0, 1}, {0, 2, 4});
  const auto p = plan(cpu{.threads = 1}, a * b);
  CHECK(p.pattern().num_blocks() == 4);
  CHECK(p.block_products() == 8);
  CHECK(
      p.explain() ==
      "a * b is 6x8 with 4 blocks of 3x4; a run multiplies 8 pairs of blocks, 384 floating-point operations, "
      "on 1 thread.");
}

TEST_CASE("plan of a product: what does not fit is refused", "[product]") {
  const bsr::matrix<double, 2> a({4, 4}, {1, 2, 3, 4}, {1}, {0, 1, 1});
  const bsr::matrix<double, 2> b({6, 4});
  const bsr::matrix<double, 4> wide({4, 4});
  CHECK(text_of<bsr::shape_error>([&] { (void)plan(cpu{}, a * b); }) ==
        "bsr: plan(a * b): a is 4x4, b is 6x4: a must have as many columns as b has rows.");
  CHECK(text_of<bsr::shape_error>([&] { (void)plan(cpu{}, a * wide); }) ==
        "bsr: plan(a * b): the blocks of a are 2x2, those of b are 4x4: cut b anew with to_bsr, so that its "
        "blocks have as many rows as a's have columns.");
  auto broken = a;
  broken.indices()[0] = 2;
  CHECK(text_of<bsr::format_error>([&] { (void)plan(cpu{}, broken * a); }) ==
        "bsr: plan(a * b): column index values must be < 2 (now max 2): block row 0 holds 2.");

  auto p = plan(cpu{}, a * a);
  auto c = p.result();
  const auto copy = a;
  CHECK(text_of<bsr::shape_error>([&] { c.on(p) = a * copy; }) ==
        "bsr: .on(plan): b has its indices elsewhere than when the plan was made. Make a plan for this "
        "matrix.");
  const bsr::matrix<double, 2> other({4, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, {0, 1}, {0, 2, 2});
  CHECK(text_of<bsr::shape_error>([&] { c.on(p) = other * a; }) ==
        "bsr: .on(plan): the plan was made for a of 4x4 with 1 blocks of 2x2, and is used with 4x4 with 2 "
        "blocks of 2x2.");
  auto full = other;
  CHECK(text_of<bsr::shape_error>([&] { full.on(p) = a * a; }) ==
        "bsr: c.on(plan) = a * b: c does not have the blocks of the result. Make it by plan.result(), or by "
        "matrix c = a * b.");
  bsr::matrix<double, 2> small({2, 2});
  CHECK(text_of<bsr::shape_error>([&] { small.on(p) = a * a; }) ==
        "bsr: c.on(plan) = a * b: the result is 4x4 in blocks of 2x2, c is 2x2 in blocks of 2x2.");
  const bsr::matrix<std::int32_t, 2> whole({4, 4});
  auto q = plan(cpu{}, whole * whole);
  auto w = q.result();
  CHECK(text_of<bsr::error>([&] { w.on(q) = 0.5 * whole * whole; }) ==
        "bsr: c.on(plan) = a * b: the factor is 0.5, but the elements are integers.");
#ifdef BSR_ENABLE_ASSERT
  auto changed = other;
  auto r = plan(cpu{}, changed * changed);
  auto s = r.result();
  std::swap(changed.indices()[0], changed.indices()[1]);
  CHECK(text_of<bsr::error>([&] { s.on(r) = changed * changed; }) ==
        "bsr: .on(plan): the structure of an operand was changed in place after the plan was made.");
#endif
}

}  // namespace
