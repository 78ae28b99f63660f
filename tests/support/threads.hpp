// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Threads, with and without OpenMP.
#include <thread>
#include <vector>

#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"

namespace bsr_test {

/// With how many threads results must be the same.
inline constexpr int most_threads = 3;

/// A thread for every task, all at the same time.
inline constexpr bsr::executor a_thread_each{
    .context = nullptr, .run = [](void*, int tasks, void (*task)(void*, int), void* argument) {
      std::vector<std::thread> threads;
      for (int i = 0; i < tasks; ++i) threads.emplace_back(task, argument, i);
      for (std::thread& t : threads) t.join();
    }};

/// So many threads: OpenMP's where the tests are compiled with it, else new ones.
inline bsr::cpu on_threads(int count) {
  if (BSR_HAS_OPENMP || count == 1) return {.threads = count};
  return {.threads = count, .executor = a_thread_each};
}

}  // namespace bsr_test
