// SPDX-License-Identifier: BSD-3-Clause
// Runs the same work compiled for two instruction sets and compares what they found.
#include <cmath>
#include <cstdio>

int products_avx512(double* results, int capacity);
int products_baseline(double* results, int capacity);
int files_avx512(double* results, int capacity);
int files_baseline(double* results, int capacity);

namespace {

int compare(const char* name, int (*fast_work)(double*, int), int (*slow_work)(double*, int)) {
  double fast[512], slow[512];
  const int count = slow_work(slow, 512);
  int wrong = count == 0 || count == 512 || fast_work(fast, 512) != count;
  for (int i = 0; i < count && wrong == 0; ++i) {
    // Sums of a few hundred products: an FMA rounds once where the baseline rounds twice.
    if (!(std::abs(fast[i] - slow[i]) <= 1e-4 * (1 + std::abs(slow[i])))) {
      std::printf("%s: result %d is %.17g for AVX-512 and %.17g for the baseline\n", name, i, fast[i],
                  slow[i]);
      ++wrong;
    }
  }
  std::printf("%s: %d results, %d differ\n", name, count, wrong);
  return wrong;
}

}  // namespace

int main() {
  if (!(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))) {
    std::puts("this CPU has no AVX-512");
    return 4;
  }
  const int wrong = compare("products", products_avx512, products_baseline) +
                    compare("files", files_avx512, files_baseline);
  return wrong != 0;
}
