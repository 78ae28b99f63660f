// SPDX-License-Identifier: BSD-3-Clause
// How good the predictions of plans are on this machine: plan.cost(m) after one calibration beside the
// quickest of some runs. The last line counts those that are within 20 %.
#include <bsr/bsr.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "harness/clock.hpp"

namespace {

int points = 0, good = 0;

template <class F>
double quickest(const F& run) {
  double best = std::numeric_limits<double>::infinity();
  const double begin = bench::now();
  for (double now = begin; now - begin < 0.15 || best == std::numeric_limits<double>::infinity();) {
    run();
    const double then = bench::now();
    if (then - now < best) best = then - now;
    now = then;
  }
  return best;
}

void report(const char* what, int block_rows, int block_cols, std::int64_t n, double density,
            const bsr::product_cost& c, double measured) {
  const double ratio = c.seconds / measured;
  ++points;
  if (ratio > 0.8 && ratio < 1.25) ++good;
  std::printf("%-18s %2dx%-2d n %4lld  %3.0f %%  %-13s %3dx%-3d  %9.1f us, predicted %9.1f  %5.2f %s\n", what,
              block_rows, block_cols, static_cast<long long>(n), 100 * density, c.kernel, c.tile_rows,
              c.tile_cols, 1e6 * measured, 1e6 * c.seconds, ratio, ratio > 0.8 && ratio < 1.25 ? "" : "<--");
  std::fflush(stdout);
}

void point(const bsr::machine& m, int threads, std::int64_t size, bsr::dims block, std::int64_t n,
           double density) {
  const bsr::cpu policy{.threads = threads};
  const auto w = bsr::random<float>(bsr::dims(size, size), block, density, 1);
  bsr::dense_matrix<float> x(n, size), y(n, size), b(size, n), c(size, n);
  const int rows = static_cast<int>(block.rows), cols = static_cast<int>(block.cols);
  const auto both = [&](const char* what, const char* with_pack, auto& to, const auto& e) {
    auto p = bsr::plan(policy, e(w));
    report(what, rows, cols, n, density, p.cost(m), quickest([&] { to.on(p) = e(w); }));
    auto packed = bsr::pack(p, w);
    report(with_pack, rows, cols, n, density, p.cost(m, packed), quickest([&] { to.on(p) = e(packed); }));
  };
  both("a * b", "a * b, packed", c, [&](const auto& a) { return a * b; });
  both("x * a'", "x * a', packed", y, [&](const auto& a) { return x * transpose(a); });
  auto p = bsr::plan(policy, x * w);
  report("x * a", rows, cols, n, density, p.cost(m), quickest([&] { y.on(p) = x * w; }));
  auto q = bsr::plan(policy, transpose(w) * b);
  report("a' * b", rows, cols, n, density, q.cost(m), quickest([&] { c.on(q) = transpose(w) * b; }));
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  const bsr::machine m = bsr::calibrate(bsr::cpu{.threads = threads});
  std::printf("%.0f and %.0f GFLOP/s, reads", m.fma_float * 1e-9, m.fma_double * 1e-9);
  for (const double rate : m.read) std::printf(" %.0f", rate * 1e-9);
  std::printf(" and %.0f GB/s, turns %.1f GB/s, fork %.1f us\n", m.read_all * 1e-9, m.turn * 1e-9,
              m.fork * 1e6);
  for (const int block : {4, 8, 16, 32, 64})
    for (const std::int64_t n : {128, 512}) point(m, threads, 1024, bsr::dims(block, block), n, 0.1);
  for (const int block : {4, 16, 32}) point(m, threads, 1024, bsr::dims(block, block), 128, 0.5);
  for (const int block : {16, 32}) point(m, threads, 1024, bsr::dims(block, block), 8, 0.1);
  point(m, threads, 1024, bsr::dims(1, 16), 128, 0.1);
  point(m, threads, 1024, bsr::dims(16, 1), 128, 0.1);
  std::printf("%d of %d predictions are within 20 %%\n", good, points);
  return points > 0 ? 0 : 1;
}
