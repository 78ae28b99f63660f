// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/guide/execution.md.
#include <bsr/bsr.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

TEST_CASE("execution: policies") {
  const bsr::matrix<float, 2> a({4, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, {0, 1}, {0, 1, 2});
  bsr::dense_matrix<float> x(4, 3), y(4, 3);
  x(3, 2) = 1;
  // [threads]
  y = a * x;                             // as many threads as OpenMP would use, if bsr::openmp is linked
  y.on(bsr::cpu{.threads = 2}) = a * x;  // two pieces of work
  y.on(bsr::cpu{.threads = 1}) = a * x;  // in the calling thread
  // [threads]
  CHECK(y(3, 2) == 8);
  // [executor]
  auto run = [](void*, int tasks, void (*task)(void*, int), void* argument) {
    std::vector<std::thread> threads;
    for (int i = 0; i < tasks; ++i) threads.emplace_back(task, argument, i);
    for (auto& thread : threads) thread.join();
  };
  bsr::cpu mine{.threads = 2, .executor = {.context = nullptr, .run = run}};
  y.on(mine) = a * x;  // two tasks on two threads of the program's own
  // [executor]
  CHECK(y(3, 2) == 8);
}

TEST_CASE("execution: the target") {
  // [target]
  const char* target = bsr::target_name;  // "avx512_1111111100000_x13_010_omp_nogpu", say
  // [target]
  CHECK(std::string(target).find("nogpu") != std::string::npos);
}
