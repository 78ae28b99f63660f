// SPDX-License-Identifier: BSD-3-Clause
// What plans tell of their runs: cost(), explain(), calibrate().
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/random.hpp"

namespace {

using bsr::cpu;
using bsr_test::random_dense;
using bsr_test::random_matrix;
using bsr_test::wild;

/// 100 GFLOP/s, caches that are never in the way.
bsr::machine round_machine() {
  bsr::machine m;
  m.fma_float = 100e9;
  m.fma_double = 50e9;
  for (double& rate : m.read) rate = 1e15;
  m.read_all = 1e15;
  m.turn = 1e15;
  return m;
}

TEST_CASE("cost: operations and bytes, by hand", "[plan]") {
  bsr_test::random rng(1);
  const auto w = random_matrix<float, 4>(rng, {32, 48}, wild);
  const bsr::dense_matrix<float> x(10, 48);
  const auto p = plan(cpu{.threads = 1}, x * transpose(w));
  const bsr::product_cost c = p.cost();
  CHECK(c.flops == 2.0 * static_cast<double>(w.nnz()) * 10);
  CHECK(c.bytes == 4.0 * static_cast<double>(w.nnz() + w.num_blocks() + 9 + 10 * (32 + 48)));
  CHECK(c.seconds == 0);
  CHECK(std::string(c.kernel) == "spmm_flipped");
  CHECK(c.threads == 1);
}

TEST_CASE("cost: no quicker than the multiply-adds, and not much slower where nothing else binds", "[plan]") {
  bsr_test::random rng(2);
  const auto w = random_matrix<float, 32>(rng, {512, 512}, {.density = 0.5});
  const bsr::dense_matrix<float> b(512, 96);
  const auto p = plan(cpu{.threads = 1}, w * b);
  const auto c = p.cost(round_machine());
  const double least = c.flops / 100e9;
  CHECK(c.seconds >= least);
  CHECK(c.seconds < 1.2 * least);
  CHECK(std::string(c.limit) == "multiply-adds");
  CHECK(c.dense_seconds > 0.99 * 2 * 512 * 512 * 96 / 93e9);
  CHECK(c.dense_seconds < 1.01 * 2 * 512 * 512 * 96 / 93e9);
  // A slow first cache binds.
  bsr::machine slow = round_machine();
  slow.read[0] = 1e9;
  CHECK(std::string(p.cost(slow).limit) == "loads");
  CHECK(p.cost(slow).seconds > c.seconds);
}

TEST_CASE("cost: packed matrices, transposed products, vectors, other types", "[plan]") {
  bsr_test::random rng(3);
  const auto w = random_matrix<double, 16>(rng, {64, 80}, wild);
  const auto x = random_dense<double>(rng, 20, 80), g = random_dense<double>(rng, 20, 64);
  auto p = plan(cpu{.threads = 1}, x * transpose(w));
  const auto packed = pack(p, w);
  const auto m = round_machine();
  const bool wide = bsr::simd::pack<double>::size <= 16;
  if (wide) CHECK(std::string(p.cost(m, packed).kernel) == "spmm_lanes");
  CHECK(p.cost(m, packed).flops == p.cost(m).flops);
  const auto back = plan(cpu{.threads = 1}, g * w);
  if (wide) CHECK(std::string(back.cost(m).kernel) == "spmm_lanes");
  const std::vector<double> u(80);
  const auto vector = plan(cpu{.threads = 1}, w * u);
  CHECK(vector.cost(m).flops == 2.0 * static_cast<double>(w.nnz()));
  CHECK(vector.cost(m).seconds > 0);
  const auto i = random_matrix<std::int32_t, 2>(rng, {8, 8}, wild);
  const auto ix = random_dense<std::int32_t>(rng, 8, 3);
  const auto other = plan(cpu{.threads = 1}, i * ix);
  CHECK(other.cost(m).seconds == 0);
  CHECK(other.explain(m).find("There is no prediction for these types.") != std::string::npos);
}

TEST_CASE("explain: in words", "[plan]") {
  const bsr::matrix<float, 2, 1> w({4, 3}, {1, 2, 3, 4}, {0, 2}, {0, 1, 2});
  const bsr::dense_matrix<float> b(3, 5);
  const auto p = plan(cpu{.threads = 1}, w * b);
  const std::string text = p.explain();
  CHECK(text.starts_with("a is 4x3 with 2 blocks of 2x1, times 5 columns: kernel spmm_panel, tiles of 2x"));
  CHECK(text.ends_with(", 1 thread; 40 floating-point operations, 176 bytes."));
  const std::string timed = p.explain(round_machine());
  CHECK(timed.starts_with(text));
  CHECK(timed.find(" GFLOP/s, bound by ") != std::string::npos);
  CHECK(timed.find("a dense matrix of this shape: ") != std::string::npos);
}

TEST_CASE("calibrate: rates, larger arrays no quicker than the first cache", "[plan]") {
  const bsr::machine m = bsr::calibrate(cpu{.threads = 1});
  CHECK(m.threads == 1);
  CHECK(m.fma_float > 0);
  CHECK(m.fma_double > 0);
  for (const double rate : m.read) CHECK(rate > 0);
  CHECK(m.read_all > 0);
  CHECK(m.turn > 0);
  CHECK(m.read_of(1) == m.read[0]);
  CHECK(m.read_of(1e12) == m.read[5]);
  bsr::machine two;
  two.read[0] = 100;
  two.read[1] = 50;
  CHECK(two.read_of(bsr::machine::size[1]) == 50);
  const double middle = two.read_of(64e3);  // between 16e3 and 256e3: the geometric mean is half way
  CHECK(middle > 74.9);
  CHECK(middle < 75.1);
}

}  // namespace
