// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What tests see of the emulated device behind bsr/cuda.hpp.
#include <cstddef>
#include <map>
#include <string>

#include "bsr/kernel/cuda/runtime.hpp"

namespace bsr_test {

struct emulated_device {
  /// What has been allocated and not released, in bytes.
  std::map<const void*, std::size_t> memory;
  std::map<std::string, int> calls;
  /// This call fails.
  std::string failing;
  int shared_bytes = 163 << 10;
  bool wgmma = false;
  /// Of the last product.
  const CUstream_st* stream = nullptr;

  bool holds(const void* at, std::size_t bytes) const {
    const auto* const p = static_cast<const unsigned char*>(at);
    for (const auto& [begin, size] : memory) {
      const auto* const b = static_cast<const unsigned char*>(begin);
      if (p >= b && p + bytes <= b + size) return true;
    }
    return false;
  }
  static emulated_device& get();
};

}  // namespace bsr_test
