// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>
#include <ctime>

namespace bench {

/// Whether now() counts what this thread has worked instead of the time that has passed: where others use the
/// machine as well, they then disturb less.
inline bool count_cpu_time = false;

/// Seconds since some fixed moment.
inline double now() {
  if (count_cpu_time) {
    std::timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace bench
