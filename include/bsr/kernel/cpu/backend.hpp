// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// bsr::cpu: takes the first microkernel that fits the types of a problem, and runs it.
#include "bsr/base/policy.hpp"
#include "bsr/kernel/backend.hpp"
#include "bsr/kernel/cpu/micro/list.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

template <>
struct backend<cpu> {
  template <class A, op Op, class B, class C, class Epilogue>
  static void spmm(const cpu& policy, const spmm_problem<A, Op, B, C, Epilogue>& p) {
    micro::spmm_kernel<spmm_problem<A, Op, B, C, Epilogue>>::run(policy, p);
  }

  template <class A, op Op, class X, class Y, class Epilogue>
  static void spmv(const cpu& policy, const spmv_problem<A, Op, X, Y, Epilogue>& p) {
    micro::spmv_kernel<spmv_problem<A, Op, X, Y, Epilogue>>::run(policy, p);
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET
