// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The kernels themselves: a body, the device's instructions, and the grid it runs in.
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/isa_cuda.cuh"
#include "bsr/kernel/cuda/isa_hopper.cuh"
#include "bsr/kernel/cuda/kernel/sddmm_mma.hpp"
#include "bsr/kernel/cuda/kernel/sddmm_plain.hpp"
#include "bsr/kernel/cuda/kernel/spmm_mma.hpp"
#include "bsr/kernel/cuda/kernel/spmm_plain.hpp"
#include "bsr/kernel/cuda/kernel/spmm_thin.hpp"
#include "bsr/kernel/cuda/kernel/spmm_wgmma.hpp"
#include "bsr/kernel/cuda/kernel/spmm_wgmma_narrow.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Body: a class with `threads`, `resident` (blocks that shall share a multiprocessor) and run(isa, args).
/// nvcc 13 takes a body as a template argument when all arguments of its own are types and numbers.
template <class Body, class Args>
__global__ void __launch_bounds__(Body::threads, Body::resident)
    run_kernel(const __grid_constant__ Args args) {
  device_isa isa;
  Body::run(isa, args);
}

/// The same with the instructions of sm_90a. Code for anything else has an empty kernel in its place.
template <class Body, class Args>
__global__ void __launch_bounds__(Body::threads, Body::resident)
    run_hopper_kernel(const __grid_constant__ Args args) {
#if BSR_GPU_SM90A
  hopper_isa isa;
  Body::run(isa, args);
#endif
}

/// By its largest number of threads it says which of the two the program has for the device at hand.
inline constexpr int threads_on_sm90a = 64;
template <class = void>
__global__ void __launch_bounds__(BSR_GPU_SM90A ? threads_on_sm90a : 32) which_code() {}

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
