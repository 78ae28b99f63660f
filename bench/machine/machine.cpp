// SPDX-License-Identifier: BSD-3-Clause
// Prints what this machine can do at best: multiply-adds of every vector width, reads from every level of
// memory, copies. Each figure is the best of several short runs. Usage: bsr_machine [threads...]

#include <omp.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "harness/array.hpp"
#include "harness/clock.hpp"
#include "machine/probe.hpp"

namespace {

using namespace bench;

template <class Measure>
double best_of(int runs, const Measure& measure) {
  double best = 0;
  for (int i = 0; i < runs; ++i) best = std::max(best, measure());
  return best;
}

double read_rate(int threads, std::size_t bytes_per_thread) {
  const std::size_t bytes = bytes_per_thread / 512 * 512 * static_cast<std::size_t>(threads);
  array<char> memory(bytes);
  const int repeats = static_cast<int>(std::max<std::size_t>(1, (std::size_t{1} << 26) / bytes));
  return best_of(bytes > (std::size_t{1} << 28) ? 5 : 15, [&] {
    return static_cast<double>(bytes) * repeats /
           machine::read_seconds(memory.data(), bytes, threads, repeats) * 1e-9;
  });
}

double copy_rate(int threads, std::size_t bytes) {
  array<char> from(bytes), to(bytes);
  const std::size_t part = bytes / static_cast<std::size_t>(threads);
  return best_of(10, [&] {
    const double start = now();
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
      const std::size_t first = part * static_cast<std::size_t>(omp_get_thread_num());
      std::memcpy(to.data() + first, from.data() + first, part);
    }
    return 2.0 * static_cast<double>(bytes) / (now() - start) * 1e-9;
  });
}

std::string size_text(std::size_t bytes) {
  return bytes >= (1U << 20) ? std::to_string(bytes >> 20) + " MiB" : std::to_string(bytes >> 10) + " KiB";
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<int> threads;
  for (int i = 1; i < argc; ++i) threads.push_back(std::max(1, std::atoi(argv[i])));
  if (threads.empty()) {
    threads.push_back(1);
    if (omp_get_num_procs() > 1) threads.push_back(omp_get_num_procs());
  }
  std::printf("%s\n%s\n\n%-34s", machine::cpu_name().c_str(), machine::cpu_features().c_str(), "threads");
  for (const int t : threads) std::printf("%10d", t);
  std::printf("\n");

  const auto row = [&](const std::string& name, const auto& measure) {
    std::printf("%-34s", name.c_str());
    for (const int t : threads) {
      std::printf("%10.1f", measure(t));
      std::fflush(stdout);
    }
    std::printf("\n");
  };
  for (const bool single : {true, false})
    for (const machine::arithmetic& a : machine::arithmetics())
      row(std::string(single ? "f32" : "f64") + " multiply-add " + a.name + "  GF/s",
          [&](int t) { return best_of(30, [&] { return machine::flops(a, single, t, 2e-3); }); });

  for (int level = 1; level <= 3; ++level)
    if (const std::size_t size = machine::cache_size(level); size != 0) {
      // Half a level, so that it holds; a last level is shared with others, of it not more than 16 MiB.
      const std::size_t bytes = std::min<std::size_t>(size / 2, std::size_t{16} << 20);
      row("read L" + std::to_string(level) + ", " + size_text(bytes) + " a thread  GB/s",
          [&](int t) { return read_rate(t, bytes); });
    }
  const std::size_t memory =
      std::clamp<std::size_t>(4 * machine::cache_size(3), std::size_t{1} << 28, std::size_t{1} << 30);
  row("read memory, " + size_text(memory) + " in all  GB/s",
      [&](int t) { return read_rate(t, memory / static_cast<std::size_t>(t)); });
  row("memcpy 4 MiB, read and write  GB/s", [&](int t) { return copy_rate(t, std::size_t{4} << 20); });
  row("memcpy 256 MiB, read and write  GB/s", [&](int t) { return copy_rate(t, std::size_t{1} << 28); });
  return 0;
}
