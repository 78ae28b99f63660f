// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Every instruction of a kernel made wrong in every way: a test must notice each time.
#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "bsr/kernel/cuda/flat_epilogue.hpp"
#include "cuda/emulator/machine.hpp"
#include "cuda/product.hpp"

namespace bsr_test {

/// For kernels without asynchronous copies.
inline std::vector<emulator::settings> orders_of_threads() {
  return {{.order = emulator::order::forward},
          {.order = emulator::order::reverse},
          {.order = emulator::order::random}};
}

/// For kernels with asynchronous copies: that all are late shows most.
inline std::vector<emulator::settings> times_of_copies() {
  const auto ways = ways_to_run(3);
  return {ways[1], ways[0], ways[2]};
}

/// 2 (-3 v) as steps that are data. (relu would make a number of what is none.)
inline bsr::gpu::flat_epilogue two_factors() {
  using kind = bsr::gpu_runtime::epilogue_step::kind;
  bsr::gpu::flat_epilogue e{};
  e.steps = 2;
  e.step[0] = {kind::scale, {}, nullptr, 0, 0, -3};
  e.step[1] = {kind::scale, {}, nullptr, 0, 0, 2};
  return e;
}

/// run(settings, mutation, record) says what is wrong, or "". It is run as the first of `ways` says to list
/// the mutations, and with each of them in all ways until one notices. `harmless` is what cannot be noticed
/// because it changes no result: the end of a mutation's text, and how often.
template <class Run>
void check_mutants(const std::string& name, int expected, const std::vector<emulator::settings>& ways,
                   const Run& run, std::map<std::string, int> harmless = {}) {
  emulator::mutations all;
  const emulator::mutation* const none = nullptr;
  emulator::mutations* const unrecorded = nullptr;
  REQUIRE(run(ways.front(), none, &all) == "");
  int count = 0;
  int noticed = 0;
  for (const emulator::mutation& each : all) {
    bool seen = false;
    for (const auto& how : ways) seen = seen || run(how, &each, unrecorded) != "";
    if (!seen) {
      bool excused = false;
      for (auto& [end, times] : harmless)
        if (!excused && each.text().ends_with(end) && times > 0) {
          --times;
          excused = true;
        }
      if (excused) continue;
      FAIL_CHECK("not noticed: " << each.text());
    }
    ++count;
    noticed += seen;
  }
  std::printf("mutants of %s: %d of %d noticed\n", name.c_str(), noticed, count);
  CHECK(noticed == count);
  CHECK(count >= expected);
}

/// The same for products: run(p, settings, mutation, record) for every p of `cases`.
template <class Case, class Run>
void check_mutants(const std::string& name, int expected, std::vector<Case>& cases, const Run& run,
                   const std::map<std::string, int>& harmless) {
  check_mutants(
      name, expected, times_of_copies(),
      [&](const auto& how, const auto* mutate, auto* record) {
        for (Case& p : cases) {
          const std::string text = run(p, how, mutate, record);
          if (!text.empty()) return text;
        }
        return std::string();
      },
      harmless);
}

}  // namespace bsr_test
