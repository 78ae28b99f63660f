// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/guide/dense.md.
#include <Eigen/IterativeLinearSolvers>
#include <bsr/bsr.hpp>
#include <bsr/eigen.hpp>
#include <catch2/catch_test_macros.hpp>
#include <vector>

TEST_CASE("dense: layouts") {
  const bsr::matrix<float, 2> w({4, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, {0, 1}, {0, 1, 2});
  std::vector<float> memory(64, 1.0f), result(64);
  float* p = memory.data();
  // [layouts]
  bsr::dense_view<float> a(p, 4, 3);  // row-major, as NumPy's default: a(i, j) is p[i * 3 + j]
  bsr::dense_view<float, bsr::col_major> b(p, 4, 3);       // as Eigen's and Fortran's: p[i + j * 4]
  bsr::dense_view<float> c(p, 4, 3, 8);                    // rows 8 elements apart
  bsr::dense_view<float, bsr::strided> d(p, 4, 3, 16, 2);  // rows 16 apart, columns 2 apart
  bsr::vector_view<float> v(p, 4, 3);                      // every third element
  // [layouts]
  CHECK(
      (&a(1, 2) == p + 5 && &b(1, 2) == p + 9 && &c(1, 2) == p + 10 && &d(1, 2) == p + 20 && &v[2] == p + 6));
  // [views]
  auto t = transpose(a);            // 3 x 4, column-major: the same memory
  auto part = c.block(0, 1, 4, 2);  // rows 0 to 3, columns 1 and 2
  // [views]
  CHECK((&t(2, 1) == &a(1, 2) && &part(1, 1) == &c(1, 2)));
  // [owner]
  bsr::dense_matrix<float> y(4, 3);  // row-major, zero at first
  bsr::dense_matrix<float, bsr::col_major> z(4, 3);
  bsr::dense_matrix<float> fast(4, 3, bsr::uninitialized);  // for what is overwritten anyway
  y = w * c;
  z = w * c;           // every mix of layouts computes the same
  bsr::copy(y, fast);  // elements are copied by name: `=` means "compute into"
  // [owner]
  CHECK((y(3, 2) == 15 && z(3, 2) == 15 && fast(3, 2) == 15));
}

TEST_CASE("dense: Eigen's matrices") {
  const bsr::matrix<float, 2> w({4, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, {0, 1}, {0, 1, 2});
  // [eigen]
  Eigen::MatrixXf x = Eigen::MatrixXf::Ones(4, 3), y(4, 3);
  Eigen::VectorXf u = Eigen::VectorXf::Ones(4), f(4);

  bsr::view(y) = w * x;  // operands as they are, the destination is named view(y)
  bsr::view(y) += 2 * transpose(w) * x;
  bsr::view(f) = w * u;
  bsr::view(y.col(1)) = w * u;  // a column is a vector
  bsr::view(y).on(bsr::cpu{.threads = 1}) = w * x.leftCols(3);
  // [eigen]
  const Eigen::MatrixXf dense =
      Eigen::Map<Eigen::Matrix<float, 4, 4, Eigen::RowMajor>>(bsr::to_dense(w).data());
  CHECK(y == dense * x);
  CHECK(f == dense * u);
}

TEST_CASE("dense: Eigen's sparse matrices and solvers") {
  const int n = 8;
  Eigen::SparseMatrix<double> k(n, n);
  for (int i = 0; i < n; ++i) {
    k.insert(i, i) = 2;
    if (i > 0) k.insert(i, i - 1) = -1;
    if (i + 1 < n) k.insert(i, i + 1) = -1;
  }
  const Eigen::VectorXd f = Eigen::VectorXd::Ones(n);
  // [sparse]
  auto a = bsr::eigen::to_bsr<2>(k);     // from Eigen::SparseMatrix, row- or column-major: a copy
  auto back = bsr::eigen::to_sparse(a);  // to a row-major Eigen::SparseMatrix
  // [sparse]
  CHECK(Eigen::MatrixXd(back) == Eigen::MatrixXd(k));
  // [solver]
  bsr::eigen::linear_operator op(a);  // refers to a
  Eigen::ConjugateGradient<decltype(op), Eigen::Lower | Eigen::Upper, Eigen::IdentityPreconditioner> cg(op);
  Eigen::VectorXd u = cg.solve(f);  // every product of the iteration is one of bsr's kernels
  // [solver]
  CHECK((k * u - f).norm() <= 1e-9 * f.norm());
}
