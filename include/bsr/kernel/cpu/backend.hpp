// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// bsr::cpu: takes the first microkernel that fits the types of a problem, and runs it.
#include <concepts>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/backend.hpp"
#include "bsr/kernel/cpu/calibrate.hpp"
#include "bsr/kernel/cpu/cost.hpp"
#include "bsr/kernel/cpu/micro/list.hpp"
#include "bsr/kernel/cpu/micro/planned.hpp"
#include "bsr/kernel/cpu/mirrored_workspace.hpp"
#include "bsr/kernel/cpu/packed_blocks.hpp"
#include "bsr/kernel/cpu/sparse/product.hpp"
#include "bsr/kernel/cpu/sparse/product_structure.hpp"
#include "bsr/kernel/cpu/sparse/rows.hpp"
#include "bsr/kernel/cpu/sparse/sum.hpp"
#include "bsr/kernel/cpu/symmetric_workspace.hpp"
#include "bsr/kernel/cpu/workspace.hpp"
#include "bsr/kernel/machine.hpp"
#include "bsr/kernel/packed_view.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/kernel/symmetric_view.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

template <>
struct backend<cpu> {
  using machine_type = machine;

  template <class A, op Op, class B, class C, class Epilogue>
  static void spmm(const cpu& policy, const spmm_problem<A, Op, B, C, Epilogue>& p) {
    micro::spmm_kernel<spmm_problem<A, Op, B, C, Epilogue>>::run(policy, p);
  }

  template <class A, op Op, class X, class Y, class Epilogue>
  static void spmv(const cpu& policy, const spmv_problem<A, Op, X, Y, Epilogue>& p) {
    micro::spmv_kernel<spmv_problem<A, Op, X, Y, Epilogue>>::run(policy, p);
  }

  template <class X, class Y, class S, class D>
  static void sddmm(const cpu& policy, const sddmm_problem<X, Y, S, D>& p) {
    micro::sddmm_kernel<sddmm_problem<X, Y, S, D>>::run(policy, p);
  }

  template <op Op, class B, class A>
  static auto workspace(const cpu& policy, const A& a, std::int64_t columns) {
    using element = promoted_t<typename A::value_type, typename B::value_type>;
    const dims shape = Op == op::none ? a.shape() : dims(a.cols(), a.rows()), block = a.blocksize();
    std::int64_t slice = 0;
    if constexpr (!storage_detail::is_vector_view<B>) {
      using c = dense_view<element, typename B::layout_type>;
      slice = micro::planned_spmm<spmm_problem<A, Op, B, c>>::wanted(
          Op == op::none ? block : dims(block.cols, block.rows), shape.cols, columns);
    }
    return product_workspace<element, Op, typename A::index_type>(policy, a, slice);
  }

  template <op Op, class B, class M>
  static auto workspace(const cpu& policy, const symmetric_view<M>& a, std::int64_t) {
    using element = promoted_t<typename M::value_type, typename B::value_type>;
    if constexpr (storage_detail::is_vector_view<B>) {
      (void)policy;
      return symmetric_workspace<element, typename M::index_type>(a);
    } else {
      using c = dense_view<element, typename B::layout_type>;
      return mirrored_workspace<element, typename M::index_type>(
          policy, a.matrix(),
          micro::planned_spmm<spmm_problem<symmetric_view<M>, Op, B, c>>::wanted(a.rows()));
    }
  }

  template <class Policy = cpu>
  static machine calibrate(const Policy& policy) {
    return detail::measure_machine(policy);
  }

  /// packed: the blocks of a packed matrix, or null.
  template <op Op, class B, class A, class Workspace, class Blocks>
  static product_cost cost(const cpu& policy, const Workspace&, const machine& m, dims shape, dims block,
                           std::int64_t num_blocks, std::int64_t columns, const Blocks* packed) {
    using element = promoted_t<typename A::value_type, typename B::value_type>;
    if constexpr (Op == op::transpose) {
      shape = dims(shape.cols, shape.rows);
      block = dims(block.cols, block.rows);
    }
    detail::planned_kernel kernel = detail::planned_kernel::vector;
    if constexpr (!storage_detail::is_vector_view<B>) {
      using c = dense_view<element, typename B::layout_type>;
      if constexpr (std::same_as<Blocks, void>)
        kernel = micro::planned_spmm<spmm_problem<A, Op, B, c>>::kernel_for(block, columns);
      else
        kernel = micro::planned_spmm<spmm_problem<packed_view<A, Op, Blocks>, Op, B, c>>::kernel_for(
            block, packed->layout(), columns);
    }
    if constexpr (is_symmetric_view<A>)
      if (kernel == detail::planned_kernel::vector) kernel = detail::planned_kernel::symmetric_vector;
    if constexpr (!detail::has_planned_kernels<element, A, B>) kernel = detail::planned_kernel::other;
    int lanes = 1;
    if constexpr (detail::has_vectors<element>) lanes = simd::pack<element>::size;
    return detail::cost_model(
        {shape, block, num_blocks, columns, static_cast<std::int64_t>(sizeof(typename A::index_type)),
         static_cast<std::int64_t>(sizeof(element)), lanes, thread_count(policy)},
        m)(kernel);
  }

  template <op Op, class B, class A>
  static auto pack(const cpu& policy, const A& a) {
    using T = typename A::value_type;
    constexpr int R = Op == op::none ? A::static_rows : A::static_cols;
    constexpr int C = Op == op::none ? A::static_cols : A::static_rows;
    const dims block = Op == op::none ? a.blocksize() : dims(a.blocksize().cols, a.blocksize().rows);
    packed_layout layout = packed_layout::by_row;
    if constexpr (!storage_detail::is_vector_view<B>)
      if constexpr (detail::has_planned_kernels<T, A, B> && !std::same_as<typename B::layout_type, strided>)
        layout = std::same_as<typename B::layout_type, row_major> && block.rows == 1 &&
                         block.cols <= packed_chunk_rows
                     ? packed_layout::chunks
                     : packed_layout::turned;
    packed_blocks<T, R, C, typename A::index_type> blocks(layout);
    blocks.template update<Op>(policy, a);
    return blocks;
  }
  template <op Op, class Blocks, class A>
  static void repack(const cpu& policy, Blocks& blocks, const A& a) {
    blocks.template update<Op>(policy, a);
  }

  template <class Workspace, class A, op Op, class B, class C, class Epilogue>
  static void spmm(const cpu& policy, Workspace& work, const spmm_problem<A, Op, B, C, Epilogue>& p) {
    micro::planned_spmm<spmm_problem<A, Op, B, C, Epilogue>>::run(policy, work, p);
  }

  template <class Workspace, class A, op Op, class X, class Y, class Epilogue>
  static void spmv(const cpu& policy, Workspace& work, const spmv_problem<A, Op, X, Y, Epilogue>& p) {
    micro::planned_spmv<spmv_problem<A, Op, X, Y, Epilogue>>::run(policy, work, p);
  }

  template <class PatternA, class PatternB>
  static auto spgemm_structure(const cpu& policy, const PatternA& a, const PatternB& b) {
    return detail::product_structure(policy, detail::indices_of(a), detail::indices_of(b));
  }

  template <class PatternA, class PatternB, class PatternC>
  static bool spgemm_fits(const cpu&, const PatternA& a, const PatternB& b, const PatternC& c) {
    return detail::holds_product(detail::indices_of(a), detail::indices_of(b), detail::indices_of(c));
  }

  template <class A, class B, class PatternC>
  static auto spgemm_workspace(const cpu& policy, const A& a, const B& b, const PatternC& c) {
    return detail::make_product_workspace(policy, a, b, c);
  }

  template <class Workspace, class T, class A, class B, class C>
  static void spgemm(const cpu& policy, Workspace& work, T alpha, const A& a, const B& b, const C& c) {
    detail::compute_product(policy, work, alpha, a, b, c);
  }

  template <class PatternA, class PatternB>
  static auto spadd_structure(const cpu&, const PatternA& a, const PatternB& b) {
    return detail::sum_structure(detail::indices_of(a), detail::indices_of(b));
  }

  template <class PatternA, class PatternB, class PatternC>
  static auto spadd_places(const cpu& policy, const PatternA& a, const PatternB& b, const PatternC& c) {
    return detail::sum_places<typename PatternC::index_type>(
        policy, detail::indices_of(a), detail::indices_of(b), detail::indices_of(c), c.nnz());
  }

  template <class Places, class T, class A, class B, class C>
  static void spadd(const cpu& policy, const Places& places, T alpha, const A& a, T beta, const B& b,
                    const C& c) {
    detail::sum_values(policy, places, c.blocksize().rows * c.blocksize().cols, alpha, detail::indices_of(a),
                       a.data().data(), beta, detail::indices_of(b), b.data().data(), detail::indices_of(c),
                       c.data().data());
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET
