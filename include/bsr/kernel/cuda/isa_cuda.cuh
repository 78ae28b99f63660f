// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The instruction layer on the device: each member of isa.hpp is one instruction or a built-in variable.
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "bsr/base/half.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/fragment.hpp"
#include "bsr/kernel/cuda/isa.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

namespace detail {
/// Integers and quads as the types that __ldg knows.
template <int Bytes>
struct device_word;
template <>
struct device_word<1> {
  using type = unsigned char;
};
template <>
struct device_word<2> {
  using type = unsigned short;
};
template <>
struct device_word<4> {
  using type = unsigned int;
};
template <>
struct device_word<8> {
  using type = unsigned long long;
};
template <>
struct device_word<16> {
  using type = uint4;
};
}  // namespace detail

class device_isa {
 public:
  BSR_DEVICE int thread() const { return static_cast<int>(threadIdx.x); }
  BSR_DEVICE int lane() const { return static_cast<int>(threadIdx.x) % warp_size; }
  /// From lane 0, so that the compiler knows that it is the same for all lanes.
  BSR_DEVICE int warp() const {
    return __shfl_sync(0xffffffffu, static_cast<int>(threadIdx.x) / warp_size, 0);
  }
  BSR_DEVICE int block() const { return static_cast<int>(blockIdx.x); }
  BSR_DEVICE int blocks() const { return static_cast<int>(gridDim.x); }
  BSR_DEVICE std::uint32_t shared() const {
    extern __shared__ __align__(1024) unsigned char bsr_shared_memory[];
    return static_cast<std::uint32_t>(__cvta_generic_to_shared(bsr_shared_memory));
  }

  BSR_DEVICE void sync() const { __syncthreads(); }
  BSR_DEVICE void sync_warp() const { __syncwarp(); }
  template <class W>
  BSR_DEVICE W shuffle(W value, int lane) const {
    return __shfl_sync(0xffffffffu, value, lane);
  }
  BSR_DEVICE std::uint32_t ballot(bool mine) const { return __ballot_sync(0xffffffffu, mine); }

  template <int Bytes>
  BSR_DEVICE void copy_async(std::uint32_t to, const void* from, int valid) const {
    const auto address = __cvta_generic_to_global(from);
    if constexpr (Bytes == 16)
      asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(address), "r"(valid)
                   : "memory");
    else
      asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" ::"r"(to), "l"(address), "n"(Bytes),
                   "r"(valid)
                   : "memory");
  }
  BSR_DEVICE void commit() const { asm volatile("cp.async.commit_group;" ::: "memory"); }
  template <int N>
  BSR_DEVICE void wait() const {
    asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
  }
  template <class W>
  BSR_DEVICE W load_shared(std::uint32_t at) const {
    static_assert(sizeof(W) == 4 || sizeof(W) == 8 || sizeof(W) == 16);
    if constexpr (sizeof(W) == 4) {
      std::uint32_t x;
      asm volatile("ld.shared.b32 %0, [%1];" : "=r"(x) : "r"(at) : "memory");
      return __builtin_bit_cast(W, x);
    } else if constexpr (sizeof(W) == 8) {
      std::uint64_t x;
      asm volatile("ld.shared.b64 %0, [%1];" : "=l"(x) : "r"(at) : "memory");
      return __builtin_bit_cast(W, x);
    } else {
      quad q;
      asm volatile("ld.shared.v4.b32 {%0, %1, %2, %3}, [%4];"
                   : "=r"(q.word[0]), "=r"(q.word[1]), "=r"(q.word[2]), "=r"(q.word[3])
                   : "r"(at)
                   : "memory");
      return __builtin_bit_cast(W, q);
    }
  }
  template <class W>
  BSR_DEVICE void store_shared(std::uint32_t at, W value) const {
    static_assert(sizeof(W) == 4 || sizeof(W) == 8 || sizeof(W) == 16);
    if constexpr (sizeof(W) == 4) {
      asm volatile("st.shared.b32 [%0], %1;" ::"r"(at), "r"(__builtin_bit_cast(std::uint32_t, value))
                   : "memory");
    } else if constexpr (sizeof(W) == 8) {
      asm volatile("st.shared.b64 [%0], %1;" ::"r"(at), "l"(__builtin_bit_cast(std::uint64_t, value))
                   : "memory");
    } else {
      const quad q = __builtin_bit_cast(quad, value);
      asm volatile("st.shared.v4.b32 [%0], {%1, %2, %3, %4};" ::"r"(at), "r"(q.word[0]), "r"(q.word[1]),
                   "r"(q.word[2]), "r"(q.word[3])
                   : "memory");
    }
  }
  BSR_DEVICE void load_matrix(std::uint32_t (&r)[4], std::uint32_t row) const {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(row)
                 : "memory");
  }
  BSR_DEVICE void load_matrix_transposed(std::uint32_t (&r)[4], std::uint32_t row) const {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(row)
                 : "memory");
  }

  BSR_DEVICE void multiply_bf16(float (&d)[4], const std::uint32_t (&a)[4],
                                const std::uint32_t (&b)[2]) const {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  }
  BSR_DEVICE void multiply_f16(float (&d)[4], const std::uint32_t (&a)[4],
                               const std::uint32_t (&b)[2]) const {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  }
  BSR_DEVICE void multiply_tf32(float (&d)[4], const std::uint32_t (&a)[4],
                                const std::uint32_t (&b)[2]) const {
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  }
  BSR_DEVICE void multiply_s8(std::int32_t (&d)[4], const std::uint32_t (&a)[4],
                              const std::uint32_t (&b)[2]) const {
    asm volatile(
        "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  }
  BSR_DEVICE void multiply_f64(double (&d)[2], double a, double b) const {
    asm volatile("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0, %1}, {%2}, {%3}, {%0, %1};"
                 : "+d"(d[0]), "+d"(d[1])
                 : "d"(a), "d"(b));
  }
  BSR_DEVICE std::uint32_t to_tf32(std::uint32_t x) const {
    std::uint32_t y;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(y) : "f"(__uint_as_float(x)));
    return y;
  }
  BSR_DEVICE std::uint32_t select_bytes(std::uint32_t x, std::uint32_t y, std::uint32_t selector) const {
    return __byte_perm(x, y, selector);
  }

  template <class T>
  BSR_DEVICE T load(const T* from) const {
    using word = typename detail::device_word<sizeof(T)>::type;
    const word w = __ldg(reinterpret_cast<const word*>(from));
    T value;
    memcpy(&value, &w, sizeof(T));
    return value;
  }
  template <class T>
  BSR_DEVICE T load_written(const T* from) const {
    return __ldcg(from);
  }
  template <class T>
  BSR_DEVICE T load_own(const T* from) const {
    return *from;
  }
  template <class T>
  BSR_DEVICE void store(T* to, T value) const {
    *to = value;
  }
  BSR_DEVICE std::uint32_t exchange_count(std::uint32_t* counter, std::uint32_t add) const {
    std::uint32_t before;
    asm volatile("atom.acq_rel.gpu.global.add.u32 %0, [%1], %2;"
                 : "=r"(before)
                 : "l"(__cvta_generic_to_global(counter)), "r"(add)
                 : "memory");
    return before;
  }
  template <class Accumulator, class T>
  BSR_DEVICE Accumulator widened(T value) const {
    if constexpr (std::is_same_v<T, float16>) {
      float x;
      asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(__builtin_bit_cast(std::uint16_t, value)));
      return static_cast<Accumulator>(x);
    } else if constexpr (std::is_same_v<T, bfloat16>) {
      std::uint32_t bits = __builtin_bit_cast(std::uint16_t, value);  // as a constant it breaks nvcc 13.0
      return static_cast<Accumulator>(__uint_as_float(bits << 16));
    } else {
      return static_cast<Accumulator>(value);
    }
  }
  template <class T, class Accumulator>
  BSR_DEVICE T result(Accumulator value) const {
    if constexpr (std::is_same_v<T, float16>) {
      std::uint16_t bits;
      asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
      return __builtin_bit_cast(T, bits);
    } else if constexpr (std::is_same_v<T, bfloat16>) {
      std::uint16_t bits;
      asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(value));
      return __builtin_bit_cast(T, bits);
    } else {
      return static_cast<T>(value);
    }
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
