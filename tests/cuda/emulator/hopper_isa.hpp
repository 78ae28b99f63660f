// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What sm_90a has beyond the rest: barriers that count, the copy engine, multiplications by warpgroups.
//
// Every warp multiplies its own 16 rows when it gets there; the four of a warpgroup must do the same things
// in the same order. Sums that belong to multiplications under way are not in their registers: whoever reads
// these meets NaN.
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "bsr/base/half.hpp"
#include "bsr/kernel/cuda/fragment.hpp"
#include "bsr/kernel/cuda/slab.hpp"
#include "cuda/emulator/isa.hpp"

namespace bsr_test::emulator {

/// Where the PTX ISA says that an element of an operand of wgmma lies, under the exchange of chunks in lines
/// of 128, 64 or 32 bytes.
struct operand_places {
  std::uint32_t start;    // bytes
  std::uint32_t leading;  // from a line's rows or columns to the next, where lines are one k each
  std::uint32_t stride;   // from eight lines to the next
  unsigned exchange;      // 1: of lines of 128 bytes, 2: of 64, 3: of 32
  unsigned base;

  explicit operand_places(std::uint64_t descriptor)
      : start(static_cast<std::uint32_t>(descriptor & 0x3fff) << 4),
        leading(static_cast<std::uint32_t>(descriptor >> 16 & 0x3fff) << 4),
        stride(static_cast<std::uint32_t>(descriptor >> 32 & 0x3fff) << 4),
        exchange(static_cast<unsigned>(descriptor >> 62)),
        base(static_cast<unsigned>(descriptor >> 49 & 7)) {}

  /// Bytes of a line; 0: there is no exchange.
  std::uint32_t line() const { return exchange == 0 ? 0 : 256u >> exchange; }
  /// n: the row of A or the column of B. transposed: lines are one k each, and elements have two bytes.
  std::uint32_t at(int n, int k, bool transposed, int bytes = 2) const {
    const auto row = static_cast<std::uint32_t>(transposed ? k : n);
    const int width = static_cast<int>(line()) / bytes;
    const auto in_line = static_cast<std::uint32_t>((transposed ? n % width : k) * bytes);
    const std::uint32_t panel = transposed ? static_cast<std::uint32_t>(n / width) * leading : 0;
    const std::uint32_t plain = start + panel + row / 8 * stride + row % 8 * line() + in_line;
    return plain ^ (plain >> 3 & (line() - 16));
  }
};

class hopper_isa : public isa {
 public:
  using isa::isa;

  // ---- barriers that count --------------------------------------------------------------------------------

  void phase_init(std::uint32_t barrier, std::uint32_t arrivals, site at = site::here()) {
    const change how = m_.changed("phase_init", at, {change::drop, change::one_less});
    if (how == change::drop) return;
    m_.phase_init(t_, at, barrier, how == change::one_less ? arrivals - 1 : arrivals);
  }
  void phase_arrive(std::uint32_t barrier, site at = site::here()) {
    if (m_.changed("phase_arrive", at, {change::drop}) == change::drop) return;
    m_.hesitate(t_, at);
    m_.phase_arrive(t_, at, barrier, 0);
    m_.hesitate(t_, at);
  }
  void phase_expect(std::uint32_t barrier, std::uint32_t bytes, site at = site::here()) {
    const change how = m_.changed("phase_expect", at, {change::drop, change::one_less});
    if (how == change::drop) return;
    if (bytes >= 1u << 20) m_.fail(t_, at, "expects a mebibyte or more");
    m_.phase_arrive(t_, at, barrier, how == change::one_less ? std::int64_t{bytes} - 8192 : bytes);
    m_.hesitate(t_, at);
  }
  void phase_wait(std::uint32_t barrier, std::uint32_t parity, site at = site::here()) {
    const change how = m_.changed("phase_wait", at, {change::drop, change::complement});
    if (how == change::drop) return;
    if (parity > 1) m_.fail(t_, at, "a parity is 0 or 1");
    m_.phase_wait(t_, at, barrier, how == change::complement ? parity ^ 1 : parity);
    m_.hesitate(t_, at);
  }
  void fence_async(site at = site::here()) {
    if (m_.changed("fence_async", at, {change::drop}) == change::drop) return;
    m_.fence_async(t_);
  }
  template <int Threads>
  void sync_some(site at = site::here()) {
    static_assert(Threads % 32 == 0);
    if (m_.changed("sync_some", at, {change::drop}) == change::drop) return;
    m_.part_barrier_of(t_, at, Threads);
    m_.hesitate(t_, at);
  }

  // ---- the copy engine ------------------------------------------------------------------------------------

  void copy_slab(std::uint32_t to, const bsr::gpu::slab_source& from, std::uint32_t barrier, int x, int y,
                 int z, site at = site::here()) {
    const change how =
        m_.changed("copy_slab", at, {change::drop, change::elsewhere, change::neighbour, change::exchanged});
    if (how == change::drop) return;
    if (how == change::elsewhere) to ^= bsr::gpu::slab_bytes;
    if (how == change::neighbour) x += 8;
    if (how == change::exchanged) std::swap(x, y);
    m_.begin_slab(t_, at, to, from, barrier, x, y, z);
    m_.hesitate(t_, at);
  }

  // ---- multiplications by warpgroups ----------------------------------------------------------------------

  void wgmma_fence(site at = site::here()) {
    if (m_.changed("wgmma_fence", at, {change::drop}) == change::drop) return;
    int none = 0;
    m_.together(t_, "wgmma_fence", at, &none, [](auto&, emulator::warp& w) { w.fenced = true; });
  }
  template <bool TransposedA, bool TransposedB, std::size_t Sums>
  void wgmma_bf16(float (&d)[Sums], std::uint64_t a, std::uint64_t b, site at = site::here()) {
    multiply<TransposedA, TransposedB>(
        "wgmma_bf16", d, a, b, at,
        +[](std::uint16_t bits) { return static_cast<double>(float(bsr::bfloat16::from_bits(bits))); });
  }
  template <bool TransposedA, bool TransposedB, std::size_t Sums>
  void wgmma_f16(float (&d)[Sums], std::uint64_t a, std::uint64_t b, site at = site::here()) {
    multiply<TransposedA, TransposedB>(
        "wgmma_f16", d, a, b, at,
        +[](std::uint16_t bits) { return static_cast<double>(float(bsr::float16::from_bits(bits))); });
  }
  void wgmma_tf32(float (&d)[128], std::uint64_t a, std::uint64_t b, site at = site::here()) {
    multiply<false, false>(
        "wgmma_tf32", d, a, b, at, +[](std::uint32_t bits) {
          if ((bits & 0x1fffu) != 0) throw emulation_error("wgmma_tf32: an operand has more bits than tf32");
          return static_cast<double>(std::bit_cast<float>(bits));
        });
  }
  void wgmma_s8(std::int32_t (&d)[128], std::uint64_t a, std::uint64_t b, site at = site::here()) {
    multiply<false, false>(
        "wgmma_s8", d, a, b, at, +[](std::int8_t x) { return static_cast<std::int64_t>(x); });
  }
  void wgmma_commit(site at = site::here()) {
    if (m_.changed("wgmma_commit", at, {change::drop}) == change::drop) return;
    int none = 0;
    m_.together(t_, "wgmma_commit", at, &none, [](auto&, emulator::warp& w) {
      w.groups.push_back(std::move(w.open));
      w.open.clear();
    });
  }
  template <int N>
  void wgmma_wait(site at = site::here()) {
    const change how = m_.changed("wgmma_wait", at, {change::drop, change::one_less});
    if (how == change::drop) return;
    const std::size_t left = how == change::one_less ? N + 1 : N;
    int none = 0;
    m_.together(t_, "wgmma_wait", at, &none, [this, left](auto&, emulator::warp& w) {
      while (w.groups.size() > left) {
        for (product_flight& f : w.groups.front()) finish(w, f);
        w.groups.pop_front();
      }
      w.fenced = false;
    });
    m_.hesitate(t_, at);
  }
  template <int N>
  void give_registers() {
    static_assert(N % 8 == 0 && N >= 24 && N <= 256);
  }
  template <int N>
  void take_registers() {
    static_assert(N % 8 == 0 && N >= 24 && N <= 256);
  }

 private:
  /// In registers that nobody shall read: NaN, and as an integer more than the tests' sums.
  static constexpr auto nothing = std::bit_cast<std::uint32_t>(std::numeric_limits<float>::quiet_NaN());

  /// number decode(Element): what sums are formed of.
  template <bool TransposedA, bool TransposedB, class Sum, std::size_t Sums, class Number, class Element>
  void multiply(const char* name, Sum (&d)[Sums], std::uint64_t a, std::uint64_t b, site at,
                Number (*decode)(Element)) {
    static_assert(sizeof(Sum) == 4 && (sizeof(Element) == 2 || (!TransposedA && !TransposedB)));
    static constexpr int columns = 2 * Sums;
    static_assert(columns == 256 || columns == 32 || columns == 16);
    static constexpr int bytes = sizeof(Element);
    static constexpr int depth = bsr::gpu::slice_bytes / bytes;
    struct call {
      Sum* d;
      std::uint64_t a, b;
    } mine{d, a, b};
    const change how = [&] {
      if constexpr (bytes == 2)
        return m_.changed(name, at, {change::drop, change::transposed, change::elsewhere, change::exchanged});
      else
        return m_.changed(name, at, {change::drop, change::elsewhere, change::exchanged});
    }();
    m_.together(t_, name, at, &mine, [&, this](const std::array<call*, 32>& all, emulator::warp& w) {
      if (how == change::drop) return;
      for (const call* const c : all)
        if (c->a != a || c->b != b) m_.fail(t_, at, "the lanes name different operands");
      operand_places from_a(a), from_b(b);
      for (const operand_places& p : {from_a, from_b})
        if (p.exchange == 0 || p.base != 0 || p.stride != 8 * p.line())
          m_.fail(t_, at, "a descriptor of something else than slabs");
      if (how == change::elsewhere) from_b.start += 32;
      w.products.push_back(at.text() + " " + std::to_string(a) + " " + std::to_string(b));
      const bool transposed_b = how == change::transposed ? !TransposedB : TransposedB;
      // The upper and the lower half of a warpgroup change places.
      const int first = (t_.index / 32 % 4 * 16) ^ (how == change::exchanged ? 32 : 0);
      std::vector<std::uint32_t> places_a, places_b, words;
      for (int k = 0; k < depth; ++k) {
        for (int m = 0; m < 16; ++m) places_a.push_back(from_a.at(first + m, k, TransposedA, bytes));
        for (int n = 0; n < columns; ++n) places_b.push_back(from_b.at(n, k, transposed_b, bytes));
      }
      for (const auto* places : {&places_a, &places_b})
        for (const std::uint32_t place : *places)
          if (place % 4 == 0) words.push_back(place);
      m_.begin_reading(t_, at, words);
      std::array<void*, 32> registers;
      for (std::size_t lane = 0; lane < 32; ++lane) registers[lane] = all[lane]->d;
      const std::size_t sums = hold(w, registers, columns, at);
      product_flight f{std::move(words), sums, nullptr};
      f.compute = [&w, sums, decode, memory = t_.block->memory.data() - machine::shared_base,
                   from_a = std::move(places_a), from_b = std::move(places_b)] {
        const auto element = [&](std::uint32_t place) {
          Element bits;
          std::memcpy(&bits, memory + place, bytes);
          return decode(bits);
        };
        std::vector<Number> y(static_cast<std::size_t>(depth * columns));
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = element(from_b[i]);
        std::uint32_t* const values = w.sums[sums].values.data();
        for (int m = 0; m < 16; ++m) {
          Number row[columns] = {};
          for (int k = 0; k < depth; ++k) {
            const Number x = element(from_a[static_cast<std::size_t>(16 * k + m)]);
            for (int n = 0; n < columns; ++n) row[n] += x * y[static_cast<std::size_t>(columns * k + n)];
          }
          for (int n = 0; n < columns; ++n) {
            std::uint32_t& sum = values[m * columns + n];
            const auto before = static_cast<Number>(std::bit_cast<Sum>(sum));
            sum = std::bit_cast<std::uint32_t>(static_cast<Sum>(before + row[n]));
          }
        }
      };
      w.open.push_back(std::move(f));
      if (!m_.at_once()) return;
      // Sums are added to in the order of the instructions.
      for (auto& earlier : w.groups) compute(earlier);
      compute(w.open);
    });
  }

  /// The warp's sums in these registers, which nobody shall read now.
  std::size_t hold(emulator::warp& w, const std::array<void*, 32>& registers, int columns, site at) {
    std::size_t n = 0;
    while (n < w.sums.size() && w.sums[n].registers != registers) ++n;
    if (n == w.sums.size())
      w.sums.push_back({registers,
                        std::vector<std::uint32_t>(static_cast<std::size_t>(16 * columns), nothing), columns,
                        0});
    sums_in_flight& s = w.sums[n];
    if (s.products++ > 0) return n;
    for_each_sum(s, [&](std::uint32_t& kept, std::uint32_t& in_register) {
      // What a multiplication left there may go on into the next one; anything else needs a fence.
      if (!w.fenced && kept != in_register)
        m_.fail(t_, at, "sums were written to registers, and no fence since then");
      kept = in_register;
      in_register = nothing;
    });
    return n;
  }
  static void compute(std::vector<product_flight>& group) {
    for (product_flight& f : group)
      if (f.compute) {
        f.compute();
        f.compute = nullptr;
      }
  }
  void finish(emulator::warp& w, product_flight& f) {
    if (f.compute) f.compute();
    m_.end_reading(t_, f.words);
    sums_in_flight& s = w.sums[f.sums];
    if (--s.products == 0)
      for_each_sum(s, [](std::uint32_t& kept, std::uint32_t& in_register) { in_register = kept; });
  }
  template <class F>
  static void for_each_sum(sums_in_flight& s, const F& f) {
    for (int lane = 0; lane < 32; ++lane)
      for (int i = 0; i < s.columns / 2; ++i) {
        const bsr::gpu::place p = bsr::gpu::wgmma_fragment::c(lane, i);
        auto* const in_register =
            static_cast<unsigned char*>(s.registers[static_cast<std::size_t>(lane)]) + 4 * i;
        std::uint32_t word;
        std::memcpy(&word, in_register, 4);
        f(s.values[static_cast<std::size_t>(p.row * s.columns + p.col)], word);
        std::memcpy(in_register, &word, 4);
      }
  }
};

}  // namespace bsr_test::emulator
