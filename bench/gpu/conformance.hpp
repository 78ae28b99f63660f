// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Small kernels that together ask for every instruction of kernel/cuda/isa.hpp. They run on the device and on
// the emulated one with the same random bits, and must answer with the same bits.
//
// Products of tensor cores get small integers: those sums are exact. How the device rounds longer ones is not
// asked here.
#include <cstdint>

#include "bsr/base/half.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/isa.hpp"

namespace bsr_conformance {

inline constexpr int words_in = 32;   // of each thread
inline constexpr int words_out = 16;  // at most
inline constexpr int all_threads = 64;

struct arguments {
  const std::uint32_t* in;   // word w of thread t is at w * all_threads + t
  std::uint32_t* out;        // likewise
  std::uint32_t* exchanged;  // all_threads words and a counter
};

struct probe_base {
  static constexpr int threads = all_threads;
  static constexpr int resident = 1;

  template <class Isa>
  BSR_DEVICE static std::uint32_t in(Isa& isa, const arguments& a, int word) {
    return isa.load(a.in + word * all_threads + isa.thread());
  }
  template <class Isa>
  BSR_DEVICE static void out(Isa& isa, const arguments& a, int word, std::uint32_t value) {
    isa.store(a.out + word * all_threads + isa.thread(), value);
  }
  /// This thread's sixteen bytes in shared memory.
  template <class Isa>
  BSR_DEVICE static std::uint32_t mine(Isa& isa) {
    return isa.shared() + static_cast<std::uint32_t>(16 * isa.thread());
  }
  BSR_DEVICE static float small(std::uint32_t bits) {
    return static_cast<float>(static_cast<int>(bits % 17) - 8);
  }
  template <class T, class Isa>
  BSR_DEVICE static std::uint32_t two(Isa& isa, std::uint32_t bits) {
    const auto half = [&](float x) {
      return static_cast<std::uint32_t>(__builtin_bit_cast(std::uint16_t, isa.template result<T>(x)));
    };
    return half(small(bits & 0xffffu)) | half(small(bits >> 16)) << 16;
  }
};

struct shuffle_and_ballot : probe_base {
  static constexpr const char* name = "shuffle, ballot, sync_warp";
  template <class Isa>
  BSR_DEVICE static void run(Isa& isa, const arguments& a) {
    const std::uint32_t x = in(isa, a, 0);
    out(isa, a, 0, isa.shuffle(x, static_cast<int>(in(isa, a, 1) % 32)));
    isa.sync_warp();
    out(isa, a, 1, isa.ballot(x % 3 == 0));
    out(isa, a, 2, static_cast<std::uint32_t>(isa.lane() + 100 * isa.warp() + 10000 * isa.blocks()));
  }
};

template <int Bytes>
struct copies : probe_base {
  static constexpr const char* name = Bytes == 4   ? "copy_async of 4 bytes"
                                      : Bytes == 8 ? "copy_async of 8 bytes"
                                                   : "copy_async of 16 bytes";
  template <class Isa>
  BSR_DEVICE static void run(Isa& isa, const arguments& a) {
    // Two groups; the second is waited for after the first has been read.
    const int t = isa.thread();
    const int words = Bytes / 4;
    const int valid = static_cast<int>(in(isa, a, 31) % (Bytes + 1));
    isa.template copy_async<Bytes>(mine(isa), a.in + words * t, valid);
    isa.commit();
    const std::uint32_t second = isa.shared() + static_cast<std::uint32_t>(16 * (all_threads + t));
    isa.template copy_async<Bytes>(second, a.in + words * (all_threads + t), Bytes);
    isa.commit();
    isa.template wait<1>();
    isa.sync();
    const int other = (t + 33) % all_threads;
    for (int w = 0; w < words; ++w)
      out(isa, a, w,
          isa.template load_shared<std::uint32_t>(isa.shared() +
                                                  static_cast<std::uint32_t>(16 * other + 4 * w)));
    isa.template wait<0>();
    isa.sync();
    for (int w = 0; w < words; ++w)
      out(isa, a, words + w,
          isa.template load_shared<std::uint32_t>(
              isa.shared() + static_cast<std::uint32_t>(16 * (all_threads + other) + 4 * w)));
  }
};

template <bool Transposed>
struct matrices : probe_base {
  static constexpr const char* name = Transposed ? "load_matrix_transposed" : "load_matrix";
  template <class Isa>
  BSR_DEVICE static void run(Isa& isa, const arguments& a) {
    bsr::gpu::quad q;
    for (int w = 0; w < 4; ++w) q.word[w] = in(isa, a, w);
    isa.store_shared(mine(isa), q);
    isa.sync();
    std::uint32_t r[4];
    const std::uint32_t row =
        isa.shared() + static_cast<std::uint32_t>(16 * ((isa.thread() * 5 + 3) % all_threads));
    if constexpr (Transposed)
      isa.load_matrix_transposed(r, row);
    else
      isa.load_matrix(r, row);
    for (int w = 0; w < 4; ++w) out(isa, a, w, r[w]);
  }
};

struct shared_words : probe_base {
  static constexpr const char* name = "load_shared and store_shared";
  template <class Isa>
  BSR_DEVICE static void run(Isa& isa, const arguments& a) {
    isa.store_shared(mine(isa), in(isa, a, 0));
    isa.store_shared(mine(isa) + 8, static_cast<std::uint64_t>(in(isa, a, 1)) << 32 | in(isa, a, 2));
    isa.store_shared(mine(isa) + 4, in(isa, a, 3));
    isa.sync();
    const std::uint32_t other =
        isa.shared() + static_cast<std::uint32_t>(16 * (all_threads - 1 - isa.thread()));
    const auto q = isa.template load_shared<bsr::gpu::quad>(other);
    for (int w = 0; w < 4; ++w) out(isa, a, w, q.word[w]);
    const auto d = isa.template load_shared<std::uint64_t>(other + 8);
    out(isa, a, 4, static_cast<std::uint32_t>(d >> 32));
  }
};

enum class product_type { bf16, f16, tf32, s8 };
template <product_type Type>
struct products : probe_base {
  static constexpr const char* name = Type == product_type::bf16   ? "multiply_bf16"
                                      : Type == product_type::f16  ? "multiply_f16"
                                      : Type == product_type::tf32 ? "multiply_tf32"
                                                                   : "multiply_s8";
  template <class Isa>
  BSR_DEVICE static void run(Isa& isa, const arguments& a) {
    std::uint32_t x[4];
    std::uint32_t y[2];
    for (int w = 0; w < 4; ++w) x[w] = operand(isa, in(isa, a, w));
    for (int w = 0; w < 2; ++w) y[w] = operand(isa, in(isa, a, 4 + w));
    if constexpr (Type == product_type::s8) {
      std::int32_t d[4];
      for (int w = 0; w < 4; ++w) d[w] = static_cast<std::int32_t>(in(isa, a, 6 + w) % 1000u);
      isa.multiply_s8(d, x, y);
      for (int w = 0; w < 4; ++w) out(isa, a, w, static_cast<std::uint32_t>(d[w]));
    } else {
      float d[4];
      for (int w = 0; w < 4; ++w) d[w] = small(in(isa, a, 6 + w));
      if constexpr (Type == product_type::bf16) isa.multiply_bf16(d, x, y);
      if constexpr (Type == product_type::f16) isa.multiply_f16(d, x, y);
      if constexpr (Type == product_type::tf32) isa.multiply_tf32(d, x, y);
      for (int w = 0; w < 4; ++w) out(isa, a, w, __builtin_bit_cast(std::uint32_t, d[w] + 0.0f));
    }
  }

 private:
  template <class Isa>
  BSR_DEVICE static std::uint32_t operand(Isa& isa, std::uint32_t bits) {
    if constexpr (Type == product_type::bf16)
      return two<bsr::bfloat16>(isa, bits);
    else if constexpr (Type == product_type::f16)
      return two<bsr::float16>(isa, bits);
    else if constexpr (Type == product_type::tf32)
      return __builtin_bit_cast(std::uint32_t, small(bits));
    else
      return bits;
  }
};

struct product_f64 : probe_base {
  static constexpr const char* name = "multiply_f64";
  template <class Isa>
  BSR_DEVICE static void run(Isa& isa, const arguments& a) {
    double d[2] = {small(in(isa, a, 0)), small(in(isa, a, 1))};
    isa.multiply_f64(d, static_cast<double>(small(in(isa, a, 2))), static_cast<double>(small(in(isa, a, 3))));
    for (int w = 0; w < 2; ++w) {
      const auto bits = __builtin_bit_cast(std::uint64_t, d[w] + 0.0);
      out(isa, a, 2 * w, static_cast<std::uint32_t>(bits));
      out(isa, a, 2 * w + 1, static_cast<std::uint32_t>(bits >> 32));
    }
  }
};

struct conversions : probe_base {
  static constexpr const char* name = "to_tf32, select_bytes, widened, result";
  template <class Isa>
  BSR_DEVICE static void run(Isa& isa, const arguments& a) {
    // Any sign and fraction, exponents that all types have.
    const std::uint32_t bits = (in(isa, a, 0) & 0x807fffffu) | (120u + in(isa, a, 1) % 15) << 23;
    const auto x = __builtin_bit_cast(float, bits);
    out(isa, a, 0, isa.to_tf32(bits) & ~0x1fffu);
    out(isa, a, 1, isa.select_bytes(in(isa, a, 2), in(isa, a, 3), in(isa, a, 4) & 0x7777u));
    const auto h = isa.template result<bsr::float16>(x);
    const auto b = isa.template result<bsr::bfloat16>(x);
    out(isa, a, 2, __builtin_bit_cast(std::uint16_t, h));
    out(isa, a, 3, __builtin_bit_cast(std::uint16_t, b));
    out(isa, a, 4, __builtin_bit_cast(std::uint32_t, isa.template widened<float>(h)));
    out(isa, a, 5, __builtin_bit_cast(std::uint32_t, isa.template widened<float>(b)));
  }
};

struct counting : probe_base {
  static constexpr const char* name = "exchange_count, load_written";
  template <class Isa>
  BSR_DEVICE static void run(Isa& isa, const arguments& a) {
    isa.store(a.exchanged + isa.thread(), in(isa, a, 0));
    isa.sync();
    if (isa.thread() == 0) {
      isa.exchange_count(a.exchanged + all_threads, 5u);
      isa.store_shared(isa.shared(), isa.exchange_count(a.exchanged + all_threads, 1u));
    }
    isa.sync();
    out(isa, a, 0, isa.template load_shared<std::uint32_t>(isa.shared()));
    out(isa, a, 1, isa.load_written(a.exchanged + (isa.thread() + 7) % all_threads));
  }
};

/// f(probe()) for each of them, in one order everywhere.
template <class F>
void for_each_probe(const F& f) {
  f(shuffle_and_ballot());
  f(copies<4>());
  f(copies<8>());
  f(copies<16>());
  f(matrices<false>());
  f(matrices<true>());
  f(shared_words());
  f(products<product_type::bf16>());
  f(products<product_type::f16>());
  f(products<product_type::tf32>());
  f(products<product_type::s8>());
  f(product_f64());
  f(conversions());
  f(counting());
}

inline constexpr int shared_bytes = 2 * 16 * all_threads;

/// Runs probe number n; the arrays are the host's. 0, or CUDA's number for what went wrong.
int run_on_device(int n, const std::uint32_t* in, std::uint32_t* out);

}  // namespace bsr_conformance
