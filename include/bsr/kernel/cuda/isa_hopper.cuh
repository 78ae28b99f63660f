// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The instruction layer on sm_90a: what isa.hpp lists at its end, each member one instruction. Included
// everywhere; instantiated only for code of sm_90a (BSR_GPU_SM90A).
#include <cuda.h>

#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/isa_cuda.cuh"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

// Registers as operands of an instruction: d[0] to d[127] are %0 to %127.
// kind: "+f" or "+r".
#define BSR_SUMS_4(kind, d, i) kind(d[i]), kind(d[i + 1]), kind(d[i + 2]), kind(d[i + 3])
#define BSR_SUMS_16(kind, d, i) \
  BSR_SUMS_4(kind, d, i), BSR_SUMS_4(kind, d, i + 4), BSR_SUMS_4(kind, d, i + 8), BSR_SUMS_4(kind, d, i + 12)
#define BSR_SUMS_128(kind, d)                                                                            \
  BSR_SUMS_16(kind, d, 0), BSR_SUMS_16(kind, d, 16), BSR_SUMS_16(kind, d, 32), BSR_SUMS_16(kind, d, 48), \
      BSR_SUMS_16(kind, d, 64), BSR_SUMS_16(kind, d, 80), BSR_SUMS_16(kind, d, 96),                      \
      BSR_SUMS_16(kind, d, 112)
#define BSR_SUMS_TEXT                                                                            \
  "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "                       \
  "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "             \
  "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "             \
  "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "             \
  "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "             \
  "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "             \
  "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, " \
  "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127"
// d = a b + d: the predicate says that d counts, the ones that neither factor is negated.
#define BSR_WGMMA(type, d, a, b, transposed_a, transposed_b)                          \
  asm volatile(                                                                       \
      "{\n.reg .pred counts;\nsetp.eq.u32 counts, 0, 0;\n"                            \
      "wgmma.mma_async.sync.aligned.m64n256k16.f32." type "." type " {" BSR_SUMS_TEXT \
      "}, %128, %129, counts, 1, 1, %130, %131;\n}\n"                                 \
      : BSR_SUMS_128("+f", d)                                                         \
      : "l"(a), "l"(b), "n"(transposed_a), "n"(transposed_b))
// The same with 32 and 16 columns.
#define BSR_WGMMA_32(type, d, a, b, transposed_a, transposed_b)                             \
  asm volatile(                                                                             \
      "{\n.reg .pred counts;\nsetp.eq.u32 counts, 0, 0;\n"                                  \
      "wgmma.mma_async.sync.aligned.m64n32k16.f32." type "." type                           \
      " {%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15}, %16, %17, " \
      "counts, 1, 1, %18, %19;\n}\n"                                                        \
      : BSR_SUMS_16("+f", d, 0)                                                             \
      : "l"(a), "l"(b), "n"(transposed_a), "n"(transposed_b))
#define BSR_WGMMA_16(type, d, a, b, transposed_a, transposed_b)                 \
  asm volatile(                                                                 \
      "{\n.reg .pred counts;\nsetp.eq.u32 counts, 0, 0;\n"                      \
      "wgmma.mma_async.sync.aligned.m64n16k16.f32." type "." type               \
      " {%0, %1, %2, %3, %4, %5, %6, %7}, %8, %9, counts, 1, 1, %10, %11;\n}\n" \
      : BSR_SUMS_4("+f", d, 0), BSR_SUMS_4("+f", d, 4)                          \
      : "l"(a), "l"(b), "n"(transposed_a), "n"(transposed_b))

// Of elements that lie along k in both factors: there is no choice. `more`: ", 1, 1" where factors have
// signs.
#define BSR_WGMMA_ALONG_K(instruction, more, kind, d, a, b)                                              \
  asm volatile(                                                                                          \
      "{\n.reg .pred counts;\nsetp.eq.u32 counts, 0, 0;\n"                                               \
      "wgmma.mma_async.sync.aligned.m64n256" instruction " {" BSR_SUMS_TEXT "}, %128, %129, counts" more \
      ";\n}\n"                                                                                           \
      : BSR_SUMS_128(kind, d)                                                                            \
      : "l"(a), "l"(b))

class hopper_isa : public device_isa {
 public:
  BSR_DEVICE void phase_init(std::uint32_t barrier, std::uint32_t arrivals) const {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals) : "memory");
  }
  BSR_DEVICE void phase_arrive(std::uint32_t barrier) const {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
  }
  BSR_DEVICE void phase_expect(std::uint32_t barrier, std::uint32_t bytes) const {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes)
                 : "memory");
  }
  BSR_DEVICE void phase_wait(std::uint32_t barrier, std::uint32_t parity) const {
    std::uint32_t ended = 0;
    while (ended == 0)
      asm volatile(
          "{\n.reg .pred ended;\n"
          "mbarrier.try_wait.parity.shared::cta.b64 ended, [%1], %2;\n"
          "selp.u32 %0, 1, 0, ended;\n}\n"
          : "=r"(ended)
          : "r"(barrier), "r"(parity)
          : "memory");
  }
  BSR_DEVICE void fence_async() const { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }
  template <int Threads>
  BSR_DEVICE void sync_some() const {
    asm volatile("bar.sync 1, %0;" ::"n"(Threads) : "memory");
  }
  BSR_DEVICE void copy_slab(std::uint32_t to, const CUtensorMap& from, std::uint32_t barrier, int x, int y,
                            int z) const {
    asm volatile(
        "cp.async.bulk.tensor.3d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
        "[%0], [%1, {%3, %4, %5}], [%2];" ::"r"(to),
        "l"(&from), "r"(barrier), "r"(x), "r"(y), "r"(z)
        : "memory");
  }
  BSR_DEVICE void wgmma_fence() const { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
  BSR_DEVICE void wgmma_commit() const { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
  template <int N>
  BSR_DEVICE void wgmma_wait() const {
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(N) : "memory");
  }
  template <bool TransposedA, bool TransposedB>
  BSR_DEVICE void wgmma_bf16(float (&d)[128], std::uint64_t a, std::uint64_t b) const {
    BSR_WGMMA("bf16", d, a, b, int{TransposedA}, int{TransposedB});
  }
  template <bool TransposedA, bool TransposedB>
  BSR_DEVICE void wgmma_f16(float (&d)[128], std::uint64_t a, std::uint64_t b) const {
    BSR_WGMMA("f16", d, a, b, int{TransposedA}, int{TransposedB});
  }
  template <bool TransposedA, bool TransposedB>
  BSR_DEVICE void wgmma_bf16(float (&d)[16], std::uint64_t a, std::uint64_t b) const {
    BSR_WGMMA_32("bf16", d, a, b, int{TransposedA}, int{TransposedB});
  }
  template <bool TransposedA, bool TransposedB>
  BSR_DEVICE void wgmma_f16(float (&d)[16], std::uint64_t a, std::uint64_t b) const {
    BSR_WGMMA_32("f16", d, a, b, int{TransposedA}, int{TransposedB});
  }
  template <bool TransposedA, bool TransposedB>
  BSR_DEVICE void wgmma_bf16(float (&d)[8], std::uint64_t a, std::uint64_t b) const {
    BSR_WGMMA_16("bf16", d, a, b, int{TransposedA}, int{TransposedB});
  }
  template <bool TransposedA, bool TransposedB>
  BSR_DEVICE void wgmma_f16(float (&d)[8], std::uint64_t a, std::uint64_t b) const {
    BSR_WGMMA_16("f16", d, a, b, int{TransposedA}, int{TransposedB});
  }
  BSR_DEVICE void wgmma_tf32(float (&d)[128], std::uint64_t a, std::uint64_t b) const {
    BSR_WGMMA_ALONG_K("k8.f32.tf32.tf32", ", 1, 1", "+f", d, a, b);
  }
  BSR_DEVICE void wgmma_s8(std::int32_t (&d)[128], std::uint64_t a, std::uint64_t b) const {
    BSR_WGMMA_ALONG_K("k32.s32.s8.s8", "", "+r", d, a, b);
  }
  template <int N>
  BSR_DEVICE void give_registers() const {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(N));
  }
  template <int N>
  BSR_DEVICE void take_registers() const {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(N));
  }
};

#undef BSR_WGMMA_16
#undef BSR_WGMMA_32
#undef BSR_WGMMA_ALONG_K
#undef BSR_WGMMA
#undef BSR_SUMS_TEXT
#undef BSR_SUMS_128
#undef BSR_SUMS_16
#undef BSR_SUMS_4

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
