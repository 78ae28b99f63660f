// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Execution policies: plain data that says where and how an assignment runs.
#include "bsr/base/target.hpp"

namespace bsr::inline v0 {

/// Someone else's threads. `run(context, tasks, task, argument)` must call task(argument, i) once for every i
/// in [0, tasks), in any order, on any threads, and return when all calls have returned. task does not throw.
struct executor {
  void* context = nullptr;
  void (*run)(void* context, int tasks, void (*task)(void* argument, int i), void* argument) = nullptr;
};

/// Run on the CPU: y.on(bsr::cpu{.threads = 8}) = a * x.
struct cpu {
  /// 0: as many as OpenMP would use (one inside an active parallel region, and one without OpenMP); n:
  /// exactly n pieces of work. More than one needs OpenMP at compile time or an executor, else bsr::error.
  /// The result has the same bits for every number of threads.
  int threads = 0;
  /// Used instead of OpenMP when its `run` is set.
  bsr::executor executor{};
};

}  // namespace bsr::inline v0
