// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The seam between what is asked and who computes it: one specialisation of backend for each execution
// policy.
#include "bsr/base/error.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// backend<Policy>::spmm(policy, spmm_problem) and ::spmv(policy, spmv_problem) compute a checked problem. A
/// new device is one specialisation; rooms above never name another.
template <class Policy>
struct backend {
  static_assert(detail::never<Policy>,
                "bsr: no backend for this execution policy here. For bsr::cpu include <bsr/bsr.hpp>.");
  // So that the sentence is the only error.
  template <class Problem>
  static void spmm(const Policy&, const Problem&) {}
  template <class Problem>
  static void spmv(const Policy&, const Problem&) {}
};

}  // namespace bsr::inline v0::inline BSR_TARGET
