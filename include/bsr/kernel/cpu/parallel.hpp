// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Threads: the only use of OpenMP. No state, no settings changed, nothing allocated.
#include <atomic>
#include <cstdint>
#include <exception>

#include "bsr/base/error.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"

#if BSR_HAS_OPENMP
#include <omp.h>
#endif

namespace bsr::inline v0::inline BSR_TARGET {

/// The number of pieces the policy asks for; O(1).
/// threads = 0: OpenMP's default, and 1 inside an active parallel region or where there is neither OpenMP nor
/// an executor. Throws bsr::error when threads is negative, or more than one is asked for and nothing can run
/// them.
inline int thread_count(const cpu& policy) {
  if (policy.threads < 0)
    fail<error>("bsr: cpu{.threads = ", policy.threads, "}: a number of threads is 0 or positive.");
#if BSR_HAS_OPENMP
  if (policy.threads == 0)
    return policy.executor.run != nullptr || omp_in_parallel() ? 1 : omp_get_max_threads();
#else
  if (policy.threads > 1 && policy.executor.run == nullptr)
    fail<error>(
        "bsr: cpu{.threads = ", policy.threads,
        "}: more than one thread needs OpenMP at compile time (-fopenmp, or the target bsr::openmp) or "
        "cpu{.executor}.");
  if (policy.threads == 0) return 1;
#endif
  return policy.threads;
}

/// The same, and no more than are worth their start: `nanoseconds` is how long the work takes on one thread,
/// about. A fork and a join cost 2 to 3 microseconds (measured with libgomp, two threads on two cores).
inline int thread_count(const cpu& policy, std::int64_t nanoseconds) {
  constexpr std::int64_t worth_a_thread = 4000;
  const std::int64_t asked = thread_count(policy);
  const std::int64_t useful = nanoseconds / worth_a_thread;
  return static_cast<int>(useful < 1 ? 1 : useful < asked ? useful : asked);
}

namespace detail {

/// Calls f(i) and keeps the first exception of all calls; once there is one, the remaining calls are skipped.
template <class F>
class guarded {
 public:
  explicit guarded(const F& f) : f_(f) {}
  guarded(const guarded&) = delete;
  guarded& operator=(const guarded&) = delete;

#if BSR_HAS_EXCEPTIONS
  void operator()(int i) noexcept {
    if (failed_.load(std::memory_order_relaxed)) return;
    try {
      f_(i);
    } catch (...) {
      if (!failed_.exchange(true)) error_ = std::current_exception();
    }
  }
  void rethrow() {
    if (error_) std::rethrow_exception(error_);
  }
  static void call(void* self, int i) noexcept { (*static_cast<guarded*>(self))(i); }
#else
  void operator()(int i) noexcept { f_(i); }
  void rethrow() {}
  static void call(void* self, int i) noexcept { (*static_cast<guarded*>(self))(i); }
#endif

 private:
  const F& f_;
#if BSR_HAS_EXCEPTIONS
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;
#endif
};

}  // namespace detail

/// Calls f(i) once for every i in [0, pieces), on the policy's threads, and returns when all have returned.
/// Throws the first exception that an f throws. One piece runs in the caller's thread, unless the executor
/// wants it.
template <class F>
void for_each_piece(const cpu& policy, int pieces, const F& f) {
  if (pieces <= 1 && !(pieces == 1 && policy.executor.run != nullptr && policy.executor.single_pieces)) {
    if (pieces == 1) f(0);
    return;
  }
  detail::guarded<F> run(f);
  if (policy.executor.run != nullptr) {
    policy.executor.run(policy.executor.context, pieces, &detail::guarded<F>::call, &run);
  } else {
#if BSR_HAS_OPENMP
    // The runtime may give fewer threads than asked for.
#pragma omp parallel num_threads(pieces)
    {
      const int team = omp_get_num_threads();
      for (int i = omp_get_thread_num(); i < pieces; i += team) run(i);
    }
#else
    for (int i = 0; i < pieces; ++i) run(i);
#endif
  }
  run.rethrow();
}

}  // namespace bsr::inline v0::inline BSR_TARGET
