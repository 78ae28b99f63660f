// SPDX-License-Identifier: BSD-3-Clause
// gpu_conformance          each instruction on the device and on the emulated one, with the same random bits
// gpu_conformance --list   names the probes, and runs nothing
#include "conformance.hpp"

#include <cstdio>
#include <cstring>
#include <random>
#include <string_view>
#include <vector>

#include "conformance_hopper.hpp"
#include "cuda/emulator/hopper_isa.hpp"
#include "cuda/emulator/isa.hpp"

namespace emulator = bsr_test::emulator;
using word_list = std::vector<std::uint32_t>;

static constexpr emulator::settings any_order{
    .timing = emulator::timing::random, .order = emulator::order::random, .seed = 3};

namespace bsr_conformance {

struct portable {
  static constexpr int threads = all_threads, in = words_in, out = words_out, rounds = 20;
  static constexpr bool on_device() { return true; }
  template <class F>
  static void for_each(const F& f) {
    for_each_probe(f);
  }
  template <class Probe>
  static std::uint32_t prepared(std::uint32_t word) {
    return word;
  }
  template <class Probe>
  static void emulate(const word_list& i, word_list& o) {
    word_list exchanged(all_threads + 1);
    const arguments args{i.data(), o.data(), exchanged.data()};
    emulator::machine m(any_order);
    m.add_input(i.data(), static_cast<std::int64_t>(i.size()));
    m.add_output(o.data(), static_cast<std::int64_t>(o.size()));
    m.add_exchange(exchanged.data(), static_cast<std::int64_t>(exchanged.size()));
    m.run<emulator::isa>({1, all_threads, shared_bytes}, [&](emulator::isa& isa) { Probe::run(isa, args); });
  }
  static int run(int n, const std::uint32_t* i, std::uint32_t* o) { return run_on_device(n, i, o); }
};

struct of_sm90a {
  static constexpr int threads = hopper::all_threads, in = hopper::words_in, out = hopper::words_out,
                       rounds = 3;
  static bool on_device() { return hopper::on_device(); }
  template <class F>
  static void for_each(const F& f) {
    hopper::for_each_probe(f);
  }
  template <class Probe>
  static std::uint32_t prepared(std::uint32_t word) {
    return Probe::prepared(word);
  }
  template <class Probe>
  static void emulate(const word_list& i, word_list& o) {
    const hopper::arguments<bsr::gpu::slab_source> args{i.data(), o.data(), Probe::source(i.data())};
    emulator::machine m(any_order);
    m.add_input(i.data(), static_cast<std::int64_t>(i.size()));
    m.add_output(o.data(), static_cast<std::int64_t>(o.size()));
    m.run<emulator::hopper_isa>({1, hopper::all_threads, hopper::shared_bytes},
                                [&](emulator::hopper_isa& isa) { Probe::run(isa, args); });
  }
  static int run(int n, const std::uint32_t* i, std::uint32_t* o) { return hopper::run_on_device(n, i, o); }
};

}  // namespace bsr_conformance

#if defined(BSR_WITHOUT_DEVICE)
// So that a machine without a GPU can see that the probes are right: the emulated device beside itself.
template <class Probes>
static int run_emulated(int n, const std::uint32_t* in, std::uint32_t* out) {
  const word_list i(in, in + Probes::in * Probes::threads);
  word_list o(Probes::out * Probes::threads);
  int at = 0;
  Probes::for_each([&](auto probe) {
    if (at++ == n) Probes::template emulate<decltype(probe)>(i, o);
  });
  std::memcpy(out, o.data(), 4 * o.size());
  return 0;
}
int bsr_conformance::run_on_device(int n, const std::uint32_t* in, std::uint32_t* out) {
  return run_emulated<portable>(n, in, out);
}
int bsr_conformance::hopper::run_on_device(int n, const std::uint32_t* in, std::uint32_t* out) {
  return run_emulated<of_sm90a>(n, in, out);
}
bool bsr_conformance::hopper::on_device() { return true; }
#endif

namespace {

struct {
  int probes = 0;
  int right = 0;
  int skipped = 0;
} found;

/// All probes of a kind, on both devices.
template <class Probes>
void compare() {
  std::mt19937 rng(1);
  int n = 0;
  Probes::for_each([&](auto probe) {
    using body = decltype(probe);
    const int number = n++;
    ++found.probes;
    if (!Probes::on_device()) {
      std::printf("skipped: %s: needs compute capability 9.0 and code for sm_90a\n", body::name);
      ++found.skipped;
      return;
    }
    long compared = 0;
    int differ = 0;
    int code = 0;
    for (int round = 0; round < Probes::rounds && code == 0; ++round) {
      word_list in(Probes::in * Probes::threads), expected(Probes::out * Probes::threads),
          got(expected.size());
      for (auto& word : in) word = Probes::template prepared<body>(static_cast<std::uint32_t>(rng()));
      Probes::template emulate<body>(in, expected);
      code = Probes::run(number, in.data(), got.data());
      compared += static_cast<long>(got.size());
      for (std::size_t w = 0; w < got.size(); ++w)
        if (got[w] != expected[w] && ++differ == 1)
          std::printf("%s: word %d of thread %d is %08x, emulated %08x\n", body::name,
                      static_cast<int>(w) / Probes::threads, static_cast<int>(w) % Probes::threads, got[w],
                      expected[w]);
    }
    std::printf("{\"conformance\": \"%s\", \"words\": %ld, \"differ\": %d, \"cuda error\": %d}\n", body::name,
                compared, differ, code);
    found.right += differ == 0 && code == 0;
  });
}

}  // namespace

int main(int count, char** arguments) {
  using bsr_conformance::of_sm90a, bsr_conformance::portable;
  if (count > 1 && std::string_view(arguments[1]) == "--list") {
    const auto name = [](auto probe) { std::printf("%s\n", decltype(probe)::name); };
    portable::for_each(name);
    of_sm90a::for_each(name);
    return 0;
  }
  compare<portable>();
  compare<of_sm90a>();
  std::printf("%d of %d groups of instructions give the bits of the emulated device, %d skipped\n",
              found.right, found.probes, found.skipped);
  return found.right + found.skipped != found.probes;
}
