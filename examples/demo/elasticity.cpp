// SPDX-License-Identifier: BSD-3-Clause
// A finite-element matrix: its product, and a linear system solved by Eigen's conjugate gradients.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <random>

#include <Eigen/IterativeLinearSolvers>

#include "bsr/eigen.hpp"
#include "bsr/io.hpp"
#include "report.hpp"

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace demo {
namespace {

using stiffness = bsr::matrix<double, 2>;
using vector = Eigen::VectorXd;

/// The largest |y_i - exact_i| / (|a| |x|)_i, exact sums in long double.
double backward_error(const stiffness& a, const vector& x, const vector& y) {
  long double worst = 0;
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (int r = 0; r < 2; ++r) {
      long double exact = 0, size = 0;
      for (const auto block : a.row(i))
        for (int c = 0; c < 2; ++c) {
          const long double term = static_cast<long double>(block(r, c)) * x[block.col() * 2 + c];
          exact += term;
          size += std::fabs(term);
        }
      const long double error = std::fabs(y[i * 2 + r] - exact);
      if (!(error == 0))
        worst = std::max(worst, size > 0 ? error / size : std::numeric_limits<long double>::infinity());
    }
  return static_cast<double>(worst);
}

double residual(const stiffness& a, const vector& u, const vector& f) {
  vector r(f.size());
  bsr::view(r) = f - a * u;
  return r.norm() / f.norm();
}

template <class Operator>
struct solution {
  vector u;
  long iterations = 0;
  std::vector<double> times;

  void run(const Operator& k, const vector& f) {
    Eigen::ConjugateGradient<Operator, Eigen::Lower | Eigen::Upper, Eigen::IdentityPreconditioner> solver;
    solver.setTolerance(1e-10);
    solver.setMaxIterations(20000);
    const double begin = now();
    solver.compute(k);
    u = solver.solve(f);
    times.push_back(now() - begin);
    iterations = solver.iterations();
  }
  double seconds() const { return *std::min_element(times.begin(), times.end()); }
};

}  // namespace

int elasticity(const options& where) {
  const python_times python(where.elasticity);
  const stiffness a = bsr::io::load_npz<double, 2>(where.elasticity + "/elasticity.npz");
  const bsr::io::npz_reader system(where.elasticity + "/system.npz");
  const auto load = [&](const char* name) {
    const auto loaded = system.load_vector<double>(name);
    return vector(vector::Map(loaded.data(), loaded.size()));
  };
  const vector f = load("f");
  const auto s = bsr::eigen::to_sparse(a);
  const auto n = static_cast<Eigen::Index>(a.rows());
#if defined(_OPENMP)
  const int threads = omp_get_max_threads();
#else
  const int threads = 1;
#endif

  std::printf("\nA. Finite elements, plane elasticity: %lld x %lld, %lld blocks of 2 x 2 doubles\n\n",
              static_cast<long long>(a.rows()), static_cast<long long>(a.cols()),
              static_cast<long long>(a.num_blocks()));

  // ---- y = a * x
  std::mt19937_64 generator(1);
  std::uniform_real_distribution<double> uniform(-1, 1);
  const vector x = vector::NullaryExpr(n, [&] { return uniform(generator); });
  vector y(n), y_threads(n), y_eigen(n), y_eigen_threads(n);
  contender eigen{[&] {
    Eigen::setNbThreads(1);
    y_eigen.noalias() = s * x;
  }};
  contender eigen_threads{[&] {
    Eigen::setNbThreads(threads);
    y_eigen_threads.noalias() = s * x;
  }};
  contender ours{[&] { bsr::view(y).on(bsr::cpu{.threads = 1}) = a * x; }};
  contender ours_threads{[&] { bsr::view(y_threads) = a * x; }};
  std::vector<contender*> all{&eigen, &ours};
  if (threads > 1) all.insert(all.end(), {&eigen_threads, &ours_threads});
  race(all, where.seconds);

  const double as_blocks = static_cast<double>(a.nnz() * 8 + a.num_blocks() * 4 + (a.block_rows() + 1) * 4);
  const double as_rows = static_cast<double>(s.nonZeros() * 12 + (n + 1) * 4);
  std::printf("   %-36s %7s %10s %10s %9s %10s\n", "y = a * x", "threads", "matrix", "time", "speed-up",
              "error");
  const auto line = [&](const std::string& name, int used, double size, double seconds,
                        const std::string& error) {
    if (seconds > 0)
      std::printf("   %-36s %7d %10s %10s %9s %10s\n", name.c_str(), used, bytes(size).c_str(),
                  duration(seconds).c_str(), ratio(eigen.seconds, seconds).c_str(), error.c_str());
  };
  const double error = std::max(backward_error(a, x, y), threads > 1 ? backward_error(a, x, y_threads) : 0);
  const std::string error_text = scientific(error), eigen_error = scientific(backward_error(a, x, y_eigen));
  line(python.scipy() + ", bsr_array", 1, as_blocks, python("scipy_bsr"), "-");
  line(python.scipy() + ", csr_array", 1, as_rows, python("scipy_csr"), "-");
  line("Eigen, SparseMatrix by rows", 1, as_rows, eigen.seconds, eigen_error);
  line("bsr, matrix<double, 2>", 1, as_blocks, ours.seconds, error_text);
  if (threads > 1) {
    line("Eigen, SparseMatrix by rows", threads, as_rows, eigen_threads.seconds, eigen_error);
    line("bsr, matrix<double, 2>", threads, as_blocks, ours_threads.seconds, error_text);
  }

  // ---- a * u = f
  Eigen::setNbThreads(threads);
  const bsr::eigen::linear_operator k(a);
  solution<std::remove_const_t<decltype(s)>> with_eigen;
  solution<std::remove_const_t<decltype(k)>> with_ours;
  {
    // In turns, three times where that does not take long.
    progress bar("conjugate gradients, each in turn");
    const double begin = now();
    for (int round = 0; round == 0 || (round < 3 && now() < begin + 3 * where.seconds); ++round) {
      with_eigen.run(s, f);
      bar.show((round + 0.5) / 3);
      with_ours.run(k, f);
      bar.show((round + 1.0) / 3);
    }
  }
  std::printf("\n   %-36s %7s %10s %10s %9s %10s%s\n", "a * u = f, conjugate gradients", "threads",
              "iterations", "time", "speed-up", "residual", system.contains("u") ? "  to pyamg's" : "");
  const auto solved = [&](const char* name, const auto& it) {
    std::printf("   %-36s %7d %10ld %10s %9s %10s", name, threads, it.iterations,
                duration(it.seconds()).c_str(), ratio(with_eigen.seconds(), it.seconds()).c_str(),
                scientific(residual(a, it.u, f)).c_str());
    if (system.contains("u")) {
      const vector exact = load("u");
      std::printf("  %11s", scientific((it.u - exact).norm() / exact.norm()).c_str());
    }
    std::printf("\n");
  };
  solved("Eigen's solver with SparseMatrix", with_eigen);
  solved("Eigen's solver with bsr's matrix", with_ours);

  bsr::io::npz_writer out(where.results + "/elasticity.npz");
  out.add("x", x);
  out.add("y", y);
  out.add("u", with_ours.u);
  out.close();

  // A row of 2 x 2 blocks of a grid has at most 18 numbers.
  const double bound = 20 * std::numeric_limits<double>::epsilon() / 2;
  if (error <= bound && residual(a, with_ours.u, f) <= 2e-10) return 0;
  std::printf("   WRONG: the error of the product is beyond %.1e, or the system is not solved\n", bound);
  return 1;
}

}  // namespace demo
