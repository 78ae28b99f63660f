// SPDX-License-Identifier: BSD-3-Clause
#include <bsr/bsr.hpp>
#include <bsr/eigen.hpp>
#include <bsr/io.hpp>
#include <cstdint>

// The sum of the same product, by way of Eigen.
double other(const double* x) {
  const double data[] = {1, 2, 3, 4, 5, 6, 7, 8};
  const std::int32_t indices[] = {0, 1}, indptr[] = {0, 1, 2};
  const bsr::matrix_view<const double, 2, 2> a({4, 4}, data, indices, indptr, 2);
  const Eigen::VectorXd from = Eigen::Map<const Eigen::VectorXd>(x, 4);
  Eigen::VectorXd to(4);
  bsr::view(to) = a * from;
  return to.sum();
}
