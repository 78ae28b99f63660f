// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What this machine can do at best, measured: the denominators of every table.
namespace bench::machine {

/// One way to multiply and add. `run` does `rounds` times 12 independent vector operations; a vector
/// operation is a fused multiply-add, or a multiplication and an addition where there is no fused one.
struct arithmetic {
  std::string name;                     // "zmm", "ymm", "xmm"
  double flops_f32 = 0, flops_f64 = 0;  // of one round
  void (*run_f32)(std::int64_t rounds) = nullptr;
  void (*run_f64)(std::int64_t rounds) = nullptr;
};

/// Those that this CPU has, the widest first; asked at run time, whatever the compiler's flags were.
const std::vector<arithmetic>& arithmetics();

/// GF/s of all threads together over about `seconds`, each thread at the same work. `single`: f32, else f64.
double flops(const arithmetic& a, bool single, int threads, double seconds);

/// The same for the quickest of `arithmetics()`, found once for each type and number of threads.
double peak_flops(bool single, int threads, double seconds);

/// The same for vectors of 32 bytes; 0 where there are none.
double half_width_flops(bool single, int threads, double seconds);

/// The same for sums of products of bytes, or of bf16 (in f32 where there is no instruction for them); 0
/// where there is no instruction for bytes.
double dot_flops(bool bytes, int threads, double seconds);

/// Seconds that the threads together need to read all of `bytes` at `data`, in equal parts, `repeats` times.
double read_seconds(const void* data, std::size_t bytes, int threads, int repeats);

/// Bytes of the data cache of level 1 to 3 that one core sees; 0 if the system does not say.
std::size_t cache_size(int level);

/// The CPU's name, and the extensions that matter here.
std::string cpu_name();
std::string cpu_features();

}  // namespace bench::machine
