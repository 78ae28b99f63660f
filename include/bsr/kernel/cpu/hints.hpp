// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What compilers are told about loops and registers. No instruction comes of it.

// Loops over registers: unrolled whatever the optimisation level, so that arrays of packs live in registers.
#if defined(__clang__)
#define BSR_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__CUDACC__)
#define BSR_UNROLL
#else
#define BSR_UNROLL _Pragma("GCC unroll 64")
#endif

// Loads and stores are not moved across it by the compiler; no instruction.
#if defined(__CUDACC__)
#define BSR_ORDER_MEMORY() void()
#else
#define BSR_ORDER_MEMORY() asm volatile("" ::: "memory")
#endif

// What the compiler knows about an integer or a pointer in a register it forgets; no instruction. Keeps it
// from turning base + stride into a pointer of its own for every such sum in a loop.
#if defined(__CUDACC__)
#define BSR_FORGET(value) void()
#else
#define BSR_FORGET(value) asm("" : "+r"(value))
#endif
