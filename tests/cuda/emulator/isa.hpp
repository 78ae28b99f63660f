// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The instruction layer on the host: every member of kernel/cuda/isa.hpp, with what the PTX ISA demands of
// its operands.
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "bsr/base/half.hpp"
#include "bsr/kernel/cuda/fragment.hpp"
#include "bsr/kernel/cuda/isa.hpp"
#include "cuda/emulator/machine.hpp"

namespace bsr_test::emulator {

class isa {
 public:
  explicit isa(emulator::thread& t) : t_(t), m_(*t.owner) {}

  int thread() const { return t_.index; }
  int lane() const { return t_.index % 32; }
  int warp() const { return t_.index / 32; }
  int block() const { return t_.block->index; }
  int blocks() const { return m_.blocks(); }
  std::uint32_t shared() const { return machine::shared_base; }

  // ---- threads meet ---------------------------------------------------------------------------------------

  void sync(site at = site::here()) {
    if (m_.changed("sync", at, {change::drop}) == change::drop) return;
    m_.barrier(t_, at);
    m_.hesitate(t_, at);
  }
  void sync_warp(site at = site::here()) {
    if (m_.changed("sync_warp", at, {change::drop}) == change::drop) return;
    int none = 0;
    m_.together(t_, "sync_warp", at, &none, [this](auto&, emulator::warp& w) {
      w.sync_time = m_.now();
      m_.share_knowledge(t_);
      m_.tick();
    });
  }
  template <class W>
  W shuffle(W value, int lane, site at = site::here()) {
    struct call {
      W value;
      int lane;
    } mine{value, lane};
    if (lane < 0 || lane >= 32) m_.fail(t_, at, "shuffle from lane " + std::to_string(lane));
    if (m_.changed("shuffle", at, {change::neighbour}) == change::neighbour) mine.lane = (lane + 16) % 32;
    m_.together(t_, "shuffle", at, &mine, [](const std::array<call*, 32>& all, emulator::warp&) {
      W values[32];
      for (std::size_t i = 0; i < 32; ++i) values[i] = all[i]->value;
      for (call* const c : all) c->value = values[c->lane];
    });
    return mine.value;
  }
  std::uint32_t ballot(bool mine, site at = site::here()) {
    struct call {
      bool mine;
      std::uint32_t all;
    } c{mine, 0};
    m_.together(t_, "ballot", at, &c, [](const std::array<call*, 32>& all, emulator::warp&) {
      std::uint32_t bits = 0;
      for (std::size_t i = 0; i < 32; ++i) bits |= static_cast<std::uint32_t>(all[i]->mine) << i;
      for (call* const each : all) each->all = bits;
    });
    return m_.changed("ballot", at, {change::complement}) == change::complement ? ~c.all : c.all;
  }

  // ---- shared memory --------------------------------------------------------------------------------------

  template <int Bytes>
  void copy_async(std::uint32_t to, const void* from, int valid, site at = site::here()) {
    static_assert(Bytes == 4 || Bytes == 8 || Bytes == 16);
    const change how =
        m_.changed("copy_async", at, {change::drop, change::whole, change::elsewhere, change::neighbour});
    if (how == change::drop) return;
    if (how == change::whole) valid = Bytes;
    if (how == change::elsewhere) to = (to - machine::shared_base) / 32 * 32 + machine::shared_base;
    const auto* source = static_cast<const unsigned char*>(from);
    if (how == change::neighbour) source += Bytes;
    if (reinterpret_cast<std::uintptr_t>(from) % Bytes != 0)
      m_.fail(t_, at,
              "copies " + std::to_string(Bytes) + " bytes from an address that is no multiple of that");
    if (valid < 0 || valid > Bytes)
      m_.fail(t_, at, "copies " + std::to_string(valid) + " of " + std::to_string(Bytes) + " bytes");
    m_.check_input(t_, at, source, valid);
    unsigned char* const data = m_.write_shared(t_, at, to, Bytes, true);
    std::memset(data, 0xff, Bytes);
    m_.begin_flight(t_, {to, source, Bytes, valid, false});
  }
  void commit(site at = site::here()) {
    if (m_.changed("commit", at, {change::drop}) == change::drop) return;
    m_.close_group(t_);
  }
  template <int N>
  void wait(site at = site::here()) {
    static_assert(N >= 0);
    const change how = m_.changed("wait", at, {change::drop, change::one_less});
    if (how != change::drop) m_.wait_groups(t_, how == change::one_less ? N + 1 : N);
    m_.hesitate(t_, at);
  }
  template <class W>
  W load_shared(std::uint32_t address, site at = site::here()) {
    static_assert(sizeof(W) == 4 || sizeof(W) == 8 || sizeof(W) == 16);
    if (m_.changed("load_shared", at, {change::elsewhere}) == change::elsewhere) address ^= 16;
    W value;
    std::memcpy(&value, m_.read_shared(t_, at, address, sizeof(W)), sizeof(W));
    return value;
  }
  template <class W>
  void store_shared(std::uint32_t address, W value, site at = site::here()) {
    static_assert(sizeof(W) == 4 || sizeof(W) == 8 || sizeof(W) == 16);
    const change how = m_.changed("store_shared", at, {change::drop, change::elsewhere});
    if (how == change::drop) return;
    if (how == change::elsewhere) address ^= 16;
    std::memcpy(m_.write_shared(t_, at, address, sizeof(W), false), &value, sizeof(W));
  }
  void load_matrix(std::uint32_t (&r)[4], std::uint32_t row, site at = site::here()) {
    load_matrices("load_matrix", r, row, false, at);
  }
  void load_matrix_transposed(std::uint32_t (&r)[4], std::uint32_t row, site at = site::here()) {
    load_matrices("load_matrix_transposed", r, row, true, at);
  }

  // ---- arithmetic -----------------------------------------------------------------------------------------

  void multiply_bf16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                     site at = site::here()) {
    multiply<2>("multiply_bf16", d, a, b, at, [](std::uint32_t bits) {
      return static_cast<double>(float(bsr::bfloat16::from_bits(static_cast<std::uint16_t>(bits))));
    });
  }
  void multiply_f16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                    site at = site::here()) {
    multiply<2>("multiply_f16", d, a, b, at, [](std::uint32_t bits) {
      return static_cast<double>(float(bsr::float16::from_bits(static_cast<std::uint16_t>(bits))));
    });
  }
  void multiply_tf32(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                     site at = site::here()) {
    for (const std::uint32_t x : {a[0], a[1], a[2], a[3], b[0], b[1]})
      if ((x & 0x1fffu) != 0) m_.fail(t_, at, "an operand has more bits than tf32");
    multiply<4>("multiply_tf32", d, a, b, at,
                [](std::uint32_t bits) { return static_cast<double>(std::bit_cast<float>(bits)); });
  }
  void multiply_s8(std::int32_t (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                   site at = site::here()) {
    multiply<1>("multiply_s8", d, a, b, at, [](std::uint32_t bits) {
      return static_cast<std::int64_t>(static_cast<std::int8_t>(static_cast<std::uint8_t>(bits)));
    });
  }
  void multiply_f64(double (&d)[2], double a, double b, site at = site::here()) {
    struct call {
      double* d;
      double a, b;
    } mine{d, a, b};
    const change how = m_.changed("multiply_f64", at, {change::drop});
    m_.together(t_, "multiply_f64", at, &mine, [how](const std::array<call*, 32>& all, emulator::warp&) {
      if (how == change::drop) return;
      for (int lane = 0; lane < 32; ++lane)
        for (int i = 0; i < 2; ++i) {
          const int row = lane / 4;
          const int col = 2 * (lane % 4) + i;
          double sum = all[static_cast<std::size_t>(lane)]->d[i];
          for (int k = 0; k < 4; ++k)
            sum = std::fma(all[static_cast<std::size_t>(4 * row + k)]->a,
                           all[static_cast<std::size_t>(4 * col + k)]->b, sum);
          all[static_cast<std::size_t>(lane)]->d[i] = sum;
        }
    });
  }
  std::uint32_t to_tf32(std::uint32_t x, site at = site::here()) {
    return m_.changed("to_tf32", at, {change::drop}) == change::drop ? x : round_to_tf32(x);
  }
  std::uint32_t select_bytes(std::uint32_t x, std::uint32_t y, std::uint32_t selector,
                             site at = site::here()) {
    if (m_.changed("select_bytes", at, {change::exchanged}) == change::exchanged) std::swap(x, y);
    const std::uint64_t both = static_cast<std::uint64_t>(y) << 32 | x;
    std::uint32_t result = 0;
    for (int i = 0; i < 4; ++i)
      result |= static_cast<std::uint32_t>(both >> (selector >> 4 * i & 7) * 8 & 0xff) << 8 * i;
    return result;
  }
  template <class Accumulator, class T>
  Accumulator widened(T value) {
    return static_cast<Accumulator>(value);
  }
  template <class T, class Accumulator>
  T result(Accumulator value) {
    return static_cast<T>(value);
  }

  // ---- global memory --------------------------------------------------------------------------------------

  template <class T>
  T load(const T* from, site at = site::here()) {
    if (m_.changed("load", at, {change::neighbour}) == change::neighbour) ++from;
    aligned(from, at);
    m_.check_input(t_, at, from, sizeof(T));
    T value;  // what lies there may have been declared as other words
    std::memcpy(&value, from, sizeof(T));
    return value;
  }
  template <class T>
  T load_written(const T* from, site at = site::here()) {
    if (m_.changed("load_written", at, {change::neighbour}) == change::neighbour) from += 32;
    aligned(from, at);
    m_.check_exchanged(t_, at, from, sizeof(T));
    return *from;
  }
  template <class T>
  T load_own(const T* from, site at = site::here()) {
    if (m_.changed("load_own", at, {change::neighbour}) == change::neighbour) ++from;
    aligned(from, at);
    m_.check_own(t_, at, from, sizeof(T));
    return *from;
  }
  template <class T>
  void store(T* to, T value, site at = site::here()) {
    const change how = m_.changed("store", at, {change::drop, change::neighbour});
    if (how == change::drop) return;
    if (how == change::neighbour) ++to;
    aligned(to, at);
    m_.store(t_, at, to, sizeof(T));
    *to = value;
    m_.hesitate(t_, at);
  }
  std::uint32_t exchange_count(std::uint32_t* counter, std::uint32_t add, site at = site::here()) {
    const change how = m_.changed("exchange_count", at, {change::drop});
    if (how == change::drop) add = 0;
    m_.hesitate(t_, at);
    const std::uint32_t before = m_.exchange_count(t_, at, counter, add);
    m_.hesitate(t_, at);
    return before;
  }

 protected:
  template <class T>
  void aligned(const T* address, site at) const {
    if (reinterpret_cast<std::uintptr_t>(address) % sizeof(T) != 0)
      m_.fail(t_, at,
              std::to_string(sizeof(T)) + " bytes of global memory at an address that is no multiple");
  }

  void load_matrices(const char* name, std::uint32_t (&r)[4], std::uint32_t row, bool transposed, site at) {
    struct call {
      const unsigned char* row;
      std::uint32_t* r;
      bool transposed;
    };
    const change how = m_.changed(name, at, {change::transposed, change::elsewhere, change::exchanged});
    if (how == change::elsewhere) row ^= 16;
    if (how == change::transposed) transposed = !transposed;
    call mine{m_.read_shared(t_, at, row, 16), r, transposed};
    m_.together(t_, name, at, &mine, [how](const std::array<call*, 32>& all, emulator::warp&) {
      for (std::size_t matrix = 0; matrix < 4; ++matrix) {
        std::uint16_t x[8][8];
        for (std::size_t i = 0; i < 8; ++i) std::memcpy(x[i], all[8 * matrix + i]->row, 16);
        for (int lane = 0; lane < 32; ++lane) {
          std::uint32_t word = 0;
          for (int i = 0; i < 2; ++i) {
            const bsr::gpu::place p = bsr::gpu::loaded_matrix(lane, i, all[0]->transposed);
            word |= static_cast<std::uint32_t>(x[p.row][p.col]) << 16 * i;
          }
          all[static_cast<std::size_t>(lane)]->r[how == change::exchanged ? matrix ^ 1 : matrix] = word;
        }
      }
    });
  }

  template <int Bytes, class D, class Decode>
  void multiply(const char* name, D (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                site at, const Decode& decode) {
    using map = bsr::gpu::mma_fragment<Bytes>;
    using number = decltype(decode(0u));
    struct call {
      D* d;
      const std::uint32_t* a;
      const std::uint32_t* b;
    } mine{d, a, b};
    const change how = m_.changed(name, at, {change::drop, change::exchanged});
    m_.together(t_, name, at, &mine, [how, &decode](const std::array<call*, 32>& all, emulator::warp&) {
      if (how == change::drop) return;
      constexpr int packed = 4 / Bytes;
      const auto element = [&decode](const std::uint32_t* registers, int i) {
        return decode(registers[i / packed] >> i % packed * 8 * Bytes);
      };
      number x[16][map::depth];
      number y[8][map::depth];
      for (int lane = 0; lane < 32; ++lane) {
        const call& c = *all[static_cast<std::size_t>(lane)];
        for (int i = 0; i < map::a_elements; ++i) {
          const bsr::gpu::place p = map::a(lane, i);
          // The upper and the lower rows of A change places.
          x[how == change::exchanged ? p.row ^ 8 : p.row][p.col] = element(c.a, i);
        }
        for (int i = 0; i < map::b_elements; ++i) {
          const bsr::gpu::place p = map::b(lane, i);
          y[p.col][p.row] = element(c.b, i);
        }
      }
      for (int lane = 0; lane < 32; ++lane) {
        D* const sums = all[static_cast<std::size_t>(lane)]->d;
        for (int i = 0; i < 4; ++i) {
          const bsr::gpu::place p = map::c(lane, i);
          auto sum = static_cast<number>(sums[i]);
          for (int k = 0; k < map::depth; ++k) sum += x[p.row][k] * y[p.col][k];
          sums[i] = static_cast<D>(sum);
        }
      }
    });
  }

  emulator::thread& t_;
  machine& m_;
};

}  // namespace bsr_test::emulator
