// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A policy that computes by the definition, so that tests of the rooms above the kernels need no kernel:
// y.on(by_definition) = a * x.
#include "bsr/kernel/backend.hpp"
#include "bsr/kernel/reference/sddmm.hpp"
#include "bsr/kernel/reference/spmm.hpp"
#include "bsr/kernel/reference/spmv.hpp"

namespace bsr_test {

struct definition {};
inline constexpr definition by_definition{};

}  // namespace bsr_test

namespace bsr::inline v0::inline BSR_TARGET {

template <>
struct backend<bsr_test::definition> {
  template <class Problem>
  static void spmm(const bsr_test::definition&, const Problem& p) {
    reference::spmm(p);
  }
  template <class Problem>
  static void spmv(const bsr_test::definition&, const Problem& p) {
    reference::spmv(p);
  }
  template <class Problem>
  static void sddmm(const bsr_test::definition&, const Problem& p) {
    reference::sddmm(p);
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET
