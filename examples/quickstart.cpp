// SPDX-License-Identifier: BSD-3-Clause
// The main things in one minute: a block-sparse matrix, products with vectors and matrices, an error.
#include <cstdio>
#include <vector>

#include "bsr/bsr.hpp"

int main() {
  // 4 x 6 in blocks of 2 x 2, as scipy.sparse.bsr_array((data, indices, indptr)):
  //   1 2 . . 5 6
  //   3 4 . . 7 8
  //   . . 1 0 . .
  //   . . 0 1 . .
  const bsr::matrix<double, 2> a({4, 6}, {1, 2, 3, 4, 5, 6, 7, 8, 1, 0, 0, 1}, {0, 2, 1}, {0, 2, 3});
  for (const auto block : a.row(0))
    std::printf("block (%d, %d) begins with %g\n", int(block.row()), int(block.col()), block(0, 0));

  // Vectors are whatever has its numbers side by side.
  const std::vector<double> u{1, 1, 1, 1, 1, 1}, f{20, 30, 40, 50};
  std::vector<double> r(4);
  bsr::view(r) = f - 2 * a * u;  // one pass over a, no temporary
  std::printf("r = %g %g %g %g\n", r[0], r[1], r[2], r[3]);

  // A linear layer: x has one row for each sample, as NumPy and PyTorch have it.
  bsr::dense_matrix<double> x(3, 6), y(3, 4);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 6; ++j) x(i, j) = i - j;
  const std::vector<double> bias{1, 2, 3, 4};
  y = relu(x * transpose(a) + bsr::per_col(bias));
  for (int i = 0; i < 3; ++i) std::printf("y = %g %g %g %g\n", y(i, 0), y(i, 1), y(i, 2), y(i, 3));
  y.on(bsr::cpu{.threads = 1}) += x * transpose(a);  // threads are chosen where they are used
  std::printf("y(0, 0) = %g\n", y(0, 0));

  // What does not fit says so, and nothing has been written.
  try {
    y = a * x;
  } catch (const bsr::error& problem) {
    std::puts(problem.what());
  }
}
// Prints:
//   block (0, 0) begins with 1
//   block (0, 2) begins with 5
//   r = -8 -14 38 48
//   y = 0 0 1 1
//   y = 0 0 2 2
//   y = 0 0 3 3
//   y(0, 0) = -52
//   bsr: c = a * b: a is 4x6, b is 3x6, c is 3x4.
