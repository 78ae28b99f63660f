// prints: 58 +108 +72 +187
// [readme]
#include <bsr/bsr.hpp>
#include <cstdio>
#include <vector>

int main() {
  // Three 2 x 2 blocks of a 4 x 6 matrix, in the three arrays of scipy, used where they lie.
  const std::vector<float> data = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const std::vector<int> indices = {0, 2, 1}, indptr = {0, 2, 3};
  const bsr::matrix_view<const float, 2> w({4, 6}, data, indices, indptr);

  const std::vector<float> bias = {-20, 0, 0, 100};
  bsr::dense_matrix<float> x(3, 6), y(3, 4);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 6; ++j) x(i, j) = static_cast<float>(i + j);

  y = relu(x * transpose(w) + bsr::per_col(bias));         // a linear layer: one kernel, no temporary
  y.on(bsr::cpu{.threads = 2}) += 0.5 * x * transpose(w);  // a product added to y, on two threads

  for (int i = 0; i < 3; ++i) std::printf("%g %g %g %g\n", y(i, 0), y(i, 1), y(i, 2), y(i, 3));
}
// [readme]
