// SPDX-License-Identifier: BSD-3-Clause
// bsr once more, from another compiler or for another CPU: a module that stands where a library stands.
#include "ours/candidates.hpp"

namespace {

struct other_build final : bench::peer {
  std::string version() const override { return "bsr, " BSR_BENCH_MODULE_VERSION; }
  std::vector<bench::candidate> prepare(const bench::problem<float>& p) override {
    // It shares no threads with the others.
    if (p.threads > 1 || p.what != bench::operation::spmm) return {};
    std::vector<bench::candidate> all = candidates(p);
    for (bench::candidate& one : all) {
      one.name = BSR_BENCH_MODULE;
      one.own = true;
      one.half_width = BSR_BENCH_HALF_WIDTH;
    }
    return all;
  }
  std::vector<bench::candidate> prepare(const bench::problem<double>&) override { return {}; }
};

}  // namespace

extern "C" __attribute__((visibility("default"))) bench::peer* bsr_bench_peer() {
  static other_build instance;
  return &instance;
}
