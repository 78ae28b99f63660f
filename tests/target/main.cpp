// SPDX-License-Identifier: BSD-3-Clause
// Runs the same work compiled for two instruction sets and compares what they found.
#include <cmath>
#include <cstdio>

int work_avx512(double* results, int capacity);
int work_baseline(double* results, int capacity);

int main() {
  double fast[512], slow[512];
  const int count = work_baseline(slow, 512);
  if (!(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))) {
    std::puts("this CPU has no AVX-512: only the baseline part was run");
    return 4;
  }
  int wrong = work_avx512(fast, 512) != count || count == 0;
  for (int i = 0; i < count; ++i) {
    // Sums of a few hundred products: an FMA rounds once where the baseline rounds twice.
    if (!(std::abs(fast[i] - slow[i]) <= 1e-4 * (1 + std::abs(slow[i])))) {
      std::printf("result %d is %.17g for AVX-512 and %.17g for the baseline\n", i, fast[i], slow[i]);
      ++wrong;
    }
  }
  std::printf("%d results, %d differ\n", count, wrong);
  return wrong != 0;
}
