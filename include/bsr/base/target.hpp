// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What this translation unit is compiled for. The only file that asks the compiler about instruction sets,
// threads, nvcc or exceptions; every other file asks the words defined here.
//
// Storage types live in `bsr::inline v0` and are the same for every translation unit. Everything that loops
// lives in `bsr::inline v0::inline BSR_TARGET`. The name of that namespace spells out everything the compiler
// may act upon by itself, so code compiled with different flags is different code to the linker and never
// replaces its neighbour.

// BSR_HD: host code that kernels may call. BSR_DEVICE: the body of a kernel, which nvcc compiles for the
// device alone and every other compiler for the host. BSR_GPU_UNROLL: to nvcc the loop's indices are names of
// registers; BSR_GPU_LOOP: a loop stays one, and registers stay free.
#if defined(__CUDACC__)
#define BSR_HD __host__ __device__
#define BSR_DEVICE __device__ __forceinline__
#define BSR_GPU_UNROLL _Pragma("unroll")
#define BSR_GPU_LOOP _Pragma("unroll 1")
#else
#define BSR_HD
#define BSR_DEVICE inline
#define BSR_GPU_UNROLL
#define BSR_GPU_LOOP
#endif

// BSR_GPU_SM90A: device code that is being compiled for sm_90a, whose instructions nothing else has.
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
#define BSR_GPU_SM90A 1
#else
#define BSR_GPU_SM90A 0
#endif

#define BSR_INLINE [[gnu::always_inline]] inline
#define BSR_COLD [[gnu::cold, gnu::noinline]]
#define BSR_RESTRICT __restrict__

// ---- exceptions ----------------------------------------------------------------------------------------------------
#if defined(__cpp_exceptions)
#define BSR_HAS_EXCEPTIONS 1
#else
#define BSR_HAS_EXCEPTIONS 0
#endif

// ---- checks in the inner rooms: BSR_ASSERT(condition, "what is wrong") -----------------------------------------------
#if defined(BSR_ENABLE_ASSERT)
#define BSR_HAS_ASSERT 1
#else
#define BSR_HAS_ASSERT 0
#endif

// ---- the SIMD layer ------------------------------------------------------------------------------------------------
// xsimd 12.1 to 14 when it is there; else, under nvcc, or with BSR_NO_XSIMD, packs of one scalar.
#if !defined(__CUDACC__) && !defined(BSR_NO_XSIMD) && defined(__has_include)
#if __has_include(<xsimd/config/xsimd_config.hpp>)
#include <xsimd/config/xsimd_config.hpp>
#if XSIMD_VERSION_MAJOR > 12 || (XSIMD_VERSION_MAJOR == 12 && XSIMD_VERSION_MINOR >= 1)
#define BSR_HAS_XSIMD 1
#define BSR_XSIMD_VERSION XSIMD_VERSION_MAJOR
#endif
#endif
#endif
#if !defined(BSR_HAS_XSIMD)
#define BSR_HAS_XSIMD 0
#define BSR_XSIMD_VERSION 0
#endif

// ---- the word for the instruction set --------------------------------------------------------------------------------
#if defined(__CUDACC__)
#define BSR_ISA scalar
#elif defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512CD__) && defined(__AVX512DQ__) && \
    defined(__AVX512VL__) && defined(__FMA__)
#define BSR_ISA avx512
#define BSR_ISA_AVX512 1
#elif defined(__AVX2__) && defined(__FMA__)
#define BSR_ISA avx2
#define BSR_ISA_AVX2 1
#elif defined(__ARM_FEATURE_SVE)
#define BSR_ISA sve
#elif defined(__ARM_NEON)
#define BSR_ISA neon
#else
#define BSR_ISA baseline
#endif
#if !defined(BSR_ISA_AVX512)
#define BSR_ISA_AVX512 0
#endif
#if !defined(BSR_ISA_AVX2)
#define BSR_ISA_AVX2 0
#endif

// ---- one digit for each feature beyond the word ------------------------------------------------------------------------
#if defined(__SSE3__)
#define BSR_D_SSE3 1
#else
#define BSR_D_SSE3 0
#endif
#if defined(__SSE4_2__)
#define BSR_D_SSE42 1
#else
#define BSR_D_SSE42 0
#endif
#if defined(__AVX__)
#define BSR_D_AVX 1
#else
#define BSR_D_AVX 0
#endif
#if defined(__AVX2__)
#define BSR_D_AVX2 1
#else
#define BSR_D_AVX2 0
#endif
#if defined(__FMA__)
#define BSR_D_FMA 1
#else
#define BSR_D_FMA 0
#endif
#if defined(__F16C__)
#define BSR_D_F16C 1
#else
#define BSR_D_F16C 0
#endif
#if defined(__BMI2__)
#define BSR_D_BMI2 1
#else
#define BSR_D_BMI2 0
#endif
#if defined(__AVX512F__)
#define BSR_D_AVX512F 1
#else
#define BSR_D_AVX512F 0
#endif
#if defined(__AVX512VBMI2__)
#define BSR_D_VBMI2 1
#else
#define BSR_D_VBMI2 0
#endif
#if defined(__AVX512VNNI__)
#define BSR_D_VNNI 1
#else
#define BSR_D_VNNI 0
#endif
#if defined(__AVXVNNI__)
#define BSR_D_AVXVNNI 1
#else
#define BSR_D_AVXVNNI 0
#endif
#if defined(__AVX512BF16__)
#define BSR_D_BF16 1
#else
#define BSR_D_BF16 0
#endif
#if defined(__AVX512FP16__)
#define BSR_D_FP16 1
#else
#define BSR_D_FP16 0
#endif
#if defined(__FAST_MATH__)
#define BSR_D_FAST 1
#else
#define BSR_D_FAST 0
#endif

// ---- threads ---------------------------------------------------------------------------------------------------------
#if defined(_OPENMP)
#define BSR_THREADS omp
#define BSR_HAS_OPENMP 1
#else
#define BSR_THREADS serial
#define BSR_HAS_OPENMP 0
#endif

// ---- the list of GPU architectures -------------------------------------------------------------------------------------
#if defined(__CUDACC__) && defined(__CUDA_ARCH_LIST__)
#define BSR_NARG_(a1, a2, a3, a4, a5, a6, n, ...) n
#define BSR_NARG(...) BSR_NARG_(__VA_ARGS__, 6, 5, 4, 3, 2, 1, 0)
#define BSR_SM1(a) sm##a
#define BSR_SM2(a, b) sm##a##_##b
#define BSR_SM3(a, b, c) sm##a##_##b##_##c
#define BSR_SM4(a, b, c, d) sm##a##_##b##_##c##_##d
#define BSR_SM5(a, b, c, d, e) sm##a##_##b##_##c##_##d##_##e
#define BSR_SM6(a, b, c, d, e, f) sm##a##_##b##_##c##_##d##_##e##_##f
#define BSR_SM_(n, ...) BSR_SM##n(__VA_ARGS__)
#define BSR_SM(n, ...) BSR_SM_(n, __VA_ARGS__)
#define BSR_GPU BSR_SM(BSR_NARG(__CUDA_ARCH_LIST__), __CUDA_ARCH_LIST__)
#else
#define BSR_GPU nogpu
#endif

// ---- the name ----------------------------------------------------------------------------------------------------------
// <isa>_<features>_x<xsimd><assert><exceptions><fast-math>_<threads>_<gpu>
#define BSR_CAT_(i, a, b, c, d, e, f, g, h, j, k, l, m, n, x, as, ex, fm, t, gpu) \
  i##_##a##b##c##d##e##f##g##h##j##k##l##m##n##_x##x##_##as##ex##fm##_##t##_##gpu
#define BSR_CAT(i, a, b, c, d, e, f, g, h, j, k, l, m, n, x, as, ex, fm, t, gpu) \
  BSR_CAT_(i, a, b, c, d, e, f, g, h, j, k, l, m, n, x, as, ex, fm, t, gpu)
#define BSR_TARGET                                                                                          \
  BSR_CAT(BSR_ISA, BSR_D_SSE3, BSR_D_SSE42, BSR_D_AVX, BSR_D_AVX2, BSR_D_FMA, BSR_D_F16C, BSR_D_BMI2,       \
          BSR_D_AVX512F, BSR_D_VBMI2, BSR_D_VNNI, BSR_D_AVXVNNI, BSR_D_BF16, BSR_D_FP16, BSR_XSIMD_VERSION, \
          BSR_HAS_ASSERT, BSR_HAS_EXCEPTIONS, BSR_D_FAST, BSR_THREADS, BSR_GPU)

#define BSR_STRING_(x) #x
#define BSR_STRING(x) BSR_STRING_(x)

namespace bsr::inline v0 {}
namespace bsr::inline v0::inline BSR_TARGET {

/// The name of the target this translation unit is compiled for, to be printed.
inline constexpr const char* target_name = BSR_STRING(BSR_TARGET);

}  // namespace bsr::inline v0::inline BSR_TARGET
