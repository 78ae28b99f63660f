// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The kernels of plans in the form of microkernels without one: a workspace is made for each call.
#include "bsr/kernel/cpu/backend.hpp"
#include "kernel/cpu/micro/cases.hpp"

namespace bsr_test {

template <class Problem>
struct with_plan;
template <class A, bsr::op Op, class B, class C, class E>
struct with_plan<bsr::spmm_problem<A, Op, B, C, E>> {
  static constexpr bool fits = true;
  static void run(const bsr::cpu& policy, const bsr::spmm_problem<A, Op, B, C, E>& p) {
    auto work = bsr::backend<bsr::cpu>::workspace<Op, B>(policy, p.a);
    bsr::micro::planned_spmm<bsr::spmm_problem<A, Op, B, C, E>>::run(policy, work, p);
  }
};
template <class A, bsr::op Op, class X, class Y, class E>
struct with_plan<bsr::spmv_problem<A, Op, X, Y, E>> {
  static constexpr bool fits = true;
  static void run(const bsr::cpu& policy, const bsr::spmv_problem<A, Op, X, Y, E>& p) {
    auto work = bsr::backend<bsr::cpu>::workspace<Op, X>(policy, p.a);
    bsr::micro::planned_spmv<bsr::spmv_problem<A, Op, X, Y, E>>::run(policy, work, p);
  }
};

/// The same with a matrix that is packed for each call.
template <class Problem>
struct with_pack;
template <class A, bsr::op Op, class B, class C, class E>
struct with_pack<bsr::spmm_problem<A, Op, B, C, E>> {
  static constexpr bool fits = true;
  static void run(const bsr::cpu& policy, const bsr::spmm_problem<A, Op, B, C, E>& p) {
    auto work = bsr::backend<bsr::cpu>::workspace<Op, B>(policy, p.a);
    const auto blocks = bsr::backend<bsr::cpu>::pack<Op, B>(policy, p.a);
    const bsr::packed_view<A, Op, std::remove_const_t<decltype(blocks)>> a(
        p.a.shape(), p.a.blocksize(), p.a.indptr().data(), p.a.indices().data(), blocks);
    using problem = bsr::spmm_problem<std::remove_const_t<decltype(a)>, Op, B, C, E>;
    bsr::micro::planned_spmm<problem>::run(policy, work, problem{p.alpha, a, p.b, p.c, p.epilogue});
  }
};

/// The same for a padded matrix, whose padding is poison.
template <bsr::op Op, class LayoutB, class LayoutC, class T, int R, int C,
          template <class> class Kernel = with_plan, class Sizes>
void check_padded(const Sizes& sizes) {
  random rng(static_cast<std::uint64_t>(R * 100 + C));
  const auto a = random_matrix<T, R, C>(rng, {3 * R - 1, 4 * C - (C > 1 ? 1 : 0)}, wild);
  for (const int n : sizes) check_spmm<Kernel, Op, LayoutB, LayoutC>(rng, a.view(), n);
}

}  // namespace bsr_test
