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
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

template <>
struct backend<cuda> {
  /// Without a plan: the plain form, for blocks of any size. Given to policy.stream; allocates nothing and
  /// waits for nothing. Throws device_error when the device refuses.
  template <class A, op Op, class B, class C, class Epilogue>
  static void spmm(const cuda& policy, const spmm_problem<A, Op, B, C, Epilogue>& p) {
    spmm(policy, nothing{}, p);
  }
  /// What a plan of op(a) * B keeps, for up to `columns` columns at a time.
  template <op Op, class B, class A>
  static auto workspace(const cuda& policy, const A& a, std::int64_t columns) {
    return gpu::device_plan<typename A::value_type>(policy, a, columns);
  }
  /// With a plan: tensor cores, where they have an instruction for the type and the blocks have 16, 32, 64 or
  /// 128 rows, addresses that are multiples of 16 bytes provided; else the plain form.
  template <class Workspace, class A, op Op, class B, class C, class Epilogue>
  static void spmm(const cuda& policy, const Workspace& work, const spmm_problem<A, Op, B, C, Epilogue>& p) {
    run<A, Op, typename B::value_type, typename C::value_type>(
        policy, work.prepared(), p.a, p.alpha, p.b.data(), p.b.row_stride(), p.b.col_stride(), p.c.data(),
        p.c.row_stride(), p.c.col_stride(), p.c.cols(), p.epilogue);
  }
  /// The same for one column.
  template <class A, op Op, class X, class Y, class Epilogue>
  static void spmv(const cuda& policy, const spmv_problem<A, Op, X, Y, Epilogue>& p) {
    run<A, Op, typename X::value_type, typename Y::value_type>(policy, nullptr, p.a, p.alpha, p.x.data(),
                                                               p.x.stride(), 1, p.y.data(), p.y.stride(), 1,
                                                               1, p.epilogue);
  }

  template <class Workspace, class A, op Op, class X, class Y, class Epilogue>
  static void spmv(const cuda& policy, const Workspace&, const spmv_problem<A, Op, X, Y, Epilogue>& p) {
    spmv(policy, p);
  }

 private:
  struct nothing {
    const gpu_runtime::spmm_prepared* prepared() const { return nullptr; }
  };

  template <class A, op Op, class TB, class TC, class Number, class Epilogue>
  static void run(const cuda& policy, const gpu_runtime::spmm_prepared* prepared, const A& a, Number alpha,
                  const void* b, std::int64_t b_row_stride, std::int64_t b_col_stride, void* c,
                  std::int64_t c_row_stride, std::int64_t c_col_stride, std::int64_t cols,
                  const Epilogue& e) {
    using T = typename A::value_type;
    constexpr bool known = std::is_same_v<T, TB> && gpu::has_device_kernel<T, TC>;
    static_assert(
        known,
        "bsr: the device multiplies float16 into float16 or float, bfloat16 into bfloat16 or float, float "
        "into float, double into double, and int8 into int8 or int32, with both factors of one type.");
    static_assert(
        Op == op::none,
        "bsr: a product with the transposed matrix is not for the device yet: store transpose(a), as "
        "to_transposed(a) makes it.");
    if constexpr (known && Op == op::none) {
      if (a.rows() == 0 || cols == 0) return;
      constexpr std::int64_t most = (std::numeric_limits<std::int32_t>::max)();
      if (a.rows() > most || a.cols() > most || cols > most || a.blocksize().rows > most ||
          a.blocksize().cols > most)
        fail<shape_error>("bsr: a product on the device: a is ", a.shape(), " and the result has ", cols,
                          " columns, and sizes are up to ", most, " there.");
      gpu_runtime::spmm_call call{};
      call.type = gpu::element_of<T>::value;
      call.result = gpu::element_of<TC>::value;
      call.wide_index = sizeof(typename A::index_type) == 8;
      call.a = a.data().data();
      call.indices = a.indices().data();
      call.indptr = a.indptr().data();
      call.b = b;
      call.c = c;
      call.b_row_stride = b_row_stride;
      call.b_col_stride = b_col_stride;
      call.c_row_stride = c_row_stride;
      call.c_col_stride = c_col_stride;
      call.rows = a.rows();
      call.cols = cols;
      call.depth = a.cols();
      call.block_rows = a.blocksize().rows;
      call.block_cols = a.blocksize().cols;
      call.alpha = static_cast<double>(alpha);
      call.prepared = prepared;
      gpu::epilogue_list list(call);
      gpu::lower(list, e);
      gpu::check(gpu_runtime::spmm(call, policy.stream), "c = a * b on the device: a is ", a.shape(),
                 ", b is ", dims(a.cols(), cols), ", c is ", dims(a.rows(), cols));
    }
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET
