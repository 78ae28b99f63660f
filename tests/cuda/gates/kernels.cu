// SPDX-License-Identifier: BSD-3-Clause
// One kernel of every kind, to be compiled and looked at; gates.py says what each must be like.
#include <cstdint>

#include "bsr/kernel/cuda/flat_epilogue.hpp"
#include "bsr/kernel/cuda/launch.cuh"
#include "bsr/kernel/epilogue.hpp"

using namespace bsr::gpu;

#if !defined(SHARED_KIB)
#define SHARED_KIB 163
#endif

template <class T, class Result, class Epilogue>
using mma_args = spmm_args<T, typename mma_type<T>::accumulator, Result, Epilogue>;
template <class T, class Result, class Epilogue>
using slab_args = spmm_slab_args<T, Result, Epilogue, CUtensorMap>;
template <class T, class Accumulator, class Result>
using plain_args = spmm_plain_args<T, Accumulator, Result, std::int32_t, bsr::no_epilogue>;

#define MMA(T, Result, rows, depth, order, bytes, epilogue)                                         \
  template __global__ void                                                                          \
  bsr::gpu::run_kernel<spmm_mma<T, selected_tile<T, rows, depth, SHARED_KIB>, along::order, bytes>, \
                       mma_args<T, Result, epilogue>>(                                              \
      const __grid_constant__ mma_args<T, Result, epilogue>);
#define TRANSPOSED(T, Result, rows, depth, order)                                                          \
  template __global__ void                                                                                 \
  bsr::gpu::run_kernel<spmm_mma<T, selected_tile<T, rows, depth, SHARED_KIB>, along::order, 16, along::m>, \
                       mma_args<T, Result, flat_epilogue>>(                                                \
      const __grid_constant__ mma_args<T, Result, flat_epilogue>);
#define WGMMA(T, Result, rows, order_a, order_b, epilogue)                                                  \
  template __global__ void bsr::gpu::run_hopper_kernel<spmm_wgmma<T, rows, along::order_b, along::order_a>, \
                                                       slab_args<T, Result, epilogue>>(                     \
      const __grid_constant__ slab_args<T, Result, epilogue>);
#define NARROW(T, Result, rows, order_a, order_b, epilogue)                                        \
  template __global__ void bsr::gpu::run_hopper_kernel<                                            \
      spmm_wgmma_narrow<T, rows, along::order_b, along::order_a>, slab_args<T, Result, epilogue>>( \
      const __grid_constant__ slab_args<T, Result, epilogue>);
#define PLAIN(T, Accumulator, Result)                                                   \
  template __global__ void                                                              \
  bsr::gpu::run_kernel<spmm_plain<T, Accumulator>, plain_args<T, Accumulator, Result>>( \
      const __grid_constant__ plain_args<T, Accumulator, Result>);

#define THIN(T, Accumulator, Result)                                                   \
  template __global__ void                                                             \
  bsr::gpu::run_kernel<spmm_thin<T, Accumulator>, plain_args<T, Accumulator, Result>>( \
      const __grid_constant__ plain_args<T, Accumulator, Result>);
template <class T, class Accumulator, class Result>
using sample_args = sddmm_args<T, Accumulator, Result>;
#define SAMPLE(T, Accumulator, Result)                                                    \
  template __global__ void                                                                \
  bsr::gpu::run_kernel<sddmm_plain<T, Accumulator>, sample_args<T, Accumulator, Result>>( \
      const __grid_constant__ sample_args<T, Accumulator, Result>);

#define SAMPLE_MMA(T, Result, rows, order_x, order_y)                                               \
  template __global__ void                                                                          \
  bsr::gpu::run_kernel<sddmm_mma<T, selected_sample_tile<T, rows>, along::order_x, along::order_y>, \
                       sample_args<T, typename mma_type<T>::accumulator, Result>>(                  \
      const __grid_constant__ sample_args<T, typename mma_type<T>::accumulator, Result>);

using bsr::bfloat16;
using bsr::float16;
using bsr::no_epilogue;
using bsr::relu_function;
using bsr::gpu::flat_epilogue;
using std::int8_t;

MMA(bfloat16, bfloat16, 16, 16, n, 16, no_epilogue)
MMA(bfloat16, bfloat16, 32, 32, n, 16, no_epilogue)
MMA(bfloat16, bfloat16, 64, 64, n, 16, relu_function)
MMA(bfloat16, bfloat16, 128, 64, n, 16, no_epilogue)
MMA(bfloat16, float, 16, 64, k, 16, no_epilogue)
MMA(bfloat16, float, 64, 64, n, 16, flat_epilogue)
MMA(bfloat16, float, 32, 16, n, 2, no_epilogue)
MMA(float16, float16, 32, 32, k, 16, no_epilogue)
MMA(float16, float16, 64, 64, k, 16, no_epilogue)
MMA(float, float, 16, 16, n, 16, no_epilogue)
MMA(float, float, 64, 32, k, 16, no_epilogue)
MMA(int8_t, std::int32_t, 32, 32, n, 16, no_epilogue)
MMA(int8_t, std::int32_t, 64, 64, k, 16, no_epilogue)
MMA(double, double, 16, 16, n, 16, no_epilogue)
MMA(double, double, 64, 16, k, 16, no_epilogue)
MMA(double, double, 128, 16, n, 16, no_epilogue)
MMA(double, double, 16, 4, n, 16, flat_epilogue)
PLAIN(float, float, float)
PLAIN(double, double, double)
PLAIN(bfloat16, float, bfloat16)
PLAIN(int8_t, std::int32_t, std::int32_t)
THIN(float, float, float)
THIN(double, double, double)
SAMPLE(float, float, float)
SAMPLE(double, double, double)
SAMPLE(bfloat16, float, bfloat16)
TRANSPOSED(bfloat16, bfloat16, 16, 16, n)
TRANSPOSED(bfloat16, float, 32, 32, k)
TRANSPOSED(bfloat16, float, 64, 64, n)
TRANSPOSED(bfloat16, float, 128, 64, n)
TRANSPOSED(float, float, 16, 8, n)
TRANSPOSED(float, float, 64, 32, k)
TRANSPOSED(double, double, 16, 4, n)
TRANSPOSED(double, double, 128, 16, n)
WGMMA(bfloat16, bfloat16, 64, k, n, flat_epilogue)
WGMMA(bfloat16, bfloat16, 128, k, n, no_epilogue)
WGMMA(bfloat16, float, 128, k, k, flat_epilogue)
WGMMA(bfloat16, float, 64, m, n, relu_function)
WGMMA(bfloat16, float, 128, m, k, flat_epilogue)
WGMMA(float16, float16, 128, k, n, flat_epilogue)
WGMMA(float16, float, 64, m, k, flat_epilogue)
WGMMA(float, float, 64, k, k, flat_epilogue)
WGMMA(float, float, 128, k, k, no_epilogue)
WGMMA(int8_t, std::int32_t, 64, k, k, flat_epilogue)
WGMMA(int8_t, std::int32_t, 128, k, k, no_epilogue)
NARROW(bfloat16, bfloat16, 32, k, n, flat_epilogue)
NARROW(bfloat16, float, 32, k, k, no_epilogue)
NARROW(bfloat16, float, 32, m, n, relu_function)
NARROW(float16, float, 32, m, k, flat_epilogue)
NARROW(bfloat16, float, 16, k, n, relu_function)
NARROW(bfloat16, bfloat16, 16, k, k, flat_epilogue)
NARROW(bfloat16, float, 16, m, n, flat_epilogue)
NARROW(float16, float, 16, m, k, no_epilogue)
SAMPLE_MMA(bfloat16, bfloat16, 16, k, k)
SAMPLE_MMA(bfloat16, float, 64, m, n)
SAMPLE_MMA(bfloat16, float, 128, k, n)
SAMPLE_MMA(float16, float, 32, m, n)
SAMPLE_MMA(float, float, 64, m, n)
SAMPLE_MMA(int8_t, std::int32_t, 64, k, n)
SAMPLE_MMA(double, double, 64, m, n)
