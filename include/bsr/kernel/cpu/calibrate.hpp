// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Measures the rates of this machine by which products are predicted.
#include <chrono>
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/pack_columns.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/machine.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The shortest of the calls of f that fit the time.
template <class F>
double shortest(double seconds, const F& f) {
  f();
  const double begin = seconds_now();
  double best = 1e9;
  for (double now = begin; now - begin < seconds;) {
    f();
    const double then = seconds_now();
    if (then - now < best) best = then - now;
    now = then;
  }
  return best;
}

/// Multiply-adds in as many registers as hide their latency; the result keeps the compiler from leaving them
/// out.
template <class T>
[[gnu::noinline]] T multiply_add(std::int64_t rounds, T x, T y) {
  using P = simd::pack<T>;
  constexpr int chains = 12;
  P sums[chains];
  const P factor = P::broadcast(x), addend = P::broadcast(y);
  BSR_UNROLL
  for (int i = 0; i < chains; ++i) sums[i] = P::broadcast(static_cast<T>(i));
  for (std::int64_t r = 0; r < rounds; ++r) {
    BSR_UNROLL
    for (int i = 0; i < chains; ++i) sums[i] = fma(sums[i], factor, addend);
    BSR_ORDER_MEMORY();
  }
  BSR_UNROLL
  for (int i = 1; i < chains; ++i) sums[0] = sums[0] + sums[i];
  T lanes[P::size];
  sums[0].store(lanes);
  return lanes[0];
}
template <class T>
double fma_rate(double seconds) {
  constexpr std::int64_t rounds = 4000;
  volatile T sink = T(0);
  const double best = shortest(seconds, [&] { sink = multiply_add<T>(rounds, T(0.5), T(1)); });
  return 2.0 * 12 * simd::pack<T>::size * static_cast<double>(rounds) / best;
}

[[gnu::noinline]] inline float sum_of_all(const float* from, std::int64_t count) {
  using P = simd::pack<float>;
  P sums[8];
  BSR_UNROLL
  for (int i = 0; i < 8; ++i) sums[i] = P::zero();
  for (std::int64_t k = 0; k + 8 * P::size <= count; k += 8 * P::size) {
    BSR_UNROLL
    for (int i = 0; i < 8; ++i) sums[i] = sums[i] + P::load(from + k + i * P::size);
  }
  float lanes[P::size];
  ((sums[0] + sums[1]) + (sums[2] + sums[3]) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))).store(lanes);
  return lanes[0];
}

/// About a second, and 128 MB for as long. Other work on the machine makes the rates too low.
template <class Policy>
machine measure_machine(const Policy& policy) {
  machine m;
  m.threads = thread_count(policy);
  m.fma_float = fma_rate<float>(0.04);
  m.fma_double = fma_rate<double>(0.04);
  const auto largest = static_cast<std::int64_t>(machine::size[machine::sizes - 1] / 4);
  buffer<float> memory(largest, uninitialized);
  for_each_piece(policy, m.threads, [&](int piece) {
    for (std::int64_t k = share(largest, piece, m.threads); k < share(largest, piece + 1, m.threads); ++k)
      memory[k] = 1;
  });
  volatile float sink = 0;
  for (int i = 0; i < machine::sizes; ++i) {
    const auto count = static_cast<std::int64_t>(machine::size[i] / 4);
    const std::int64_t times = count < 100000 ? 100000 / count : 1;
    const double best = shortest(0.06, [&] {
      for (std::int64_t r = 0; r < times; ++r) sink = sum_of_all(memory.data(), count);
    });
    m.read[i] = static_cast<double>(count * times) * 4 / best;
  }
  const double all = shortest(0.06, [&] {
    for_each_piece(policy, m.threads, [&](int piece) {
      const std::int64_t first = share(largest, piece, m.threads);
      volatile float mine = sum_of_all(memory.data() + first, share(largest, piece + 1, m.threads) - first);
      (void)mine;
    });
  });
  m.read_all = static_cast<double>(largest) * 4 / all;
  // A panel of 48 columns that are 1000 elements long, as a linear layer has them, among others of 0.5 MB.
  constexpr std::int64_t rows = 1000, columns = 48, panels = 3;
  float* const to = memory.data() + largest / 2;
  const double turned = shortest(0.04, [&] {
    for (std::int64_t p = 0; p < panels; ++p)
      pack_columns(memory.data() + p * columns * 1024, 1024, rows, columns, columns, to + p * rows * columns);
  });
  m.turn = static_cast<double>(rows * columns * panels) * 4 / turned;
  m.fork = m.threads > 1 ? shortest(0.02, [&] { for_each_piece(policy, m.threads, [](int) {}); }) : 0;
  (void)sink;
  return m;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
