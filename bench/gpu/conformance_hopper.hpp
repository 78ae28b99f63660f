// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The same for what sm_90a has beyond the rest: barriers that count, the copy engine, multiplications by
// warpgroups. One warpgroup, whose input words are also what the engine copies.
#include <cstdint>
#include <type_traits>

#include "bsr/base/half.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/isa.hpp"
#include "bsr/kernel/cuda/mma_type.hpp"
#include "bsr/kernel/cuda/slab.hpp"

namespace bsr_conformance::hopper {

using bsr::gpu::along;
using bsr::gpu::slab_bytes;

inline constexpr int all_threads = 128;
inline constexpr int slabs = 5;  // one of A, four of B
inline constexpr int words_in = slabs * slab_bytes / 4 / all_threads;
inline constexpr int words_out = 128;  // at most
inline constexpr int shared_bytes = slabs * slab_bytes + 64;

template <class Map>
struct arguments {
  const std::uint32_t* in;  // word w of thread t is at w * all_threads + t
  std::uint32_t* out;       // likewise
  Map map;                  // of the probe's source
};

struct probe_base {
  static constexpr int threads = all_threads;
  static constexpr int resident = 1;

  /// What the host makes of a random word.
  static std::uint32_t prepared(std::uint32_t word) { return word; }
  /// What copy_slab takes from the input words.
  static bsr::gpu::slab_source source(const std::uint32_t* in) { return {in, {64, 8, 1}, {128, 128 * 8}}; }

  template <class Isa, class Args>
  BSR_DEVICE static std::uint32_t in(Isa& isa, const Args& a, int word) {
    return isa.load(a.in + word * all_threads + isa.thread());
  }
  template <class Isa, class Args>
  BSR_DEVICE static void out(Isa& isa, const Args& a, int word, std::uint32_t value) {
    isa.store(a.out + word * all_threads + isa.thread(), value);
  }
  /// Words of shared memory; barriers are behind the slabs.
  template <class Isa>
  BSR_DEVICE static std::uint32_t at(Isa& isa, int word) {
    return isa.shared() + static_cast<std::uint32_t>(4 * word);
  }
  template <class Isa>
  BSR_DEVICE static std::uint32_t barrier(Isa& isa, int n) {
    return isa.shared() + static_cast<std::uint32_t>(slabs * slab_bytes + 8 * n);
  }
  /// Fills the slabs, for multiplications to read.
  template <class Isa, class Args>
  BSR_DEVICE static void store_all(Isa& isa, const Args& a) {
    for (int w = 0; w < words_in; w += 4) {
      bsr::gpu::quad q;
      for (int i = 0; i < 4; ++i) q.word[i] = in(isa, a, w + i);
      isa.store_shared(at(isa, w * all_threads + 4 * isa.thread()), q);
    }
    isa.fence_async();
    isa.sync();
  }
  BSR_HD static float small(std::uint32_t bits) {
    return static_cast<float>(static_cast<int>(bits % 17) - 8);
  }
};

struct barriers : probe_base {
  static constexpr const char* name = "phase_init, phase_arrive, phase_expect, phase_wait, sync_some";
  template <class Isa, class Args>
  BSR_DEVICE static void run(Isa& isa, const Args& a) {
    const int t = isa.thread();
    if (t == 0) {
      isa.phase_init(barrier(isa, 0), all_threads / 32);
      isa.phase_init(barrier(isa, 1), 1);
      isa.fence_async();
    }
    isa.sync();
    // One arrival of each warp; the parity comes round.
    for (int round = 0; round < 3; ++round) {
      isa.store_shared(at(isa, round * all_threads + t), in(isa, a, round));
      isa.sync_warp();
      if (isa.lane() == 0) isa.phase_arrive(barrier(isa, 0));
      isa.phase_wait(barrier(isa, 0), static_cast<std::uint32_t>(round % 2));
      const int other = round * all_threads + (t + 37) % all_threads;
      out(isa, a, round, isa.template load_shared<std::uint32_t>(at(isa, other)));
    }
    // Nothing is expected: one arrival ends the phase.
    if (t == 5) {
      isa.store_shared(at(isa, 4 * all_threads), in(isa, a, 4));
      isa.phase_expect(barrier(isa, 1), 0);
    }
    isa.phase_wait(barrier(isa, 1), 0);
    out(isa, a, 3, isa.template load_shared<std::uint32_t>(at(isa, 4 * all_threads)));
    if (isa.warp() >= 2) return;
    isa.store_shared(at(isa, 5 * all_threads + t), in(isa, a, 5));
    isa.template sync_some<64>();
    out(isa, a, 4, isa.template load_shared<std::uint32_t>(at(isa, 5 * all_threads + 63 - t)));
  }
};

/// A whole slab of the second plane, one that begins inside a line and goes beyond two edges, and one that
/// lies outside. What is told are words of shared memory as they lie: the exchange of chunks too.
template <int Bytes, int Line = bsr::gpu::line_bytes, int Lines = bsr::gpu::slab_lines>
struct slab_copies : probe_base {
  static constexpr int slab = Line * Lines;
  static constexpr const char* name = Line == 64   ? "copy_slab of 256 lines of 64 bytes"
                                      : Line == 32 ? "copy_slab of 16 lines of 32 bytes"
                                      : Bytes == 1 ? "copy_slab of bytes"
                                      : Bytes == 2 ? "copy_slab of two bytes"
                                                   : "copy_slab of floats, as tf32";
  /// Floats are finite, and not half-way between two tf32: nobody says which of them such a one becomes.
  static std::uint32_t prepared(std::uint32_t word) { return Bytes == 4 ? (word & 0xbfffffffu) | 1 : word; }
  static bsr::gpu::slab_source source(const std::uint32_t* in) {
    return {in, {200 / Bytes, 70, 2}, {208, 208 * 70 + 16}, {Line, Lines}, Bytes};
  }
  template <class Isa, class Args>
  BSR_DEVICE static void run(Isa& isa, const Args& a) {
    const std::uint32_t full = barrier(isa, 0);
    if (isa.thread() == 0) {
      isa.phase_init(full, 1);
      isa.fence_async();
    }
    isa.sync();
    const std::uint32_t half = isa.shared() + slabs * slab_bytes / 2 / 1024 * 1024;
    if (isa.thread() == 0) {
      isa.phase_expect(full, 2 * slab);
      isa.copy_slab(isa.shared(), a.map, full, 0, 0, 1);
      isa.copy_slab(half, a.map, full, (224 - Line) / Bytes, Lines > 70 ? 10 : 70 - Lines / 2, 0);
    }
    isa.phase_wait(full, 0);
    tell(isa, a, isa.shared(), 0);
    tell(isa, a, half, slab / 4 / all_threads);
    isa.sync();
    // Outside.
    if (isa.thread() == 0) {
      isa.phase_expect(full, slab);
      isa.copy_slab(isa.shared(), a.map, full, 0, 64, 2);
    }
    isa.phase_wait(full, 1);
    tell(isa, a, isa.shared(), 2 * (slab / 4 / all_threads));
  }

 private:
  template <class Isa, class Args>
  BSR_DEVICE static void tell(Isa& isa, const Args& a, std::uint32_t from, int first) {
    for (int w = 0; w < slab / 4 / all_threads; ++w)
      out(isa, a, first + w,
          isa.template load_shared<std::uint32_t>(
              from + static_cast<std::uint32_t>(4 * (w * all_threads + isa.thread()))));
  }
};

enum class product_type { bf16, f16, tf32, s8 };
template <product_type Type, along OrderA, along OrderB>
struct products : probe_base {
  static constexpr bool a_transposed = OrderA != along::k, b_transposed = OrderB != along::k;
  static constexpr const char* names[4][2][2] = {
      {{"wgmma_bf16", "wgmma_bf16, B along n"},
       {"wgmma_bf16, A along m", "wgmma_bf16, A along m, B along n"}},
      {{"wgmma_f16", "wgmma_f16, B along n"}, {"wgmma_f16, A along m", "wgmma_f16, A along m, B along n"}},
      {{"wgmma_tf32"}},
      {{"wgmma_s8"}}};
  static constexpr const char* name = names[static_cast<int>(Type)][a_transposed][b_transposed];
  using sum = std::conditional_t<Type == product_type::s8, std::int32_t, float>;

  /// Small integers; all bytes.
  static std::uint32_t prepared(std::uint32_t word) {
    if constexpr (Type == product_type::s8) return word;
    if constexpr (Type == product_type::tf32) return __builtin_bit_cast(std::uint32_t, small(word));
    const auto half = [](std::uint32_t bits) {
      const float x = small(bits);
      return std::uint32_t{Type == product_type::bf16 ? bsr::bfloat16(x).bits() : bsr::float16(x).bits()};
    };
    return half(word & 0xffffu) | half(word >> 16) << 16;
  }
  template <class Isa, class Args>
  BSR_DEVICE static void run(Isa& isa, const Args& a) {
    store_all(isa, a);
    sum d[128];
    BSR_GPU_UNROLL
    for (int i = 0; i < 128; ++i) d[i] = static_cast<sum>(small(in(isa, a, i % words_in)));
    isa.wgmma_fence();
    BSR_GPU_UNROLL
    for (int slice = 0; slice < bsr::gpu::slices_of_slab; ++slice) {
      const std::uint64_t x = bsr::gpu::slab_descriptor(isa.shared(), OrderA, slice);
      const std::uint64_t y = bsr::gpu::slab_descriptor(isa.shared() + slab_bytes, OrderB, slice);
      if constexpr (Type == product_type::bf16) isa.template wgmma_bf16<a_transposed, b_transposed>(d, x, y);
      if constexpr (Type == product_type::f16) isa.template wgmma_f16<a_transposed, b_transposed>(d, x, y);
      if constexpr (Type == product_type::tf32) isa.wgmma_tf32(d, x, y);
      if constexpr (Type == product_type::s8) isa.wgmma_s8(d, x, y);
    }
    isa.wgmma_commit();
    isa.template wgmma_wait<0>();
    // There is one zero.
    BSR_GPU_UNROLL
    for (int i = 0; i < 128; ++i) out(isa, a, i, __builtin_bit_cast(std::uint32_t, d[i] + sum(0)));
  }
};

/// Of 16 and 32 columns, the blocks of spmm_wgmma_narrow: lines as long as a block is high, those of A along
/// m as long as ever.
template <product_type Type, int Columns, along OrderA, along OrderB>
struct low_products : probe_base {
  static_assert(Type == product_type::bf16 || Type == product_type::f16);
  static constexpr bool a_transposed = OrderA != along::k, b_transposed = OrderB != along::k;
  static constexpr const char* names[2][2][2][2] = {
      {{{"wgmma_bf16 of 32", "wgmma_bf16 of 32, B along n"},
        {"wgmma_bf16 of 32, A along m", "wgmma_bf16 of 32, A along m, B along n"}},
       {{"wgmma_bf16 of 16", "wgmma_bf16 of 16, B along n"},
        {"wgmma_bf16 of 16, A along m", "wgmma_bf16 of 16, A along m, B along n"}}},
      {{{"wgmma_f16 of 32", "wgmma_f16 of 32, B along n"},
        {"wgmma_f16 of 32, A along m", "wgmma_f16 of 32, A along m, B along n"}},
       {{"wgmma_f16 of 16", "wgmma_f16 of 16, B along n"},
        {"wgmma_f16 of 16, A along m", "wgmma_f16 of 16, A along m, B along n"}}}};
  static constexpr const char* name =
      names[static_cast<int>(Type)][Columns == 16][a_transposed][b_transposed];
  static constexpr int line_a = OrderA == along::k ? 2 * Columns : bsr::gpu::line_bytes;

  static std::uint32_t prepared(std::uint32_t word) { return products<Type, OrderA, OrderB>::prepared(word); }
  template <class Isa, class Args>
  BSR_DEVICE static void run(Isa& isa, const Args& a) {
    store_all(isa, a);
    float d[Columns / 2];
    BSR_GPU_UNROLL
    for (int i = 0; i < Columns / 2; ++i) d[i] = small(in(isa, a, i));
    isa.wgmma_fence();
    BSR_GPU_UNROLL
    for (int slice = 0; slice < Columns / bsr::gpu::slice_depth; ++slice) {
      const std::uint64_t x = bsr::gpu::slab_descriptor(isa.shared(), OrderA, slice, line_a);
      const std::uint64_t y =
          bsr::gpu::slab_descriptor(isa.shared() + slab_bytes, OrderB, slice, 2 * Columns);
      if constexpr (Type == product_type::bf16)
        isa.template wgmma_bf16<a_transposed, b_transposed>(d, x, y);
      else
        isa.template wgmma_f16<a_transposed, b_transposed>(d, x, y);
    }
    isa.wgmma_commit();
    isa.template wgmma_wait<0>();
    BSR_GPU_UNROLL
    for (int i = 0; i < Columns / 2; ++i) out(isa, a, i, __builtin_bit_cast(std::uint32_t, d[i] + 0.0f));
  }
};

/// f(probe()) for each of them, in one order everywhere.
template <class F>
void for_each_probe(const F& f) {
  const auto orders = [&]<product_type Type>() {
    f(products<Type, along::k, along::k>());
    f(products<Type, along::k, along::n>());
    f(products<Type, along::m, along::k>());
    f(products<Type, along::m, along::n>());
    const auto low = [&]<int Columns>() {
      f(low_products<Type, Columns, along::k, along::k>());
      f(low_products<Type, Columns, along::k, along::n>());
      f(low_products<Type, Columns, along::m, along::k>());
      f(low_products<Type, Columns, along::m, along::n>());
    };
    low.template operator()<32>();
    low.template operator()<16>();
  };
  f(barriers());
  f(slab_copies<1>());
  f(slab_copies<2>());
  f(slab_copies<4>());
  f(slab_copies<2, 64, 256>());
  f(slab_copies<2, 32, 16>());
  orders.template operator()<product_type::bf16>();
  orders.template operator()<product_type::f16>();
  f(products<product_type::tf32, along::k, along::k>());
  f(products<product_type::s8, along::k, along::k>());
}

/// Whether there is a device with these instructions, and code for it.
bool on_device();
/// Runs probe number n; the arrays are the host's. 0, or CUDA's number for what went wrong.
int run_on_device(int n, const std::uint32_t* in, std::uint32_t* out);

}  // namespace bsr_conformance::hopper
