// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Every instruction of a kernel made wrong in every way: a test must notice each time.
#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "cuda/emulator/machine.hpp"

namespace bsr_test {

/// For kernels without asynchronous copies.
inline std::vector<emulator::settings> orders_of_threads() {
  return {{.order = emulator::order::forward},
          {.order = emulator::order::reverse},
          {.order = emulator::order::random}};
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

}  // namespace bsr_test
