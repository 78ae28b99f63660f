// SPDX-License-Identifier: BSD-3-Clause
// Each instruction on the device and on the emulated one, with the same random bits.
#include "conformance.hpp"

#include <cstdio>
#include <cstring>
#include <random>
#include <vector>

#include "cuda/emulator/isa.hpp"

using namespace bsr_conformance;
namespace emulator = bsr_test::emulator;

template <class Probe>
static void emulate(const std::vector<std::uint32_t>& in, std::vector<std::uint32_t>& out) {
  std::vector<std::uint32_t> exchanged(all_threads + 1);
  const arguments args{in.data(), out.data(), exchanged.data()};
  emulator::machine m({.timing = emulator::timing::random, .order = emulator::order::random, .seed = 3});
  m.add_input(in.data(), static_cast<std::int64_t>(in.size()));
  m.add_output(out.data(), static_cast<std::int64_t>(out.size()));
  m.add_exchange(exchanged.data(), static_cast<std::int64_t>(exchanged.size()));
  m.run<emulator::isa>({1, all_threads, shared_bytes}, [&](emulator::isa& isa) { Probe::run(isa, args); });
}

#if defined(BSR_WITHOUT_DEVICE)
// So that a machine without a GPU can see that the probes are right: the emulated device beside itself.
int bsr_conformance::run_on_device(int n, const std::uint32_t* in, std::uint32_t* out) {
  std::vector<std::uint32_t> i(in, in + words_in * all_threads), o(words_out * all_threads);
  int at = 0;
  for_each_probe([&](auto probe) {
    if (at++ == n) emulate<decltype(probe)>(i, o);
  });
  std::memcpy(out, o.data(), 4 * o.size());
  return 0;
}
#endif

int main() {
  constexpr int rounds = 20;
  std::mt19937 rng(1);
  int n = 0;
  int wrong = 0;
  for_each_probe([&](auto probe) {
    using body = decltype(probe);
    long words = 0;
    int differ = 0;
    int code = 0;
    for (int round = 0; round < rounds && code == 0; ++round) {
      std::vector<std::uint32_t> in(words_in * all_threads), expected(words_out * all_threads),
          found(expected.size());
      for (auto& word : in) word = static_cast<std::uint32_t>(rng());
      emulate<body>(in, expected);
      code = run_on_device(n, in.data(), found.data());
      words += static_cast<long>(found.size());
      for (std::size_t w = 0; w < found.size(); ++w)
        if (found[w] != expected[w] && ++differ == 1)
          std::printf("%s: word %d of thread %d is %08x, emulated %08x\n", body::name,
                      static_cast<int>(w) / all_threads, static_cast<int>(w) % all_threads, found[w],
                      expected[w]);
    }
    std::printf("{\"conformance\": \"%s\", \"words\": %ld, \"differ\": %d, \"cuda error\": %d}\n", body::name,
                words, differ, code);
    wrong += differ != 0 || code != 0;
    ++n;
  });
  std::printf("%d of %d groups of instructions give the bits of the emulated device\n", n - wrong, n);
  return wrong != 0;
}
