// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The kernels themselves: a body, the device's instructions, and the grid it runs in.
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/isa_cuda.cuh"
#include "bsr/kernel/cuda/kernel/sddmm_mma.hpp"
#include "bsr/kernel/cuda/kernel/sddmm_plain.hpp"
#include "bsr/kernel/cuda/kernel/spmm_mma.hpp"
#include "bsr/kernel/cuda/kernel/spmm_plain.hpp"
#include "bsr/kernel/cuda/kernel/spmm_thin.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Body: a class with `threads`, `resident` (blocks that shall share a multiprocessor) and run(isa, args).
/// nvcc 13 takes a body as a template argument when all arguments of its own are types and numbers.
template <class Body, class Args>
__global__ void __launch_bounds__(Body::threads, Body::resident)
    run_kernel(const __grid_constant__ Args args) {
  device_isa isa;
  Body::run(isa, args);
}

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
