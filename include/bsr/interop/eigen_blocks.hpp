// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Beside Eigen::BlockSparseMatrix, which versions of Eigen after 5.0 have: where it lies, and as a copy.
// Works with any version: the class is named here, and only whoever has one needs its definition.
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/format/sum_duplicates.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/view.hpp"

namespace Eigen {
template <typename Scalar, int Options, int BlockRows, int BlockCols, typename StorageIndex>
class BlockSparseMatrix;
}

namespace bsr::inline v0 {

namespace storage_detail {
/// Options of Eigen's matrices that go by rows: Eigen::RowMajorBit.
inline constexpr int eigen_row_major = 1;

/// The arrays of Eigen's matrix, whose blocks are R x C in the direction of its arrays.
template <class T, int R, int C, index Index, class M>
BSR_INLINE matrix_view<T, R, C, Index> eigen_block_view(M& a, std::int64_t rows, std::int64_t cols) {
  const auto blocks = static_cast<std::size_t>(a.nonZeroBlocks());
  const Index* const indices = a.innerIndexPtr();
  const Index* const indptr = a.outerIndexPtr();
  return {{rows, cols},
          std::span<T>(a.valuePtr(), blocks * static_cast<std::size_t>(R * C)),
          std::span<const Index>(indices, blocks),
          std::span<const Index>(indptr, static_cast<std::size_t>(rows / R + 1))};
}
}  // namespace storage_detail

/// A row-major Eigen::BlockSparseMatrix where it lies: its three arrays are those of BSR.
template <scalar T, int Options, int R, int C, index Index>
  requires(bool(Options& storage_detail::eigen_row_major))
struct foreign_view<Eigen::BlockSparseMatrix<T, Options, R, C, Index>> {
  template <class S>
  BSR_INLINE static auto view(S& a) {
    using element = std::conditional_t<std::is_const_v<S>, const T, T>;
    return storage_detail::eigen_block_view<element, R, C, Index>(a, a.rows(), a.cols());
  }
};

}  // namespace bsr::inline v0

namespace bsr::inline v0::inline BSR_TARGET::eigen {

/// transpose(a) where a lies: the arrays of a column-major Eigen::BlockSparseMatrix of R x C blocks are those
/// of its transpose in BSR with C x R blocks. y = transpose(transposed_view(a)) * x is a's product.
template <scalar T, int Options, int R, int C, index Index>
  requires(!bool(Options & storage_detail::eigen_row_major))
BSR_INLINE matrix_view<T, C, R, Index> transposed_view(Eigen::BlockSparseMatrix<T, Options, R, C, Index>& a) {
  return storage_detail::eigen_block_view<T, C, R, Index>(a, a.cols(), a.rows());
}
template <scalar T, int Options, int R, int C, index Index>
  requires(!bool(Options & storage_detail::eigen_row_major))
BSR_INLINE matrix_view<const T, C, R, Index> transposed_view(
    const Eigen::BlockSparseMatrix<T, Options, R, C, Index>& a) {
  return storage_detail::eigen_block_view<const T, C, R, Index>(a, a.cols(), a.rows());
}
template <class T, int Options, int R, int C, class Index>
void transposed_view(const Eigen::BlockSparseMatrix<T, Options, R, C, Index>&&) = delete;  // would outlive it

/// A copy of a matrix with blocks of a size known at compile time as Eigen's row-major block-sparse matrix:
/// columns sorted, repeated blocks summed, which Eigen's functions expect. Throws shape_error when the blocks
/// do not divide the shape, and what check_format throws. O(nnz), and sorting where blocks are not in order.
template <class A>
  requires sparse_like<const A&> && (input_t<const A&>::static_rows != dynamic) &&
           (input_t<const A&>::static_cols != dynamic)
auto to_block_sparse(const A& a) {
  using seen = input_t<const A&>;
  using result = Eigen::BlockSparseMatrix<std::remove_const_t<typename seen::value_type>,
                                          storage_detail::eigen_row_major, seen::static_rows,
                                          seen::static_cols, typename seen::index_type>;
  if (input(a).is_padded())
    fail<shape_error>("bsr: to_block_sparse: Eigen's matrix has whole blocks, but ", input(a).blocksize(),
                      " blocks do not divide the shape ", input(a).shape(), ".");
  const detail::without_duplicates<seen> canonical("to_block_sparse", input(a));
  const seen& v = canonical.view();
  result m;
  m.setFromOuterInner(v.block_rows(), v.block_cols(), v.num_blocks(), v.indptr().data(), v.indices().data());
  auto* const values = m.valuePtr();
  for (std::size_t k = 0; k < v.data().size(); ++k) values[k] = v.data()[k];
  return m;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::eigen
