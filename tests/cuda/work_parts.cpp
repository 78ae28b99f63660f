// SPDX-License-Identifier: BSD-3-Clause
// An item arrives as it was planned; the sums of parts are added in their order, whoever comes last.
#include "bsr/kernel/cuda/work_parts.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "cuda/emulator/hopper_isa.hpp"
#include "cuda/emulator/isa.hpp"

using namespace bsr_test::emulator;

static constexpr int parts = 5, threads = 64, size = 3, tiles = 2;

TEST_CASE("an item is read as it was written") {
  const bsr::gpu::work_item planned{1, -2, 3, 4, 5, 6, 7, -8};
  alignas(16) bsr::gpu::work_item items[2] = {{}, planned};
  std::vector<std::int32_t> seen;
  machine m({});
  m.add_input(items, 2);
  m.run<isa>({1, 32, 0}, [&](isa& x) {
    const auto item = bsr::gpu::load_item(x, items + 1);
    if (x.thread() == 7)
      seen = {item.group, item.tile, item.begin, item.end, item.part, item.parts, item.slot, item.counter};
  });
  CHECK(seen == std::vector<std::int32_t>{1, -2, 3, 4, 5, 6, 7, -8});
}

/// Part p of a sum: in float, any other order of the parts gives another sum.
static float part_of(int tile, int p, int thread, int i) {
  static constexpr float value[parts] = {1e8F, 3, -1e8F, 0.25F, 7};
  return value[p] * static_cast<float>(1 + tile) + static_cast<float>(thread * size + i) / 1024;
}

struct sum_args {
  float* partial;
  std::uint32_t* counter;
};

/// One block for each part of two tiles; where !AllThreads, a warp that has no sums stands aside.
template <class Isa, bool AllThreads>
static void check_parts(settings how) {
  constexpr int idle = AllThreads ? 0 : 32;
  std::vector<float> partial(tiles * parts * threads * size), out(tiles * threads * size);
  std::vector<std::uint32_t> counter(tiles);
  std::vector<int> finished(tiles);
  machine m(how);
  m.add_exchange(partial.data(), static_cast<std::int64_t>(partial.size()));
  m.add_exchange(counter.data(), tiles);
  m.add_output(out.data(), static_cast<std::int64_t>(out.size()));
  m.run<Isa>({tiles * parts, threads + idle, 64}, [&](Isa& x) {
    const int thread = x.thread() - idle;
    if (thread < 0) return;
    const int tile = x.block() % tiles, part = x.block() / tiles;
    float sums[size];
    for (int i = 0; i < size; ++i) sums[i] = part_of(tile, part, thread, i);
    const bsr::gpu::work_item item{.group = 0,
                                   .tile = 0,
                                   .begin = 0,
                                   .end = 0,
                                   .part = part,
                                   .parts = parts,
                                   .slot = tile * parts,
                                   .counter = tile};
    const sum_args args{partial.data(), counter.data()};
    if (!bsr::gpu::combine_parts<size, threads, AllThreads>(x, args, item, thread, x.shared(), sums)) return;
    if (thread == 0) ++finished[static_cast<std::size_t>(tile)];
    for (int i = 0; i < size; ++i)
      x.store(&out[static_cast<std::size_t>((tile * threads + thread) * size + i)], sums[i]);
  });
  for (int tile = 0; tile < tiles; ++tile) {
    CHECK(finished[static_cast<std::size_t>(tile)] == 1);
    CHECK(counter[static_cast<std::size_t>(tile)] == 0);  // ready for the next run
    for (int thread = 0; thread < threads; ++thread)
      for (int i = 0; i < size; ++i) {
        float expected = part_of(tile, 0, thread, i);
        for (int p = 1; p < parts; ++p) expected += part_of(tile, p, thread, i);
        REQUIRE(out[static_cast<std::size_t>((tile * threads + thread) * size + i)] == expected);
      }
  }
}

TEST_CASE("parts are added in their order, whoever comes last") {
  for (const auto who : {order::forward, order::reverse, order::random})
    for (unsigned seed = 1; seed < 6; ++seed) {
      const settings how{.order = who, .seed = seed, .resident = 4};
      check_parts<isa, true>(how);
      check_parts<hopper_isa, false>(how);
    }
}
