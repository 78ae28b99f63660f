// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/problem.hpp"

namespace bench {

/// One way to compute a problem, ready to run: whatever depends on the constant matrix alone (packing,
/// another format, a plan) was done when it was made and is not timed, for us and for peers alike.
struct candidate {
  std::string name;                         // as in the table: "MKL BSR"
  std::string variant;                      // of the variants of a name the quickest is measured
  bool dense = false;                       // works on the zeros too
  std::function<void()> run;                // one product into problem::out
  std::function<double(int)> seconds = {};  // mean of some calls, where only the peer can time itself
  bool own = false;                         // bsr in another form, not another library
  bool other_result = false;                // what it computes is not what the oracle expects
  bool half_width = false;                  // its limit is that of vectors of 32 bytes
  bool apart = false;                       // not between our calls: it leaves the caches to other threads
};

/// Another library. Each is a module of its own, loaded when its file is there, so that a library that is
/// missing, or that exports the same names as another one, disturbs nobody.
class peer {
 public:
  peer() = default;
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;
  virtual ~peer() = default;
  virtual std::string version() const = 0;
  /// No candidates: the library has no such operation.
  virtual std::vector<candidate> prepare(const problem<float>& p) = 0;
  virtual std::vector<candidate> prepare(const problem<double>& p) = 0;
  virtual std::vector<candidate> prepare(const problem<bf16>&) { return {}; }
  virtual std::vector<candidate> prepare(const problem<std::int8_t>&) { return {}; }
};

/// Gives both types of `prepare` to a class with a template `candidates(problem<T>)`.
template <class Derived>
class peer_of : public peer {
 public:
  std::vector<candidate> prepare(const problem<float>& p) final { return self().candidates(p); }
  std::vector<candidate> prepare(const problem<double>& p) final { return self().candidates(p); }

 private:
  Derived& self() { return static_cast<Derived&>(*this); }
};

/// Above this size the dense form of a matrix is not made.
inline constexpr std::size_t largest_dense = std::size_t{1} << 25;

}  // namespace bench

/// What every module exports.
extern "C" bench::peer* bsr_bench_peer();
