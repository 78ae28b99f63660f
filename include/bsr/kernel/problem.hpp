// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// All that a kernel is told. Operators build these, op:: functions check them, backends compute them.
#include <cstdint>
#include <type_traits>

#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/epilogue.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/matrix_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// How a sparse factor is read: as it is, or with rows and columns exchanged.
enum class op { none, transpose };

namespace detail {
template <class A, class B, class C>
using accumulator_of =
    promoted_t<promoted_t<typename A::value_type, typename B::value_type>, typename C::value_type>;
}  // namespace detail

/// C(i, j) = epilogue(alpha * sum_k op(A)(i, k) B(k, j), i, j)   for every element of C, exactly once.
///
/// A: matrix_view<const TA, R, C, Index>, m x k after op; B: dense_view<const TB, Layout>, k x n;
/// C: dense_view<TC, Layout>, m x n. C overlaps nothing but an addend inside the epilogue that is exactly C
/// itself. Sums, alpha and the epilogue are in `accumulator`, the smallest type that holds products of A's
/// and B's elements and the elements of C: float times float into double is summed in double, int8 times int8
/// into int32 does not wrap. The order in which an element's sum over k is formed depends on the kernel and
/// the target, never on the number of threads or on how the work is cut.
template <class A, op Op, class B, class C, class Epilogue = no_epilogue>
struct spmm_problem {
  using accumulator = detail::accumulator_of<A, B, C>;
  static constexpr op factor_op = Op;

  accumulator alpha;
  A a;
  B b;
  C c;
  Epilogue epilogue;
};

/// y(i) = epilogue(alpha * sum_k op(A)(i, k) x(k), i, 0). x: vector_view<const TX>, y: vector_view<TY>.
template <class A, op Op, class X, class Y, class Epilogue = no_epilogue>
struct spmv_problem {
  using accumulator = detail::accumulator_of<A, X, Y>;
  static constexpr op factor_op = Op;

  accumulator alpha;
  A a;
  X x;
  Y y;
  Epilogue epilogue;
};

/// S(i, j) = alpha * sum_k X(i, k) Y(k, j) + beta * D(i, j)   for every element of S's stored blocks.
///
/// X: dense_view<const TX, Layout>, m x k; Y: dense_view<const TY, Layout>, k x n; S: matrix_view<TS, R, C,
/// Index>, m x n. D: matrix_view<const TD, R, C, Index> with the blocks of S in the order of S, whose
/// elements may be those of S itself; beta == 0 does not read it. Nothing else overlaps S. Blocks that repeat
/// are computed each; what lies beyond the edge of a padded S becomes 0, and no row of X or column of Y
/// beyond it is read. Sums, alpha and beta are in `accumulator`. The order in which an element's sum over k
/// is formed depends on the kernel, the target and the block size, never on the number of threads.
template <class X, class Y, class S, class D>
struct sddmm_problem {
  using accumulator = detail::accumulator_of<X, Y, S>;

  accumulator alpha;
  X x;
  Y y;
  accumulator beta;
  D d;
  S s;
};

/// An accumulator as an element of the destination: complex to real does not compile, everything else
/// converts.
template <class T, class Accumulator>
BSR_INLINE constexpr T to_element(Accumulator value) {
  if constexpr (is_complex<T> && !is_complex<Accumulator>)
    return T(static_cast<typename scalar_traits<T>::real>(value));
  else
    return static_cast<T>(value);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
