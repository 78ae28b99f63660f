// SPDX-License-Identifier: BSD-3-Clause
// The probes on the device.
#include <cuda_runtime_api.h>

#include "bsr/kernel/cuda/launch.cuh"
#include "bsr/kernel/cuda/slab_map.cuh"
#include "conformance.hpp"
#include "conformance_hopper.hpp"

namespace bsr_conformance {

/// Words of device memory for one run; what is read back was zero before.
class device_words {
 public:
  device_words(const std::uint32_t* in, std::size_t in_count, std::size_t out_count, std::size_t more)
      : in_count_(in_count), out_count_(out_count) {
    const std::size_t bytes = 4 * (in_count + out_count + more);
    error_ = cudaMalloc(&memory_, bytes);
    if (error_ == cudaSuccess) error_ = cudaMemset(memory_, 0, bytes);
    if (error_ == cudaSuccess) error_ = cudaMemcpy(memory_, in, 4 * in_count, cudaMemcpyHostToDevice);
  }
  device_words(const device_words&) = delete;
  ~device_words() { cudaFree(memory_); }
  cudaError_t error() const { return error_; }
  std::uint32_t* in() const { return memory_; }
  std::uint32_t* out() const { return in() + in_count_; }
  std::uint32_t* more() const { return out() + out_count_; }
  int read(std::uint32_t* to) const {
    const int launched = cudaGetLastError();
    const int copied = cudaMemcpy(to, out(), 4 * out_count_, cudaMemcpyDeviceToHost);
    return launched != 0 ? launched : copied;
  }

 private:
  std::size_t in_count_, out_count_;
  std::uint32_t* memory_ = nullptr;
  cudaError_t error_;
};

int run_on_device(int n, const std::uint32_t* in, std::uint32_t* out) {
  const device_words memory(in, words_in * all_threads, words_out * all_threads, all_threads + 1);
  if (memory.error() != cudaSuccess) return memory.error();
  const arguments args{memory.in(), memory.out(), memory.more()};
  int at = 0;
  for_each_probe([&](auto probe) {
    using body = decltype(probe);
    if (at++ == n) bsr::gpu::run_kernel<body, arguments><<<1, all_threads, shared_bytes>>>(args);
  });
  return memory.read(out);
}

bool hopper::on_device() {
  int device = 0, major = 0, minor = 0;
  cudaFuncAttributes code{};
  return cudaGetDevice(&device) == cudaSuccess &&
         cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device) == cudaSuccess &&
         cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device) == cudaSuccess &&
         cudaFuncGetAttributes(&code, bsr::gpu::which_code<>) == cudaSuccess && major == 9 && minor == 0 &&
         code.maxThreadsPerBlock == bsr::gpu::threads_on_sm90a;
}

int hopper::run_on_device(int n, const std::uint32_t* in, std::uint32_t* out) {
  const device_words memory(in, words_in * all_threads, words_out * all_threads, 0);
  if (memory.error() != cudaSuccess) return memory.error();
  using map_arguments = arguments<CUtensorMap>;
  map_arguments args{memory.in(), memory.out(), {}};
  int refused = 0;
  int at = 0;
  for_each_probe([&](auto probe) {
    using body = decltype(probe);
    if (at++ != n) return;
    refused = bsr::gpu::make_slab_map(args.map, body::source(memory.in())).code;
    if (refused == 0)
      bsr::gpu::run_hopper_kernel<body, map_arguments><<<1, all_threads, shared_bytes>>>(args);
  });
  return refused != 0 ? refused : memory.read(out);
}

}  // namespace bsr_conformance
