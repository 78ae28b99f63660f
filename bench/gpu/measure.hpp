// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Times of work on the device, between events of its own clock.
#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace bsr_measure {

inline void check(cudaError_t e, const char* what) {
  if (e == cudaSuccess) return;
  std::printf("%s failed with %d (%s)\n", what, static_cast<int>(e), cudaGetErrorString(e));
  std::exit(1);
}

struct times {
  double median, best;  // seconds
  int samples;
};

/// work(n) for n = 0, 1, ...: so that it can go round several buffers. Each call alone between two events,
/// after three that do not count; at least 20, then until half a second is over.
template <class Work>
times measure(const Work& work, int calls_at_once = 1) {
  cudaEvent_t begin, end;
  check(cudaEventCreate(&begin), "cudaEventCreate");
  check(cudaEventCreate(&end), "cudaEventCreate");
  int n = 0;
  for (; n < 3; ++n) work(n);
  check(cudaDeviceSynchronize(), "the work");
  std::vector<double> all;
  for (double total = 0; all.size() < 20 || (total < 0.5 && all.size() < 500);) {
    check(cudaEventRecord(begin, nullptr), "cudaEventRecord");
    for (int i = 0; i < calls_at_once; ++i) work(n++);
    check(cudaEventRecord(end, nullptr), "cudaEventRecord");
    check(cudaEventSynchronize(end), "the work");
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, begin, end), "cudaEventElapsedTime");
    all.push_back(1e-3 * milliseconds / calls_at_once);
    total += 1e-3 * milliseconds;
  }
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
  std::sort(all.begin(), all.end());
  return {all[all.size() / 2], all.front(), static_cast<int>(all.size())};
}

inline void report(const char* point, const char* contender, const times& t, double flops, double bytes) {
  std::printf(
      "{\"point\": \"%s\", \"contender\": \"%s\", \"median\": %.9g, \"best\": %.9g, \"samples\": %d, "
      "\"flops\": %.9g, "
      "\"bytes\": %.9g}\n",
      point, contender, t.median, t.best, t.samples, flops, bytes);
  std::fflush(stdout);
}

}  // namespace bsr_measure
