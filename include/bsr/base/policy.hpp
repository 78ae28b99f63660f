// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Execution policies: plain data that says where and how an assignment runs.
#include "bsr/base/space.hpp"
#include "bsr/base/target.hpp"

/// CUDA's stream: what cudaStream_t points to.
struct CUstream_st;

namespace bsr::inline v0 {

/// Someone else's threads. `run(context, tasks, task, argument)` must call task(argument, i) once for every i
/// in [0, tasks), in any order, on any threads, and return when all calls have returned. task does not throw.
struct executor {
  void* context = nullptr;
  void (*run)(void* context, int tasks, void (*task)(void* argument, int i), void* argument) = nullptr;
  /// Whether work that is not cut goes to `run`, too, as one task; else the caller's thread does it.
  bool single_pieces = false;
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

/// Run on a GPU: y.on(bsr::cuda{.stream = s}) = a * x, with operands in device memory. The call returns
/// before the result is there. For bsr/cuda.hpp.
struct cuda {
  /// A cudaStream_t; nullptr is the default stream.
  CUstream_st* stream = nullptr;
  /// A plan made under this policy may round float factors to tf32, 10 bits of fraction, for the tensor
  /// cores.
  bool tf32 = false;

  /// Whether there is a GPU that can be used. Never throws.
  static bool available();
  /// Waits for everything that was given to a stream.
  static void synchronize(CUstream_st* stream = nullptr);
};

/// The memory that a policy works in.
template <class Policy>
struct space_of {
  using type = host;
};
template <>
struct space_of<cuda> {
  using type = device;
};

}  // namespace bsr::inline v0
