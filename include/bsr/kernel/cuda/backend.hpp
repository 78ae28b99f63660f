// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// bsr::cuda: products of operands in device memory. Any compiler takes this; the kernels are in
// cuda_kernels.cuh.
#include <cstdint>
#include <limits>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/backend.hpp"
#include "bsr/kernel/cuda/device_plan.hpp"
#include "bsr/kernel/cuda/dispatch.hpp"
#include "bsr/kernel/cuda/flat_epilogue.hpp"
#include "bsr/kernel/cuda/runtime.hpp"
#include "bsr/kernel/masked_view.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/kernel/symmetric_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

template <>
struct backend<cuda> {
  using machine_type = cuda_machine;

  /// Without a plan: the plain form, for blocks of any size. Given to policy.stream; allocates nothing and
  /// waits for nothing. Throws device_error when the device refuses.
  template <class A, op Op, class B, class C, class Epilogue>
  static void spmm(const cuda& policy, const spmm_problem<A, Op, B, C, Epilogue>& p) {
    spmm(policy, nothing{}, p);
  }
  /// The same for one column.
  template <class A, op Op, class X, class Y, class Epilogue>
  static void spmv(const cuda& policy, const spmv_problem<A, Op, X, Y, Epilogue>& p) {
    spmv(policy, nothing{}, p);
  }

  /// What a plan of op(a) * B keeps, for up to `columns` columns at a time.
  template <op Op, class B, class A>
  static auto workspace(const cuda& policy, const A& a, std::int64_t columns) {
    using T = typename A::value_type;
    static_assert(!is_symmetric_view<A>, "bsr: a half-stored symmetric matrix is not for the device yet.");
    constexpr bool one_column = storage_detail::is_vector_view<B>;
    constexpr gpu::along order = [] {
      if constexpr (!one_column)
        if (std::is_same_v<typename B::layout_type, col_major>) return gpu::along::k;
      return gpu::along::n;
    }();
    return gpu::device_plan<T, Op, typename A::index_type>(
        a, columns, !one_column && (!std::is_same_v<T, float> || policy.tf32), order);
  }
  /// With a plan: tensor cores, where they have an instruction for the type and the blocks of op(A) have 16,
  /// 32, 64 or 128 rows, addresses that are multiples of 16 bytes provided; else the plain form.
  template <class Workspace, class A, op Op, class B, class C, class Epilogue>
  static void spmm(const cuda& policy, const Workspace& work, const spmm_problem<A, Op, B, C, Epilogue>& p) {
    run<A, Op, typename B::value_type, typename C::value_type>(
        policy, work, p.a, p.alpha, p.b.data(), p.b.row_stride(), p.b.col_stride(), p.c.data(),
        p.c.row_stride(), p.c.col_stride(), p.c.cols(), p.epilogue);
  }
  template <class Workspace, class A, op Op, class X, class Y, class Epilogue>
  static void spmv(const cuda& policy, const Workspace& work, const spmv_problem<A, Op, X, Y, Epilogue>& p) {
    run<A, Op, typename X::value_type, typename Y::value_type>(
        policy, work, p.a, p.alpha, p.x.data(), p.x.stride(), 1, p.y.data(), p.y.stride(), 1, 1, p.epilogue);
  }

  /// On tensor cores where they have an instruction for the type, blocks have a multiple of 16 rows and of 16
  /// columns, and X and Y are aligned to 16 bytes; else in the plain form. Given to policy.stream; allocates
  /// nothing and waits for nothing.
  template <class X, class Y, class S, class D>
  static void sddmm(const cuda& policy, const sddmm_problem<X, Y, S, D>& p) {
    using T = typename X::value_type;
    using Result = typename S::value_type;
    constexpr bool known = std::is_same_v<T, typename Y::value_type> &&
                           std::is_same_v<Result, typename D::value_type> &&
                           gpu::has_device_kernel<T, Result>;
    static_assert(
        known,
        "bsr: the device samples products of float16 into float16 or float, bfloat16 into bfloat16 or float, "
        "float into float, double into double, and int8 into int8 or int32, with both factors of one type "
        "and "
        "an addend of the result's.");
    if constexpr (known) {
      const dims shape = p.s.shape(), block = p.s.blocksize();
      if (p.s.num_blocks() == 0) return;
      if (shape.rows > most || shape.cols > most || p.x.cols() > most || block.rows > most ||
          block.cols > most)
        fail<shape_error>("bsr: s = sddmm(p, x, y) on the device: s is ", shape, ", x is ", p.x.shape(),
                          ", and sizes are up to ", most, " there.");
      gpu_runtime::sddmm_call call{};
      call.type = gpu::element_of<T>::value;
      call.result = gpu::element_of<Result>::value;
      call.wide_index = sizeof(typename S::index_type) == 8;
      call.x = p.x.data();
      call.y = p.y.data();
      call.d = p.d.data().data();
      call.s = p.s.data().data();
      call.indices = p.s.indices().data();
      call.indptr = p.s.indptr().data();
      call.x_row_stride = p.x.row_stride();
      call.x_col_stride = p.x.col_stride();
      call.y_row_stride = p.y.row_stride();
      call.y_col_stride = p.y.col_stride();
      call.rows = shape.rows;
      call.cols = shape.cols;
      call.depth = p.x.cols();
      call.block_rows = block.rows;
      call.block_cols = block.cols;
      call.blocks = p.s.num_blocks();
      call.tensor_cores = !std::is_same_v<T, float> || policy.tf32;
      call.alpha = static_cast<double>(p.alpha);
      call.beta = static_cast<double>(p.beta);
      gpu::check(gpu_runtime::sddmm(call, policy.stream), "s = sddmm(p, x, y) on the device: x is ",
                 p.x.shape(), ", y is ", p.y.shape(), ", s is ", shape);
    }
  }

  template <op Op, class B, class A, class Workspace, class Blocks>
  static product_cost cost(const cuda&, const Workspace& work, const cuda_machine& m, dims shape, dims block,
                           std::int64_t num_blocks, std::int64_t columns, const Blocks*) {
    if constexpr (Op == op::transpose) {
      shape = dims(shape.cols, shape.rows);
      block = dims(block.cols, block.rows);
    }
    return work.template cost<typename B::value_type>(m, shape, block, num_blocks, columns);
  }

 private:
  static constexpr std::int64_t most = (std::numeric_limits<std::int32_t>::max)();

  /// No plan.
  struct nothing {
    void prepare(gpu_runtime::spmm_call&) const {}
  };
  template <class A, op Op, class TB, class TC, class Work, class Number, class Epilogue>
  static void run(const cuda& policy, const Work& work, const A& operand, Number alpha, const void* b,
                  std::int64_t b_row_stride, std::int64_t b_col_stride, void* c, std::int64_t c_row_stride,
                  std::int64_t c_col_stride, std::int64_t cols, const Epilogue& e) {
    using T = typename A::value_type;
    constexpr bool known = std::is_same_v<T, TB> && gpu::has_device_kernel<T, TC>;
    static_assert(!is_symmetric_view<A>, "bsr: a half-stored symmetric matrix is not for the device yet.");
    constexpr bool walks = Op == op::none || !std::is_same_v<Work, nothing>;
    static_assert(
        known,
        "bsr: the device multiplies float16 into float16 or float, bfloat16 into bfloat16 or float, float "
        "into float, double into double, and int8 into int8 or int32, with both factors of one type.");
    static_assert(
        walks,
        "bsr: on the device a product with the transposed matrix needs a plan, which holds the index "
        "of its columns: auto p = plan(bsr::cuda{}, transpose(a) * b); c.on(p) = transpose(a) * b.");
    if constexpr (known && walks) {
      const auto& a = detail::stored_matrix(operand);
      const dims shape = Op == op::none ? a.shape() : dims(a.cols(), a.rows());
      const dims block = Op == op::none ? a.blocksize() : dims(a.blocksize().cols, a.blocksize().rows);
      if (shape.rows == 0 || cols == 0) return;
      if (shape.rows > most || shape.cols > most || cols > most || block.rows > most || block.cols > most)
        fail<shape_error>("bsr: a product on the device: a is ", a.shape(), " and the result has ", cols,
                          " columns, and sizes are up to ", most, " there.");
      gpu_runtime::spmm_call call{};
      call.type = gpu::element_of<T>::value;
      call.result = gpu::element_of<TC>::value;
      call.wide_index = sizeof(typename A::index_type) == 8;
      call.transposed = Op == op::transpose;
      call.a = a.data().data();
      call.indices = a.indices().data();
      call.indptr = a.indptr().data();
      call.b = b;
      call.c = c;
      call.b_row_stride = b_row_stride;
      call.b_col_stride = b_col_stride;
      call.c_row_stride = c_row_stride;
      call.c_col_stride = c_col_stride;
      call.rows = shape.rows;
      call.cols = cols;
      call.depth = shape.cols;
      call.block_rows = block.rows;
      call.block_cols = block.cols;
      call.alpha = static_cast<double>(alpha);
      if constexpr (is_masked_view<A>) {
        call.gate = operand.mask().gate;
        call.active = operand.mask().active;
      }
      work.prepare(call);
      gpu::epilogue_list list(call);
      gpu::lower(list, e);
      gpu::check(gpu_runtime::spmm(call, policy.stream), "c = a * b on the device: a is ", a.shape(),
                 ", b is ", dims(shape.cols, cols), ", c is ", dims(shape.rows, cols));
    }
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET
