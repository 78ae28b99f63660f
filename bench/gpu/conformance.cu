// SPDX-License-Identifier: BSD-3-Clause
// The probes on the device.
#include <cuda_runtime_api.h>

#include "bsr/kernel/cuda/launch.cuh"
#include "conformance.hpp"

namespace bsr_conformance {

int run_on_device(int n, const std::uint32_t* in, std::uint32_t* out) {
  constexpr std::size_t in_bytes = 4 * words_in * all_threads;
  constexpr std::size_t out_bytes = 4 * words_out * all_threads;
  constexpr std::size_t more_bytes = 4 * (all_threads + 1);
  unsigned char* memory = nullptr;
  if (const int e = cudaMalloc(&memory, in_bytes + out_bytes + more_bytes)) return e;
  cudaMemset(memory, 0, in_bytes + out_bytes + more_bytes);
  cudaMemcpy(memory, in, in_bytes, cudaMemcpyHostToDevice);
  const arguments args{reinterpret_cast<const std::uint32_t*>(memory),
                       reinterpret_cast<std::uint32_t*>(memory + in_bytes),
                       reinterpret_cast<std::uint32_t*>(memory + in_bytes + out_bytes)};
  int at = 0;
  for_each_probe([&](auto probe) {
    using body = decltype(probe);
    if (at++ == n) bsr::gpu::run_kernel<body, arguments><<<1, all_threads, shared_bytes>>>(args);
  });
  const int launched = cudaGetLastError();
  const int copied = cudaMemcpy(out, memory + in_bytes, out_bytes, cudaMemcpyDeviceToHost);
  cudaFree(memory);
  return launched != 0 ? launched : copied;
}

}  // namespace bsr_conformance
