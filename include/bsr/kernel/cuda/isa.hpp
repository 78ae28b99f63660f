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
#include <cstdint>

#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Sixteen bytes that travel together.
struct alignas(16) quad {
  std::uint32_t word[4];
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
