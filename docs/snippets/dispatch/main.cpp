// SPDX-License-Identifier: BSD-3-Clause
// [main]
// main.cpp: compiled for any processor
#include <bsr/storage.hpp>

using layer = void(bsr::matrix_view<const float> w, bsr::dense_view<const float> x, bsr::dense_view<float> y);
layer layer_avx512, layer_avx2, layer_any;

layer* best_layer() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return layer_avx512;
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? layer_avx2 : layer_any;
}
// [main]

int main() {
  const bsr::matrix<float, 2> w({4, 2}, {1, 2, 3, 4, -5, 6, 7, 8}, {0, 0}, {0, 1, 2});
  bsr::dense_matrix<float> x(1, 2), y(1, 4), z(1, 4);
  x(0, 0) = 1;
  best_layer()(w.view(), x.view(), y.view());
  layer_any(w.view(), x.view(), z.view());
  const bool right = y(0, 0) == 1 && y(0, 1) == 3 && y(0, 2) == 0 && y(0, 3) == 7;
  for (int j = 0; j < 4; ++j)
    if (y(0, j) != z(0, j)) return 1;
  return right ? 0 : 1;
}
