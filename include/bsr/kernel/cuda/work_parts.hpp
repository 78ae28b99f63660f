// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What kernels with a schedule do with its items.
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/isa.hpp"
#include "bsr/kernel/cuda/schedule.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

template <class Isa>
BSR_DEVICE work_item load_item(Isa& isa, const work_item* item) {
  const auto* const halves = reinterpret_cast<const quad*>(item);
  const quad x = isa.load(halves);
  const quad y = isa.load(halves + 1);
  const auto field = [](std::uint32_t w) { return static_cast<std::int32_t>(w); };
  return {field(x.word[0]), field(x.word[1]), field(x.word[2]), field(x.word[3]),
          field(y.word[0]), field(y.word[1]), field(y.word[2]), field(y.word[3])};
}

/// Leaves this part's sums in memory. True for the block that comes last: it then has the sums of all parts,
/// added in their order. All `Threads` threads of the block call it, or with AllThreads == false those that
/// have sums, `thread` being which of them this is. `arrived`: a word of shared memory.
template <int Size, int Threads, bool AllThreads, class Isa, class Args, class Sums>
BSR_DEVICE bool combine_parts(Isa& isa, const Args& args, const work_item& item, int thread,
                              std::uint32_t arrived, Sums& sums) {
  constexpr std::int64_t size = std::int64_t{Size} * Threads;
  auto* const first = args.partial + item.slot * size + thread;
  BSR_GPU_UNROLL
  for (int i = 0; i < Size; ++i) isa.store(first + item.part * size + i * Threads, sums[i]);
  if constexpr (AllThreads)
    isa.sync();
  else
    isa.template sync_some<Threads>();
  if (thread == 0) isa.store_shared(arrived, isa.exchange_count(args.counter + item.counter, 1));
  if constexpr (AllThreads)
    isa.sync();
  else
    isa.template sync_some<Threads>();
  if (isa.template load_shared<std::uint32_t>(arrived) != static_cast<std::uint32_t>(item.parts - 1))
    return false;
  BSR_GPU_UNROLL
  for (int i = 0; i < Size; ++i) sums[i] = isa.load_written(first + i * Threads);
  for (int part = 1; part < item.parts; ++part) {
    BSR_GPU_UNROLL
    for (int i = 0; i < Size; ++i) sums[i] += isa.load_written(first + part * size + i * Threads);
  }
  if (thread == 0) isa.store(args.counter + item.counter, 0u);
  return true;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
