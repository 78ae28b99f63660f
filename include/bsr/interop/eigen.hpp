// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Beside Eigen: its dense and sparse types as operands without copies, and a bsr matrix as an operator of
// Eigen's solvers.
//
// Eigen's Matrix, Array, Map, Ref and blocks with direct access are operands already (storage/view.hpp knows
// them by their members). This header adds what needs Eigen's names. No Eigen type is a member of a bsr type,
// so Eigen's alignment, which depends on compiler flags, never reaches the storage types.
#if defined(__CUDACC__) && !defined(EIGEN_NO_CUDA)
#error "bsr: bsr/eigen.hpp is for .cpp files; in a .cu file define EIGEN_NO_CUDA first, or pass views."
#endif

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/to_bsr.hpp"
#include "bsr/convert/to_csr.hpp"
#include "bsr/expr/assign.hpp"
#include "bsr/expr/operators.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0 {

// Temporaries of these show memory that someone else owns. (A Ref<const M> may own a copy, so it is not among
// them.)
template <class M, int Options, class Stride>
inline constexpr bool enable_borrowed_view<Eigen::Map<M, Options, Stride>> = true;
template <class M, int Options, class Stride>
  requires(!std::is_const_v<M>)
inline constexpr bool enable_borrowed_view<Eigen::Ref<M, Options, Stride>> = true;
template <class M, int Rows, int Cols, bool Inner>
inline constexpr bool enable_borrowed_view<Eigen::Block<M, Rows, Cols, Inner>> = true;
template <class M, int Size>
inline constexpr bool enable_borrowed_view<Eigen::VectorBlock<M, Size>> = true;
template <class M>
inline constexpr bool enable_borrowed_view<Eigen::Transpose<M>> = true;

namespace storage_detail {
template <class T, class Index>
BSR_INLINE csr_view<T, Index> eigen_csr_view(dims shape, bool compressed, T* data, const Index* indices,
                                             const Index* indptr, std::int64_t nnz) {
  if (!compressed)
    fail<format_error>("bsr: view: the ", shape,
                       " Eigen::SparseMatrix is not compressed; call makeCompressed() first.");
  return {shape,
          {data, static_cast<std::size_t>(nnz)},
          {indices, static_cast<std::size_t>(nnz)},
          {indptr, static_cast<std::size_t>(shape.rows + 1)}};
}
}  // namespace storage_detail

/// A compressed row-major Eigen::SparseMatrix where it lies. Throws format_error when it is not compressed.
template <scalar T, int Options, index Index>
  requires(bool(Options& Eigen::RowMajorBit))
struct foreign_view<Eigen::SparseMatrix<T, Options, Index>> {
  template <class S>
  BSR_INLINE static auto view(S& a) {
    using element = std::conditional_t<std::is_const_v<S>, const T, T>;
    return storage_detail::eigen_csr_view<element, Index>(dims(a.rows(), a.cols()), a.isCompressed(),
                                                          a.valuePtr(), a.innerIndexPtr(), a.outerIndexPtr(),
                                                          a.nonZeros());
  }
};

}  // namespace bsr::inline v0

namespace bsr::inline v0::inline BSR_TARGET::eigen {

/// A copy of an Eigen::SparseMatrix as blocks, R x C at compile time or `blocksize` at run time.
/// Explicit zeros create blocks, as in scipy. Throws shape_error when the blocks do not divide the shape.
/// O(nnz).
template <int R, int C = R, class T, int Options, index Index>
matrix<T, R, C, Index> to_bsr(const Eigen::SparseMatrix<T, Options, Index>& a) {
  Eigen::SparseMatrix<T, Eigen::RowMajor, Index> copy;
  if constexpr (bool(Options & Eigen::RowMajorBit))
    if (a.isCompressed()) return bsr::to_bsr<R, C>(view(a));
  copy = a;
  copy.makeCompressed();
  return bsr::to_bsr<R, C>(view(std::as_const(copy)));
}
template <class T, int Options, index Index>
matrix<T, dynamic, dynamic, Index> to_bsr(const Eigen::SparseMatrix<T, Options, Index>& a, dims blocksize) {
  Eigen::SparseMatrix<T, Eigen::RowMajor, Index> copy;
  if constexpr (bool(Options & Eigen::RowMajorBit))
    if (a.isCompressed()) return bsr::to_bsr(view(a), blocksize);
  copy = a;
  copy.makeCompressed();
  return bsr::to_bsr(view(std::as_const(copy)), blocksize);
}

/// A copy of a block-sparse matrix as Eigen's row-major sparse matrix. Entries of repeated blocks are summed,
/// columns sorted, explicit zeros kept: what Eigen's own functions expect. O(nnz log).
template <class A>
  requires sparse_like<const A&>
auto to_sparse(const A& a) {
  const auto rows = to_csr(a);
  using value_type = typename std::remove_cvref_t<decltype(rows)>::value_type;
  using index_type = typename std::remove_cvref_t<decltype(rows)>::index_type;
  using result = Eigen::SparseMatrix<value_type, Eigen::RowMajor, index_type>;
  const auto m = static_cast<Eigen::Index>(rows.rows());
  result s(m, static_cast<Eigen::Index>(rows.cols()));
  if (m == 0) return s;  // makeCompressed of Eigen 3.4 writes beyond an index pointer without rows
  Eigen::Matrix<index_type, Eigen::Dynamic, 1> counts(m);
  for (Eigen::Index i = 0; i < m; ++i) {
    const auto k = static_cast<std::size_t>(i);
    counts[i] = rows.indptr()[k + 1] - rows.indptr()[k];
  }
  s.reserve(counts);
  for (Eigen::Index i = 0; i < m; ++i)
    for (auto k = rows.indptr()[static_cast<std::size_t>(i)];
         k < rows.indptr()[static_cast<std::size_t>(i) + 1]; ++k)
      s.coeffRef(i, rows.indices()[static_cast<std::size_t>(k)]) += rows.data()[static_cast<std::size_t>(k)];
  s.makeCompressed();
  return s;
}

/// A block-sparse matrix as an operator of Eigen's iterative solvers, without a copy:
///
///   bsr::eigen::linear_operator k(a);
///   Eigen::ConjugateGradient<decltype(k), Eigen::Lower | Eigen::Upper, Eigen::IdentityPreconditioner> cg(k);
///
/// k * x, y.noalias() += k * x and products with several right-hand sides run bsr's kernels under `policy`.
/// The matrix must outlive the operator.
template <class View>
class linear_operator : public Eigen::EigenBase<linear_operator<View>> {
 public:
  using Scalar = typename View::value_type;
  using RealScalar = typename Eigen::NumTraits<Scalar>::Real;
  using StorageIndex = typename View::index_type;
  enum {
    RowsAtCompileTime = Eigen::Dynamic,
    ColsAtCompileTime = Eigen::Dynamic,
    MaxRowsAtCompileTime = Eigen::Dynamic,
    MaxColsAtCompileTime = Eigen::Dynamic,
    IsRowMajor = true
  };

  template <sparse_like A>
    requires std::same_as<input_t<A>, View>
  explicit linear_operator(A&& a, cpu policy = {}) : a_(input(std::forward<A>(a))), policy_(policy) {}

  Eigen::Index rows() const { return static_cast<Eigen::Index>(a_.rows()); }
  Eigen::Index cols() const { return static_cast<Eigen::Index>(a_.cols()); }
  const View& matrix() const { return a_; }
  const cpu& policy() const { return policy_; }

  template <class Rhs>
  Eigen::Product<linear_operator, Rhs, Eigen::AliasFreeProduct> operator*(
      const Eigen::MatrixBase<Rhs>& x) const {
    return {*this, x.derived()};
  }

 private:
  View a_;
  cpu policy_;
};
template <sparse_like A>
linear_operator(A&&) -> linear_operator<input_t<A>>;
template <sparse_like A>
linear_operator(A&&, cpu) -> linear_operator<input_t<A>>;

}  // namespace bsr::inline v0::inline BSR_TARGET::eigen

// Eigen's protocol for matrix-free operators: CamelCase because Eigen asks for these names.
namespace Eigen::internal {

template <class View>
struct traits<bsr::eigen::linear_operator<View>>
    : traits<Eigen::SparseMatrix<typename View::value_type, Eigen::RowMajor, typename View::index_type>> {};

template <class View, class Rhs, int ProductType>
struct generic_product_impl<bsr::eigen::linear_operator<View>, Rhs, SparseShape, DenseShape, ProductType>
    : generic_product_impl_base<bsr::eigen::linear_operator<View>, Rhs,
                                generic_product_impl<bsr::eigen::linear_operator<View>, Rhs, SparseShape,
                                                     DenseShape, ProductType>> {
  using Operator = bsr::eigen::linear_operator<View>;
  using Scalar = typename Product<Operator, Rhs>::Scalar;
  // An expression is evaluated here, a plain object or a part of one is used where it lies.
  using Argument = std::conditional_t<bool(Rhs::IsVectorAtCompileTime), Ref<const typename Rhs::PlainObject>,
                                      Ref<const typename Rhs::PlainObject, 0, OuterStride<>>>;

  template <class Dst>
  static void evalTo(Dst& dst, const Operator& a, const Rhs& rhs) {
    const Argument x(rhs);
    view<Dst>(dst).on(a.policy()) = a.matrix() * view<Dst>(x);
  }
  template <class Dst>
  static void scaleAndAddTo(Dst& dst, const Operator& a, const Rhs& rhs, const Scalar& alpha) {
    const Argument x(rhs);
    view<Dst>(dst).on(a.policy()) += alpha * (a.matrix() * view<Dst>(x));
  }

 private:
  // Two columns are vectors; a vector that meets a matrix is a matrix too.
  template <class Dst, class M>
  static auto view(M& m) {
    constexpr bool columns = int(Dst::ColsAtCompileTime) == 1 && int(Rhs::ColsAtCompileTime) == 1;
    if constexpr (columns || !bool(M::IsVectorAtCompileTime))
      return bsr::view(m);
    else
      return bsr::dense_view<std::remove_pointer_t<decltype(m.data())>, bsr::strided>(
          m.data(), m.rows(), m.cols(), m.innerStride(), m.innerStride());
  }
};

}  // namespace Eigen::internal
