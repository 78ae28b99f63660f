// SPDX-License-Identifier: BSD-3-Clause
// One program for old and new machines: it asks the CPU and calls the unit that was compiled for it.
#include <cmath>
#include <cstdio>
#include <cstring>

#include "layer.hpp"

namespace {
bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}
}  // namespace

int main() {
  bsr::matrix<float, 8> w({64, 64}, bsr::buffer<float>(16 * 64),
                          {1, 3, 0, 2, 5, 7, 4, 6, 1, 3, 0, 2, 5, 7, 4, 6}, {0, 2, 4, 6, 8, 10, 12, 14, 16});
  for (std::size_t k = 0; k < w.data().size(); ++k) w.data()[k] = static_cast<float>(k % 13) - 6;
  bsr::dense_matrix<float> x(20, 64), y(20, 64), z(20, 64);
  for (int i = 0; i < 20; ++i)
    for (int j = 0; j < 64; ++j) x(i, j) = static_cast<float>((i + 2 * j) % 7) - 3;

  const auto layer = has_avx512() ? layer_avx512 : layer_any_pc;
  const char* target = layer(y.view(), x.view(), w.view());
  layer_any_pc(z.view(), x.view(), w.view());

  const bool right_unit = (std::strncmp(target, "avx512", 6) == 0) == has_avx512();
  double difference = 0;  // small integers: every unit gets the same numbers
  for (int i = 0; i < 20; ++i)
    for (int j = 0; j < 64; ++j)
      difference = std::fmax(difference, std::fabs(double(y(i, j)) - double(z(i, j))));
  std::printf("the unit for this CPU was called: %s\n", right_unit ? "yes" : "no");
  std::printf("largest difference between the units: %g\n", difference);
}
// Prints:
//   the unit for this CPU was called: yes
//   largest difference between the units: 0
