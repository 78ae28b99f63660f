// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Who computes what: the tiles of C, dealt to the blocks of a persistent grid before it runs.
//
// A work item is some or all steps of one group for one tile of columns. Items of the same columns follow
// each other, so that at any time few columns of B are in use and stay in the L2 cache. Each item goes to the
// worker that has least to do so far. Where that leaves workers idle, because rows are too long or tiles too
// few, items are cut: the parts' sums go to memory, and whoever finishes last adds them in the order of the
// parts. So a plan computes the same bits every time.
#include <cstdint>

#include "bsr/base/error.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/row_groups.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Steps [begin, end) of a group for the columns of B and C that are in tile `tile`.
struct work_item {
  std::int32_t group;
  std::int32_t tile;
  std::int32_t begin;
  std::int32_t end;
  std::int32_t part;     // of `parts`
  std::int32_t parts;    // 1: nobody else computes this tile
  std::int32_t slot;     // where the sums of part 0 go; part p is p further
  std::int32_t counter;  // counts the parts that are done
};
static_assert(sizeof(work_item) == 32);

/// What things cost, in any unit: schedules depend on the ratios only.
struct work_cost {
  std::int64_t step = 1;   // bringing the rows of B for one column
  std::int64_t block = 1;  // bringing and multiplying one block
  std::int64_t tile = 1;   // storing a tile, filling the pipeline
  std::int64_t part = 1;   // storing and adding the sums of one part
};

/// Items of worker w: items[begin[w]] .. items[begin[w + 1] - 1].
struct schedule {
  buffer<work_item> items;
  buffer<std::int32_t> begin;
  std::int32_t slots = 0;     // of partial sums
  std::int32_t counters = 0;  // tiles in several parts
  std::int64_t longest = 0;   // cost of the busiest worker
  std::int64_t total = 0;     // cost of all
};

namespace detail {

/// Least first; of equals the one with the lower number.
struct worker_load {
  std::int64_t cost;
  std::int32_t worker;
  bool before(const worker_load& other) const {
    return cost != other.cost ? cost < other.cost : worker < other.worker;
  }
};

/// Restores the order of a heap whose first element has grown.
inline void sink(worker_load* heap, std::int64_t size) {
  for (std::int64_t at = 0;;) {
    std::int64_t least = at;
    for (std::int64_t child = 2 * at + 1; child <= 2 * at + 2 && child < size; ++child)
      if (heap[child].before(heap[least])) least = child;
    if (least == at) return;
    const worker_load moved = heap[at];
    heap[at] = heap[least];
    heap[least] = moved;
    at = least;
  }
}

/// The cost of the steps before each: cost[s] for all steps below s.
inline buffer<std::int64_t> cost_of_steps(const row_groups& groups, const work_cost& cost) {
  buffer<std::int64_t> result(groups.steps() + 1, uninitialized);
  result[0] = 0;
  for (std::int64_t s = 0; s < groups.steps(); ++s) {
    std::int64_t here = cost.step;
    for (int j = 0; j < groups.rows_of_group; ++j)
      if (groups.blocks[s * groups.rows_of_group + j] >= 0) here += cost.block;
    result[s + 1] = result[s] + here;
  }
  return result;
}

/// In how many parts a group's steps are cut when none shall cost more than `most`.
inline std::int64_t count_parts(std::int64_t cost, std::int64_t steps, std::int64_t most) {
  const std::int64_t parts = most > 0 && cost > most ? (cost + most - 1) / most : 1;
  return parts < steps ? parts : (steps > 0 ? steps : 1);
}

/// Calls deal(item, cost) for every item in order, with no part above `most` (0: no limit) where steps allow.
template <class Deal>
void for_each_item(const row_groups& groups, std::int32_t tiles, const buffer<std::int64_t>& before,
                   const work_cost& cost, std::int64_t most, const Deal& deal) {
  std::int32_t slot = 0;
  std::int32_t counter = 0;
  for (std::int32_t tile = 0; tile < tiles; ++tile)
    for (std::int64_t g = 0; g < groups.size(); ++g) {
      const std::int64_t first = groups.begin[g];
      const std::int64_t last = groups.begin[g + 1];
      const std::int64_t all = before[last] - before[first];
      const auto parts = static_cast<std::int32_t>(count_parts(all, last - first, most));
      std::int64_t step = first;
      for (std::int32_t part = 0; part < parts; ++part) {
        const std::int64_t start = step;
        // At least one step for this part and for each that follows.
        const std::int64_t goal = before[first] + all * (part + 1) / parts;
        if (parts > 1) ++step;
        while (step < last - (parts - 1 - part) && before[step + 1] <= goal) ++step;
        if (part + 1 == parts) step = last;
        deal(work_item{static_cast<std::int32_t>(g), tile, static_cast<std::int32_t>(start),
                       static_cast<std::int32_t>(step), part, parts, parts > 1 ? slot : 0,
                       parts > 1 ? counter : 0},
             before[step] - before[start] + cost.tile + (parts > 1 ? cost.part : 0));
      }
      if (parts > 1) {
        slot += parts;
        ++counter;
      }
    }
}

}  // namespace detail

/// Deals the groups, for each of `tiles` tiles of columns, to `workers` workers. O(items log workers).
inline schedule make_schedule(const row_groups& groups, std::int64_t tiles, std::int32_t workers,
                              const work_cost& cost) {
  constexpr std::int64_t limit = std::int64_t{1} << 30;
  if (tiles > limit || groups.size() * tiles > limit)
    fail<shape_error>("bsr: a plan for CUDA: ", groups.size(), " groups of block rows times ", tiles,
                      " tiles of columns are more than can be counted.");
  const buffer<std::int64_t> before = detail::cost_of_steps(groups, cost);
  const auto columns = static_cast<std::int32_t>(tiles);
  buffer<detail::worker_load> heap(workers, uninitialized);
  const auto start = [&] {
    for (std::int32_t w = 0; w < workers; ++w) heap[w] = {0, w};
  };
  const auto give = [&](std::int64_t more) {
    const std::int32_t worker = heap[0].worker;
    heap[0].cost += more;
    detail::sink(heap.data(), workers);
    return worker;
  };
  const auto longest = [&](std::int64_t most) {
    start();
    detail::for_each_item(groups, columns, before, cost, most,
                          [&](const work_item&, std::int64_t more) { give(more); });
    std::int64_t result = 0;
    for (const auto& load : heap) result = load.cost > result ? load.cost : result;
    return result;
  };

  // Cut only where whole tiles leave the busiest worker with a tenth more than its share.
  const std::int64_t total =
      (before[groups.steps()] + groups.size() * cost.tile) * static_cast<std::int64_t>(columns);
  const std::int64_t share = (total + workers - 1) / workers;
  std::int64_t most = 0;
  std::int64_t best = longest(0);
  if (best > share + share / 10)
    for (std::int64_t pieces = 1; pieces <= 4; ++pieces) {
      const std::int64_t candidate = share / pieces > cost.tile ? share / pieces : cost.tile;
      const std::int64_t length = longest(candidate);
      if (length < best) best = length, most = candidate;
    }

  schedule result;
  result.longest = best;
  std::int64_t count = 0;
  buffer<std::int32_t> sizes(workers);
  start();
  detail::for_each_item(groups, columns, before, cost, most, [&](const work_item& item, std::int64_t more) {
    ++sizes[give(more)];
    ++count;
    result.total += more;
    if (item.parts > 1) {
      ++result.slots;
      result.counters = item.counter + 1;
    }
  });
  result.items = buffer<work_item>(count, uninitialized);
  result.begin = buffer<std::int32_t>(workers + 1, uninitialized);
  result.begin[0] = 0;
  for (std::int32_t w = 0; w < workers; ++w) {
    result.begin[w + 1] = result.begin[w] + sizes[w];
    sizes[w] = result.begin[w];
  }
  start();
  detail::for_each_item(groups, columns, before, cost, most, [&](const work_item& item, std::int64_t more) {
    result.items[sizes[give(more)]++] = item;
  });
  return result;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
