// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The kernel of a product that has a plan: chosen when it runs, from the block size, the layouts and the
// number of columns. What no kernel here is made for runs as it does without a plan.
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/cost.hpp"
#include "bsr/kernel/cpu/micro/list.hpp"
#include "bsr/kernel/cpu/micro/panel_driver.hpp"
#include "bsr/kernel/cpu/micro/spmm_chunks.hpp"
#include "bsr/kernel/cpu/micro/spmm_complex.hpp"
#include "bsr/kernel/cpu/micro/spmm_flipped.hpp"
#include "bsr/kernel/cpu/micro/spmm_generic.hpp"
#include "bsr/kernel/cpu/micro/spmm_lanes.hpp"
#include "bsr/kernel/cpu/micro/spmm_symmetric.hpp"
#include "bsr/kernel/cpu/micro/spmv_complex_turned.hpp"
#include "bsr/kernel/cpu/micro/spmv_symmetric.hpp"
#include "bsr/kernel/cpu/micro/spmv_turned.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/packed_blocks.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/cpu/workspace.hpp"
#include "bsr/kernel/packed_view.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {
/// A, B and sums of one floating-point type: what the kernels of plans are made for.
template <class T, class A, class B>
inline constexpr bool has_planned_kernels =
    std::floating_point<T> && has_vectors<T> && std::same_as<typename A::value_type, T> &&
    std::same_as<typename B::value_type, T>;

/// Whether panels of B are copied, and there is room for them.
template <class List, class Workspace, class Problem>
bool copies_panels(const List& a, const Workspace& work, const Problem& p) {
  constexpr std::int64_t bytes = sizeof(typename Problem::accumulator);
  return bsr::copies_panels(p.c.cols() * bytes, a.num_blocks() * a.area() / (a.shape.cols + 1)) &&
         work.slice_size() >= p.b.rows() * 4 * pack<typename Problem::accumulator>::size;
}
template <int R, int C, class Workspace, class List, class Problem>
void run_turned(const cpu& policy, Workspace& work, const List& a, const Problem& p) {
  using driver = panel_driver<Problem, R, C, true>;
  if (copies_panels(a, work, p))
    driver::run_copied(policy, work, a, p);
  else
    driver::run(policy, a, p);
}
}  // namespace detail

namespace micro {

using detail::planned_kernel;

template <class Problem>
struct planned_spmm;

template <class A, op Op, class B, class C, class Epilogue>
struct planned_spmm<spmm_problem<A, Op, B, C, Epilogue>> {
  using problem = spmm_problem<A, Op, B, C, Epilogue>;
  using T = typename problem::accumulator;
  using P = pack<T>;
  static constexpr bool turned = Op == op::transpose;
  static constexpr int R = turned ? A::static_cols : A::static_rows,
                       S = turned ? A::static_rows : A::static_cols;
  static constexpr bool by_column = std::same_as<typename B::layout_type, col_major>;
  static constexpr bool by_row = std::same_as<typename B::layout_type, row_major>;
  static constexpr bool has_own = detail::has_planned_kernels<T, A, B> && (by_column || by_row);

  /// Elements of the workspace that a piece wants for blocks of op(A) of size `block`, B of `depth` rows and
  /// `columns`.
  static std::int64_t wanted(dims block, std::int64_t depth, std::int64_t columns) {
    if constexpr (has_own && by_row) {
      constexpr std::int64_t bytes = sizeof(T);
      return bsr::copies_panels(columns * bytes) ? detail::panel_driver<problem, R, S, turned>::wanted(depth)
                                                 : 0;
    } else if constexpr (has_own) {
      // Masked matrices are always flipped.
      const std::int64_t flipped = spmm_flipped<problem, R, S, turned>::wanted(depth);
      const std::int64_t lanes =
          turned && spmm_lanes<problem>::fits(block) ? spmm_lanes<problem>::wanted(depth) : 0;
      return lanes > flipped ? lanes : flipped;
    } else {
      return 0;
    }
  }

  /// The kernel for so many columns.
  static planned_kernel kernel_for(dims block, std::int64_t columns) {
    if constexpr (!detail::has_planned_kernels<T, A, B>) return planned_kernel::other;
    if constexpr (has_own && turned) {
      if (!is_masked_view<A> && spmm_lanes<problem>::fits(block) &&
          (by_column || columns <= lanes_most_columns<T>))
        return spmm_lanes<problem>::kernel_for(block);
      return by_row ? planned_kernel::turned_panel : planned_kernel::flipped;
    }
    if (by_column && flips(block) && columns >= P::size / 2) return planned_kernel::flipped;
    return turned ? planned_kernel::other : by_column ? planned_kernel::column : planned_kernel::panel;
  }

  template <class Workspace>
  static void run(const cpu& policy, Workspace& work, const problem& p) {
    if constexpr (has_own) {
      const auto a = work.blocks(p.a);
      const planned_kernel kernel = kernel_for(a.block, p.c.cols());
      if constexpr (by_column)
        if (kernel == planned_kernel::flipped || is_masked_view<A>)
          return spmm_flipped<problem, R, S, turned>::run(policy, work, a, p);
      if constexpr (by_row && !turned)
        if (detail::copies_panels(a, work, p))
          return detail::panel_driver<problem, R, S, false>::run_copied(policy, work, a, p);
      if constexpr (turned) {
        if constexpr (by_row)
          if (kernel == planned_kernel::turned_panel) return detail::run_turned<R, S>(policy, work, a, p);
        if constexpr (!is_masked_view<A>) return spmm_lanes<problem>::run(policy, work, a, p);
      }
    }
    if constexpr (turned && spmm_complex<problem>::fits)
      spmm_complex<problem>::run_list(policy, work.blocks(p.a), p);
    else if constexpr (!has_own || !turned)
      spmm_kernel<problem>::run(policy, p);
  }

 private:
  /// Whether blocks that lie by rows are better served by spmm_flipped than by spmm_column.
  static bool flips(dims block) { return turned || block.rows % (2 * P::size) != 0; }
};

/// The same with a packed matrix.
template <class M, op Op, class Blocks, class B, class C, class Epilogue>
struct planned_spmm<spmm_problem<packed_view<M, Op, Blocks>, Op, B, C, Epilogue>> {
  using A = packed_view<M, Op, Blocks>;
  using problem = spmm_problem<A, Op, B, C, Epilogue>;
  using T = typename problem::accumulator;
  static constexpr int R = Blocks::view_type::static_rows, S = Blocks::view_type::static_cols;
  static constexpr bool by_column = std::same_as<typename B::layout_type, col_major>;
  static constexpr bool by_row = std::same_as<typename B::layout_type, row_major>;

  template <class Workspace>
  static void run(const cpu& policy, Workspace& work, const problem& p) {
    const Blocks& blocks = p.a.blocks();
    if (blocks.layout() == packed_layout::by_row) {
      using natural = spmm_problem<typename Blocks::view_type, op::none, B, C, Epilogue>;
      return spmm_kernel<natural>::run(policy, natural{p.alpha, blocks.view(), p.b, p.c, p.epilogue});
    }
    const auto a = blocks.list();
    if constexpr (detail::has_planned_kernels<T, A, B> && (by_row || by_column)) {
      const planned_kernel kernel = kernel_for(a.block, blocks.layout(), p.c.cols());
      if constexpr (by_column) {
        if (kernel == planned_kernel::flipped)
          return spmm_flipped<problem, R, S, true>::run(policy, work, a, p);
      } else {
        if constexpr (spmm_chunks<problem>::fits)
          if (kernel == planned_kernel::chunks && !detail::reads(p.epilogue, p.c))
            return spmm_chunks<problem>::run(policy, blocks, p);
        if (kernel == planned_kernel::turned_panel || kernel == planned_kernel::chunks)
          return detail::run_turned<R, S>(policy, work, a, p);
      }
      spmm_lanes<problem>::run(policy, work, a, p);
    } else {
      spmm_generic<problem>::run_list(policy, a, p);
    }
  }

  /// The kernel for so many columns.
  static planned_kernel kernel_for(dims block, packed_layout layout, std::int64_t columns) {
    if (!detail::has_planned_kernels<T, A, B> || layout == packed_layout::by_row)
      return planned_kernel::other;
    if (spmm_lanes<problem>::fits(block) && (by_column || columns <= lanes_most_columns<T>))
      return spmm_lanes<problem>::kernel_for(block);
    return by_column                         ? planned_kernel::flipped
           : layout == packed_layout::chunks ? planned_kernel::chunks
                                             : planned_kernel::turned_panel;
  }
};

template <class Problem>
struct planned_spmv;

template <class M, op Op, class Blocks, class X, class Y, class Epilogue>
struct planned_spmv<spmv_problem<packed_view<M, Op, Blocks>, Op, X, Y, Epilogue>> {
  template <class Workspace>
  static void run(const cpu& policy, Workspace&,
                  const spmv_problem<packed_view<M, Op, Blocks>, Op, X, Y, Epilogue>& p) {
    using natural = spmv_problem<typename Blocks::view_type, op::none, X, Y, Epilogue>;
    spmv_kernel<natural>::run(policy, natural{p.alpha, p.a.blocks().view(), p.x, p.y, p.epilogue});
  }
};

template <class M, op Op, class X, class Y, class Epilogue>
struct planned_spmv<spmv_problem<symmetric_view<M>, Op, X, Y, Epilogue>> {
  using problem = spmv_problem<symmetric_view<M>, Op, X, Y, Epilogue>;

  template <class Workspace>
  static void run(const cpu& policy, Workspace& work, const problem& p) {
    if constexpr (spmv_symmetric<problem>::fits)
      spmv_symmetric<problem>::run(policy, work, p);
    else
      spmv_kernel<problem>::run(policy, p);
  }
};
template <class M, op Op, class B, class C, class Epilogue>
struct planned_spmm<spmm_problem<symmetric_view<M>, Op, B, C, Epilogue>> {
  using problem = spmm_problem<symmetric_view<M>, Op, B, C, Epilogue>;

  /// Elements of the workspace that a piece wants for a matrix of so many rows.
  static std::int64_t wanted(std::int64_t rows) {
    if constexpr (spmm_symmetric<problem>::fits) return spmm_symmetric<problem>::wanted(rows);
    return 0;
  }
  template <class Workspace>
  static void run(const cpu& policy, Workspace& work, const problem& p) {
    if constexpr (spmm_symmetric<problem>::fits) return spmm_symmetric<problem>::run(policy, work, p);
    if constexpr (spmm_complex<problem>::fits) {
      const auto stored = natural_blocks(p.a.matrix()), mirrored = work.mirrored(p.a.matrix());
      if (p.b.col_stride() == 1)
        return spmm_complex<problem>::run_lists(policy, stored, &mirrored, work.before(), p);
    }
    spmm_kernel<problem>::run(policy, p);
  }
  static planned_kernel kernel_for(dims, std::int64_t) {
    if constexpr (!spmm_symmetric<problem>::fits) return planned_kernel::other;
    return std::same_as<typename B::layout_type, row_major> ? planned_kernel::symmetric_panel
                                                            : planned_kernel::symmetric_flipped;
  }
};

template <class A, op Op, class X, class Y, class Epilogue>
struct planned_spmv<spmv_problem<A, Op, X, Y, Epilogue>> {
  using problem = spmv_problem<A, Op, X, Y, Epilogue>;

  template <class Workspace>
  static void run(const cpu& policy, Workspace& work, const problem& p) {
    if constexpr (Op == op::transpose && detail::has_planned_kernels<typename problem::accumulator, A, X>)
      if (p.x.stride() == 1) return spmv_turned<problem>::run(policy, work.blocks(p.a), p);
    if constexpr (Op == op::transpose && spmv_complex_turned<problem>::fits)
      return spmv_complex_turned<problem>::run(policy, work.blocks(p.a), p);
    spmv_kernel<problem>::run(policy, p);
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
