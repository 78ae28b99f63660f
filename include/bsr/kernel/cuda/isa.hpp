// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The instruction layer: everything that a kernel body asks of the machine.
//
// Kernel bodies are templates over an `Isa`, one object for each thread. On the device it is made of single
// instructions; the tests run the same bodies on the host, where every thread is a fiber and every member
// checks what it is given. A body therefore touches shared and global memory through these members only;
// epilogues may read their operands themselves.
//
//   int thread(), lane(), warp()         in the block (CTA)
//   int block(), blocks()                in the grid
//   uint32 shared()                      where the block's shared memory begins; addresses there are numbers
//
//   void sync()                          barrier of the block
//   void sync_warp()                     barrier of the warp
//   W shuffle(W value, int lane)         the value of another lane; all lanes together
//   uint32 ballot(bool)                  one bit for each lane; all lanes together
//
//   void copy_async<Bytes>(uint32 to, const void* from, int valid)
//                                        cp.async of 4, 8 or 16 bytes, both addresses aligned to it; what
//                                        lies beyond the first `valid` bytes is not read and becomes 0
//   void commit()                        the copies of this thread since the last commit are a group
//   void wait<N>()                       until at most N groups of this thread are under way
//   W load_shared<W>(uint32 at), void store_shared(uint32 at, W)    words of 4, 8 or 16 bytes
//   void load_matrix(uint32 (&r)[4], uint32 row), load_matrix_transposed(...)
//                                        ldmatrix.x4: lane 8 m + i names row i of matrix m
//
//   void multiply_bf16(float (&d)[4], const uint32 (&a)[4], const uint32 (&b)[2])     d += a b, fragment.hpp
//   void multiply_f16(...), multiply_tf32(...)     the same registers
//   void multiply_s8(int32 (&d)[4], const uint32 (&a)[4], const uint32 (&b)[2])
//   void multiply_f64(double (&d)[2], double a, double b)                             m8n8k4
//   uint32 to_tf32(uint32)               a float rounded to the 19 bits that multiply_tf32 reads
//   uint32 select_bytes(uint32 x, uint32 y, uint32 selector)          prmt: byte i of the result is byte
//                                        (selector >> 4 i & 7) of y:x
//
//   T load(const T*)                     of memory that no thread of this grid writes
//   T load_written(const T*)             of memory that other blocks may have written
//   T load_own(const T*)                 of memory that nobody but this thread will write
//   void store(T*, T)
//   uint32 exchange_count(uint32* counter, uint32 add)   fetch-and-add that releases what the block wrote
//                                        before its last barrier and acquires what others released
//   A widened<A>(T)                      an element as an accumulator
//   T result<T>(accumulator)             as an element of C: to the nearest float16 or bfloat16, else
//   converted
//
// Of sm_90a, whose kernels ask for more:
//
//   void phase_init(uint32 barrier, uint32 arrivals)     mbarrier, eight bytes of shared memory: a phase ends
//                                        when so many have arrived and all expected bytes have come
//   void phase_arrive(uint32 barrier)    releases what this thread did, and what it knows that others did
//   void phase_expect(uint32 barrier, uint32 bytes)      the same; the phase waits for bytes of copies too
//   void phase_wait(uint32 barrier, uint32 parity)       until a phase of that parity has ended; the first
//                                        one has parity 0. Acquires what was released to it
//   void fence_async()                   what this thread wrote to shared memory, barriers too, is there for
//                                        copies by the engine and for wgmma
//   void copy_slab(uint32 to, const Map&, uint32 barrier, int x, int y, int z)     cp.async.bulk.tensor of
//                                        the slab that begins at (x, y, z) of a slab_source; what lies
//                                        outside becomes 0, and counts all the same for the barrier; floats
//                                        are rounded to the nearest tf32
//   void wgmma_fence()                   registers that hold sums have been written by other instructions
//   void wgmma_bf16<TransposedA, TransposedB>(float (&d)[128], uint64 a, uint64 b)
//                                        m64n256k16, d += a b, of descriptors as slab_descriptor makes them;
//                                        transposed: one k in each line. All threads of a warpgroup. With
//                                        float (&d)[16] it is m64n32k16, with float (&d)[8] m64n16k16
//   void wgmma_f16<...>(...)
//   void wgmma_tf32(float (&d)[128], uint64 a, uint64 b)   m64n256k8, both along k, of floats that are tf32
//   void wgmma_s8(int32 (&d)[128], uint64 a, uint64 b)   m64n256k32, both along k; sums may overflow
//   void wgmma_commit()                  the multiplications since the last commit are a group
//   void wgmma_wait<N>()                 until at most N groups are under way: d holds sums, slabs are free
//   void sync_some<Threads>()            a barrier of so many threads, always the same ones
//   void give_registers<N>(), take_registers<N>()        each thread of the warpgroup has N from now on
#include <cstdint>

#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Sixteen bytes that travel together.
struct alignas(16) quad {
  std::uint32_t word[4];
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
