// SPDX-License-Identifier: BSD-3-Clause
#include "harness/environment.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace bench {

void restart_with_environment(int threads, char** argv) {
  if (std::getenv("BSR_BENCH_RESTARTED") != nullptr) return;
  ::setenv("BSR_BENCH_RESTARTED", "1", 1);
  ::setenv("OMP_NUM_THREADS", std::to_string(threads).c_str(), 0);
  ::setenv("OMP_PROC_BIND", "true", 0);
  ::setenv("OMP_PLACES", "cores", 0);
  ::setenv("OMP_DYNAMIC", "false", 0);
  // Memory that was freed stays with the process, ours and scipy's: what the system asks for a page of zeros
  // is no library's merit or fault.
  ::setenv("MALLOC_MMAP_THRESHOLD_", "4294967296", 0);
  ::setenv("MALLOC_TRIM_THRESHOLD_", "17179869184", 0);
  ::setenv("MKL_THREADING_LAYER", "GNU", 0);
  ::setenv("MKL_INTERFACE_LAYER", "LP64", 0);
  ::setenv("MKL_DYNAMIC", "false", 0);
#if defined(__x86_64__)
  // OpenBLAS knows CPUs by their model numbers and takes its oldest code for a number it has not heard of.
  if (__builtin_cpu_supports("avx512f"))
    ::setenv("OPENBLAS_CORETYPE", "SkylakeX", 0);
  else if (__builtin_cpu_supports("avx2"))
    ::setenv("OPENBLAS_CORETYPE", "Haswell", 0);
  if (__builtin_cpu_is("amd") && __builtin_cpu_supports("avx512f")) {
    if (const std::string shim = BSR_BENCH_MODULES "/libmkl_shim.so"; std::filesystem::exists(shim))
      ::setenv("LD_PRELOAD", shim.c_str(), 0);
  }
#endif
  ::execv("/proc/self/exe", argv);
  std::perror("bench: the program cannot start itself again");
  std::exit(1);
}

}  // namespace bench
