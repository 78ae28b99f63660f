// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What CUDA's runtime answers, as gpu_runtime says it.
#include <cuda_runtime_api.h>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/runtime.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

inline gpu_runtime::status status_of(cudaError_t code, const char* call) {
  if (code == cudaSuccess) return {};
  return {static_cast<int>(code), call, cudaGetErrorString(code)};
}

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
