// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM with rows of B that lie in one piece: the sums of a tile of C stay in registers along the whole block
// row.
#include <concepts>
#include <type_traits>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/micro/panel_driver.hpp"
#include "bsr/kernel/cpu/micro/spmm_generic.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace micro {

/// C = epilogue(alpha * A * B), op none, rows of B in one piece, any block size, any C.
///
/// Panels of columns of B (outer) x strips of rows of a block row x blocks x columns of a block. An element's
/// sum runs in storage order, one fused multiply-add after the other. Masks the columns beyond the last one;
/// reads no row of B beyond the last one, and no more of A than its blocks; prefetches rows of B that a later
/// block of A will read.
template <class Problem>
struct spmm_panel {
  static constexpr bool fits = false;
};

template <class A, class B, class C, class Epilogue>
  requires(detail::has_vectors<typename spmm_problem<A, op::none, B, C, Epilogue>::accumulator> &&
           detail::has_vectors<typename A::value_type> && detail::has_vectors<typename B::value_type> &&
           !std::same_as<typename B::layout_type, col_major>)
struct spmm_panel<spmm_problem<A, op::none, B, C, Epilogue>> {
  using problem = spmm_problem<A, op::none, B, C, Epilogue>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    if (p.b.col_stride() != 1) return spmm_generic<problem>::run(policy, p);
    detail::panel_driver<problem, A::static_rows, A::static_cols, false>::run(policy, natural_blocks(p.a), p);
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
