// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/plan/pack.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <utility>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/expected.hpp"
#include "support/random.hpp"
#include "support/throws.hpp"

namespace {

using bsr::cpu;
using namespace bsr_test;
using bsr_test::random;

TEST_CASE("pack: stands where the matrix stood, refreshed in place", "[plan]") {
  random rng(1);
  auto w = random_matrix<float, 16, 8>(rng, {48, 64}, wild);
  const auto x = random_dense<float>(rng, 21, 64), g = random_dense<float>(rng, 21, 48);
  bsr::dense_matrix<float> y(21, 48), dx(21, 64);
  auto p = plan(cpu{.threads = 1}, x * transpose(w));
  auto q = plan(cpu{.threads = 1}, g * w);
  auto wp = pack(p, w);
  auto wq = pack(q, w);
  CHECK(wp.num_blocks() == w.num_blocks());
  for (int time = 0; time < 2; ++time) {
    y.on(p) = x * transpose(wp);
    CHECK(difference(y, expected<float>::right(x, w, true)) == "");
    dx.on(q) = g * wq;
    CHECK(difference(dx, expected<float>::right(g, w, false)) == "");
    y.on(p, cpu{.threads = 1}) = relu(2 * x * transpose(wp) - y);
    for (float& value : w.data()) value -= 1;
    repack(wp, w);
    repack(wq, w);
  }
  // A snapshot: what happens to w is not seen.
  const auto before = w;
  for (float& value : w.data()) value = 0;
  y.on(p) = x * transpose(wp);
  CHECK(difference(y, expected<float>::right(x, before, true)) == "");
  // It needs no more of w.
  w = bsr::matrix<float, 16, 8>();
  y.on(p) = x * transpose(wp);
  CHECK(difference(y, expected<float>::right(x, before, true)) == "");
}

TEST_CASE("pack: blocks that have moved", "[plan]") {
  random rng(2);
  auto w = random_matrix<double, 4>(rng, {20, 24}, wild);
  const auto b = random_dense<double>(rng, 20, 6);
  bsr::dense_matrix<double> c(24, 6);
  auto p = plan(cpu{.threads = 1}, transpose(w) * b);
  auto wp = pack(p, w);
  w = random_matrix<double, 4>(rng, {20, 24}, {.density = 0.7});
  CHECK(text_of<bsr::shape_error>([&] { (void)pack(p, w); }) != "");
  p.update(w);
  CHECK(text_of<bsr::shape_error>([&] { c.on(p) = transpose(wp) * b; }) != "");
  repack(wp, w);
  c.on(p) = transpose(wp) * b;
  CHECK(difference(c, expected<double>::left(w, true, b)) == "");
  CHECK(text_of<bsr::shape_error>([&] { repack(wp, random_matrix<double, 4>(rng, {20, 20}, wild)); }) ==
        "bsr: repack: the packed matrix is 20x24 in blocks of 4x4, w is 20x20 in blocks of 4x4.");
}

TEST_CASE("pack: other types, vectors, strides, other destinations", "[plan]") {
  random rng(3);
  using cd = std::complex<double>;
  const auto z = random_matrix<cd, 2, 3>(rng, {8, 9}, wild);
  const auto zx = random_dense<cd>(rng, 9, 5);
  bsr::dense_matrix<cd> zy(8, 5);
  auto zp = plan(cpu{.threads = 1}, z * zx);
  const auto packed_z = pack(zp, z);
  zy.on(zp) = packed_z * zx;
  CHECK(difference(zy, expected<cd>::left(z, false, zx)) == "");

  const auto a = random_matrix<double, 3>(rng, {12, 15}, wild);
  const std::vector<double> u(12, 1.5);
  std::vector<double> v(15);
  auto ap = plan(cpu{.threads = 1}, transpose(a) * u);
  const auto packed_a = pack(ap, a);
  bsr::view(v).on(ap) = transpose(packed_a) * u;
  CHECK(difference(v, expected<double>::left(a, true, bsr::vector_view<const double>(u.data(), 12))) == "");

  const auto f = random_matrix<float, 4>(rng, {12, 16}, wild);
  const auto x = random_dense<float>(rng, 7, 16);
  bsr::dense_matrix<double> wide(7, 12);
  auto fp = plan(cpu{.threads = 1}, x * transpose(f));
  const auto packed_f = pack(fp, f);
  wide.on(fp) = x * transpose(packed_f);
  CHECK(difference(wide, expected<double>::right(x, f, true)) == "");
  bsr::dense_matrix<float> many(14, 12);
  const bsr::dense_view<float, bsr::strided> second(many.data(), 7, 12, 24, 1);
  second.on(fp) = x * transpose(packed_f);
  CHECK(difference(second, expected<float>::right(x, f, true)) == "");
}

TEST_CASE("pack: the destination must not lie in it", "[plan]") {
  random rng(4);
  const auto w = random_matrix<float, 4>(rng, {8, 8}, {.density = 1});
  const auto x = random_dense<float>(rng, 4, 8);
  auto p = plan(cpu{.threads = 1}, x * transpose(w));
  auto wp = pack(p, w);
  const bsr::dense_view<float> inside(const_cast<float*>(wp.packed().data().data()), 4, 8);
  CHECK(text_of<bsr::alias_error>([&] { inside.on(p) = x * transpose(wp); }) != "");
}

}  // namespace
