// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The kernels, and the functions by which the rest of a program reaches them. One file of a program includes
// this and is compiled by nvcc; bsr_add_cuda_kernels(target) of bsr's CMake package makes such a file.
#include <cuda.h>
#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/dispatch.hpp"
#include "bsr/kernel/cuda/launch.cuh"
#include "bsr/kernel/cuda/runtime.hpp"
#include "bsr/kernel/cuda/slab_map.cuh"
#include "bsr/kernel/cuda/status.cuh"

/// The element types that there are kernels for: bit n stands for the number n of gpu_runtime::element.
/// bsr_add_cuda_kernels(target TYPES ...) defines it.
#if !defined(BSR_CUDA_TYPES)
#define BSR_CUDA_TYPES 0x1f
#endif

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Starts kernels: of a plan's shape, or of one warp for each item, as many blocks as the device holds at a
/// time and no more. Neither allocates nor waits, so a stream that is being captured in a graph takes them.
struct device_launch {
  cudaStream_t stream;

  template <class T>
  static constexpr bool has_type = ((BSR_CUDA_TYPES) >> static_cast<int>(element_of<T>::value) & 1) != 0;
  template <class T, class Result, int Rows, along OrderA, along OrderB>
  static constexpr bool has_mma = true;
  template <class T, class Result, int Rows, along OrderA, along OrderB>
  static constexpr bool has_wgmma = true;
  template <class T, class Result, int Rows, along OrderX, along OrderY>
  static constexpr bool has_sample_mma = true;

  template <class Body, class Args>
  gpu_runtime::status mma(const Args& args, int workers, int shared_bytes) const {
    return start<Body>(run_kernel<Body, Args>, args, workers, shared_bytes);
  }
  template <class Body, class Args>
  gpu_runtime::status wgmma(const Args& args, int workers, int shared_bytes) const {
    return start<Body>(run_hopper_kernel<Body, Args>, args, workers, shared_bytes);
  }

  using slab_map = CUtensorMap;
  static gpu_runtime::status make_slab_map(slab_map& map, const slab_source& s) {
    return gpu::make_slab_map(map, s);
  }

  template <class Body, class Args>
  gpu_runtime::status sample(const Args& args, std::int64_t tiles) const {
    int blocks = 0;
    const gpu_runtime::status s = grid_for(tiles, Body::resident, blocks);
    return s.code != 0 ? s : mma<Body>(args, blocks, Body::shared_bytes);
  }

  template <class Body, class Args>
  gpu_runtime::status plain(const Args& args, std::int64_t warps) const {
    constexpr std::int64_t warps_of_block = Body::threads / warp_size;
    int blocks = 0;
    const gpu_runtime::status s =
        grid_for((warps + warps_of_block - 1) / warps_of_block, Body::resident, blocks);
    if (s.code != 0) return s;
    run_kernel<Body, Args>
        <<<static_cast<unsigned>(blocks), static_cast<unsigned>(Body::threads), Body::shared_bytes, stream>>>(
            args);
    return status_of(cudaGetLastError(), "a kernel");
  }

  template <class Body, class Args>
  gpu_runtime::status start(void (*kernel)(const Args), const Args& args, int workers,
                            int shared_bytes) const {
    if (const cudaError_t e =
            cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, shared_bytes))
      return status_of(e, "cudaFuncSetAttribute");
    kernel<<<static_cast<unsigned>(workers), static_cast<unsigned>(Body::threads),
             static_cast<std::size_t>(shared_bytes), stream>>>(args);
    return status_of(cudaGetLastError(), "a kernel");
  }

  /// Up to `wanted` blocks of threads, no more than the device holds at a time.
  static gpu_runtime::status grid_for(std::int64_t wanted, int resident, int& blocks) {
    int device = 0;
    int processors = 0;
    if (const cudaError_t e = cudaGetDevice(&device)) return status_of(e, "cudaGetDevice");
    if (const cudaError_t e = cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device))
      return status_of(e, "cudaDeviceGetAttribute");
    const std::int64_t held = static_cast<std::int64_t>(processors) * resident;
    blocks = static_cast<int>(wanted < held ? wanted : held);
    return {};
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu

namespace bsr::inline v0::gpu_runtime {

[[gnu::used]] inline status count_devices(int* count) {
  return gpu::status_of(cudaGetDeviceCount(count), "cudaGetDeviceCount");
}
[[gnu::used]] inline status allocate(void** memory, std::size_t bytes, CUstream_st* stream) {
  return gpu::status_of(cudaMallocAsync(memory, bytes, stream), "cudaMallocAsync");
}
[[gnu::used]] inline status release(void* memory, CUstream_st* stream) {
  return gpu::status_of(cudaFreeAsync(memory, stream), "cudaFreeAsync");
}
[[gnu::used]] inline status copy(void* to, const void* from, std::size_t bytes, direction way,
                                 CUstream_st* stream) {
  const cudaMemcpyKind kind = way == direction::to_device ? cudaMemcpyHostToDevice
                              : way == direction::to_host ? cudaMemcpyDeviceToHost
                                                          : cudaMemcpyDeviceToDevice;
  const status s = gpu::status_of(cudaMemcpyAsync(to, from, bytes, kind, stream), "cudaMemcpyAsync");
  if (s.code != 0 || way == direction::on_device) return s;
  return gpu::status_of(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
}
[[gnu::used]] inline status clear(void* memory, std::size_t bytes, CUstream_st* stream) {
  return gpu::status_of(cudaMemsetAsync(memory, 0, bytes, stream), "cudaMemsetAsync");
}
[[gnu::used]] inline status synchronize(CUstream_st* stream) {
  return gpu::status_of(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
}
[[gnu::used]] inline status limits(device_limits* found) {
  int device = 0, major = 0, minor = 0;
  if (const cudaError_t e = cudaGetDevice(&device)) return gpu::status_of(e, "cudaGetDevice");
  const struct {
    int* value;
    cudaDeviceAttr what;
  } questions[] = {{&found->processors, cudaDevAttrMultiProcessorCount},
                   {&found->shared_bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin},
                   {&major, cudaDevAttrComputeCapabilityMajor},
                   {&minor, cudaDevAttrComputeCapabilityMinor}};
  for (const auto& each : questions)
    if (const cudaError_t e = cudaDeviceGetAttribute(each.value, each.what, device))
      return gpu::status_of(e, "cudaDeviceGetAttribute");
  cudaFuncAttributes code{};
  if (const cudaError_t e = cudaFuncGetAttributes(&code, gpu::which_code<>))
    return gpu::status_of(e, "cudaFuncGetAttributes");
  found->wgmma = major == 9 && minor == 0 && code.maxThreadsPerBlock == gpu::threads_on_sm90a;
  return {};
}
[[gnu::used]] inline status spmm(const spmm_call& call, CUstream_st* stream) {
  return gpu::dispatch_spmm(call, gpu::device_launch{stream});
}
[[gnu::used]] inline status sddmm(const sddmm_call& call, CUstream_st* stream) {
  return gpu::dispatch_sddmm(call, gpu::device_launch{stream});
}

}  // namespace bsr::inline v0::gpu_runtime
