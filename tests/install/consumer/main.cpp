// SPDX-License-Identifier: BSD-3-Clause
#include <bsr/bsr.hpp>
#include <cstdint>

double other(const double* x);

int main() {
  // [1 2 0 0; 3 4 0 0; 0 0 5 6; 0 0 7 8] * [1 2 3 4]'
  const double data[] = {1, 2, 3, 4, 5, 6, 7, 8};
  const std::int32_t indices[] = {0, 1}, indptr[] = {0, 1, 2};
  const double x[] = {1, 2, 3, 4};
  double y[4];
  const bsr::matrix_view<const double, 2, 2> a({4, 4}, data, indices, indptr, 2);
  bsr::vector_view<double>(y, 4) = a * bsr::vector_view<const double>(x, 4);
  const bool right = y[0] == 5 && y[1] == 11 && y[2] == 39 && y[3] == 53;
  return right && other(x) == 108 ? 0 : 1;
}
