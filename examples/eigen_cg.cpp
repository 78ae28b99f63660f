// SPDX-License-Identifier: BSD-3-Clause
// Assembles a truss of springs in blocks of 2 x 2 and solves it with Eigen's conjugate gradients.
#include <array>
#include <cmath>
#include <cstdio>

#include <Eigen/IterativeLinearSolvers>
#include <Eigen/SparseCholesky>

#include "bsr/eigen.hpp"

int main() {
  constexpr int side = 20, nodes = side * side;
  const auto node = [](int i, int j) { return i * side + j; };

  // A spring between two nodes along the unit vector d pulls with d d' (u_q - u_p).
  bsr::builder<double, 2> assembly({2 * nodes, 2 * nodes});
  const auto spring = [&](int p, int q, Eigen::Vector2d d) {
    Eigen::Matrix4d k;
    d.normalize();
    k << d * d.transpose(), -d * d.transpose(), -d * d.transpose(), d * d.transpose();
    assembly.add_element(std::array{p, q}, k);
  };
  for (int i = 0; i < side; ++i)
    for (int j = 0; j < side; ++j) {
      if (j + 1 < side) spring(node(i, j), node(i, j + 1), {1, 0});
      if (i + 1 < side) spring(node(i, j), node(i + 1, j), {0, 1});
      if (i + 1 < side && j + 1 < side) spring(node(i, j), node(i + 1, j + 1), {1, 1});
    }
  for (int j = 0; j < side; ++j) assembly.add_block(j, j, {1e3, 0.0, 0.0, 1e3});  // the first row is held
  const bsr::matrix<double, 2> a = assembly.build();

  // The last row is pulled downwards.
  Eigen::VectorXd f = Eigen::VectorXd::Zero(2 * nodes);
  for (int j = 0; j < side; ++j) f[2 * node(side - 1, j) + 1] = 1;

  const bsr::eigen::linear_operator k(a);  // no copy of a
  Eigen::ConjugateGradient<std::remove_const_t<decltype(k)>, Eigen::Lower | Eigen::Upper,
                           Eigen::IdentityPreconditioner>
      solver(k);
  solver.setTolerance(1e-12);
  const Eigen::VectorXd u = solver.solve(f);

  Eigen::VectorXd r(f.size());
  bsr::view(r) = f - a * u;  // bsr's own expressions take Eigen's vectors as they are
  const Eigen::SimplicialLLT<Eigen::SparseMatrix<double>> direct(bsr::eigen::to_sparse(a));
  std::printf("%lld unknowns, %lld blocks\n", static_cast<long long>(a.rows()),
              static_cast<long long>(a.num_blocks()));
  std::printf("converged: %s\n", solver.info() == Eigen::Success ? "yes" : "no");
  std::printf("residual below 1e-10: %s\n", r.norm() <= 1e-10 * f.norm() ? "yes" : "no");
  std::printf("equal to a direct solution within 1e-8: %s\n",
              (u - direct.solve(f)).norm() <= 1e-8 * u.norm() ? "yes" : "no");
}
// Prints:
//   800 unknowns, 2642 blocks
//   converged: yes
//   residual below 1e-10: yes
//   equal to a direct solution within 1e-8: yes
