// SPDX-License-Identifier: BSD-3-Clause
// The products and the epilogues.
#include <cstdint>

#include "bsr/bsr.hpp"
#include "target/collector.hpp"

namespace {

// Four block rows with 2, 0, 1 and 3 blocks of a 4 x 5 grid.
constexpr std::int32_t indices[] = {3, 0, 2, 1, 3, 4};
constexpr std::int32_t indptr[] = {0, 2, 2, 3, 6};

template <class T, int R, int C, class View>
void products(collector& out, const View& w) {
  constexpr int rows = 4 * R, cols = 5 * C, n = 37;
  static T b[cols * n], c[rows * n], x[cols], y[rows], bias[n];
  fill(b, cols * n, 1u);
  fill(c, rows * n, 2u);
  fill(x, cols, 3u);
  fill(y, rows, 4u);
  fill(bias, n, 5u);
  const bsr::dense_view<const T> dense(b, cols, n);
  const bsr::dense_view<T> result(c, rows, n);
  const bsr::dense_view<const T, bsr::col_major> turned(b, cols, n);
  const bsr::dense_view<T, bsr::col_major> turned_result(c, rows, n);
  const bsr::vector_view<const T> from(x, cols);
  const bsr::vector_view<T> to(y, rows);

  result = relu(2 * w * dense + bsr::per_col(bsr::vector_view<const T>(bias, n)));
  out.sum(c, rows * n);
  result = T(0.5) * result + gelu(w * dense);
  out.sum(c, rows * n);
  turned_result = silu(w * turned);
  out.sum(c, rows * n);
  bsr::dense_view<T>(b, cols, n) = transpose(w) * bsr::dense_view<const T>(c, rows, n);
  out.sum(b, cols * n);
  to = w * from;
  out.sum(y, rows);
  bsr::vector_view<T>(x, cols) = transpose(w) * bsr::vector_view<const T>(y, rows);
  out.sum(x, cols);
  bsr::spmm(bsr::cpu{.threads = 1}, T(0.5), w, dense, T(2), result);
  out.sum(c, rows * n);
}

template <class T, int R, int C>
void block(collector& out) {
  static T data[6 * R * C];
  fill(data, 6 * R * C, 6u);
  products<T, R, C>(out, bsr::matrix_view<const T, R, C>({4 * R, 5 * C}, data, indices, indptr, 6));
}

}  // namespace

int BSR_WORK(double* results, int capacity) {
  collector out{results, capacity};
  block<float, 3, 2>(out);
  block<double, 4, 4>(out);
  static float data[6 * 5 * 5];
  fill(data, 6 * 5 * 5, 7u);
  products<float, 5, 5>(out, bsr::matrix_view<const float>({20, 25}, data, indices, indptr, 6, {5, 5}));
  return out.count;
}
