// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>

namespace bench {

/// Seconds since some fixed moment.
inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace bench
