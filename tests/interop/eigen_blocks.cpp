// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/interop/eigen_blocks.hpp"

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <catch2/catch_test_macros.hpp>
#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/throws.hpp"

#if !__has_include(<Eigen/src/SparseCore/BlockSparseMatrix.h>)
// This Eigen has none yet: the part of its interface that bsr uses.
namespace Eigen {
template <typename Scalar, int Options, int BlockRows, int BlockCols, typename StorageIndex = int>
class BlockSparseMatrix {
 public:
  Index rows() const { return (by_row ? outer_ : inner_) * BlockRows; }
  Index cols() const { return (by_row ? inner_ : outer_) * BlockCols; }
  Index nonZeroBlocks() const { return indptr_.back(); }
  const StorageIndex* outerIndexPtr() const { return indptr_.data(); }
  const StorageIndex* innerIndexPtr() const { return indices_.data(); }
  const Scalar* valuePtr() const { return values_.data(); }
  Scalar* valuePtr() { return values_.data(); }
  void setFromOuterInner(Index block_rows, Index block_cols, Index blocks, const StorageIndex* indptr,
                         const StorageIndex* indices) {
    outer_ = by_row ? block_rows : block_cols;
    inner_ = by_row ? block_cols : block_rows;
    indptr_.assign(indptr, indptr + outer_ + 1);
    indices_.assign(indices, indices + blocks);
    values_.assign(static_cast<std::size_t>(blocks * BlockRows * BlockCols), Scalar(0));
  }

 private:
  static constexpr bool by_row = (Options & RowMajorBit) != 0;
  Index outer_ = 0, inner_ = 0;
  std::vector<StorageIndex> indptr_{0}, indices_;
  std::vector<Scalar> values_;
};
}  // namespace Eigen
#endif

namespace {

template <class T, int Options, int R, int C, class Index = int>
using blocks = Eigen::BlockSparseMatrix<T, Options, R, C, Index>;

template <class X>
concept has_view = requires(X&& x) { bsr::view(std::forward<X>(x)); };

//     [ 0  0  0 |  1  2  3 ]
//     [ 0  0  0 |  4  5  6 ]
//     [---------+----------]
//     [ 7  8  9 | 13 14 15 ]
//     [10 11 12 | 16 17 18 ]
const std::vector<std::vector<double>> elements{
    {0, 0, 0, 1, 2, 3}, {0, 0, 0, 4, 5, 6}, {7, 8, 9, 13, 14, 15}, {10, 11, 12, 16, 17, 18}};

template <class Index>
blocks<double, Eigen::RowMajor, 2, 3, Index> by_rows() {
  const std::vector<Index> indptr{0, 1, 3}, indices{1, 0, 1};
  blocks<double, Eigen::RowMajor, 2, 3, Index> a;
  a.setFromOuterInner(2, 2, 3, indptr.data(), indices.data());
  for (int k = 0; k < 18; ++k) a.valuePtr()[k] = k + 1;
  return a;
}
blocks<double, Eigen::ColMajor, 2, 3> by_columns() {
  const std::vector<int> indptr{0, 1, 3}, indices{1, 0, 1};
  blocks<double, Eigen::ColMajor, 2, 3> a;
  a.setFromOuterInner(2, 2, 3, indptr.data(), indices.data());
  const std::vector<double> values{7, 10, 8, 11, 9, 12, 1, 4, 2, 5, 3, 6, 13, 16, 14, 17, 15, 18};
  for (std::size_t k = 0; k < values.size(); ++k) a.valuePtr()[k] = values[k];
  return a;
}

std::vector<double> times(const std::vector<double>& x) {
  std::vector<double> y;
  for (const auto& row : elements) {
    y.push_back(0);
    for (std::size_t j = 0; j < row.size(); ++j) y.back() += row[j] * x[j];
  }
  return y;
}

const std::vector<double> x{1, -2, 3, -4, 5, -6};

TEST_CASE("A row-major BlockSparseMatrix is viewed where it lies") {
  auto a = by_rows<std::int64_t>();
  const auto v = bsr::view(a);
  STATIC_REQUIRE(std::same_as<decltype(v), const bsr::matrix_view<double, 2, 3, std::int64_t>>);
  CHECK(v.shape() == bsr::dims(4, 6));
  CHECK(v.data().data() == a.valuePtr());
  CHECK(v.indices().data() == a.innerIndexPtr());
  CHECK(v.indptr().data() == a.outerIndexPtr());
  CHECK(v.num_blocks() == 3);
  STATIC_REQUIRE(std::same_as<decltype(bsr::view(std::as_const(a))),
                              bsr::matrix_view<const double, 2, 3, std::int64_t>>);
  v.data()[0] = 100;
  CHECK(a.valuePtr()[0] == 100);
}

TEST_CASE("A row-major BlockSparseMatrix is an operand") {
  const auto a = by_rows<int>();
  std::vector<double> y(4);
  bsr::view(y) = a * bsr::view(x);
  CHECK(y == times(x));
  CHECK(bsr::to_dense(a)(3, 0) == 10);
}

TEST_CASE("A BlockSparseMatrix without blocks") {
  const blocks<float, Eigen::RowMajor, 2, 2> none;
  CHECK(bsr::view(none).shape() == bsr::dims(0, 0));
  CHECK(bsr::view(none).num_blocks() == 0);
}

TEST_CASE("The arrays of a column-major BlockSparseMatrix are those of its transpose") {
  auto a = by_columns();
  const auto v = bsr::eigen::transposed_view(a);
  STATIC_REQUIRE(std::same_as<decltype(v), const bsr::matrix_view<double, 3, 2, int>>);
  CHECK(v.shape() == bsr::dims(6, 4));
  CHECK(v.data().data() == a.valuePtr());
  std::vector<double> y(4);
  bsr::view(y) = transpose(bsr::eigen::transposed_view(std::as_const(a))) * bsr::view(x);
  CHECK(y == times(x));
}

TEST_CASE("A temporary BlockSparseMatrix, or one by columns, is no operand") {
  STATIC_REQUIRE(has_view<blocks<double, Eigen::RowMajor, 2, 2>&>);
  STATIC_REQUIRE(!has_view<blocks<double, Eigen::RowMajor, 2, 2>>);
  STATIC_REQUIRE(!has_view<blocks<double, Eigen::ColMajor, 2, 2>&>);
}

TEST_CASE("to_block_sparse: sorted, every place once, Eigen's own copy") {
  // Block row 1: (1, 0) in two parts, after (1, 1).
  const bsr::matrix<double, 2, 3> a(
      {4, 6}, {1, 2, 3, 4, 5, 6, 13, 14, 15, 16, 17, 18, 5, 5, 5, 5, 5, 5, 2, 3, 4, 5, 6, 7}, {1, 1, 0, 0},
      {0, 1, 4});
  const auto m = bsr::eigen::to_block_sparse(a);
  STATIC_REQUIRE(std::same_as<decltype(m), const blocks<double, Eigen::RowMajor, 2, 3>>);
  const auto expected = by_rows<int>();
  REQUIRE(m.nonZeroBlocks() == 3);
  CHECK((m.rows() == 4 && m.cols() == 6));
  for (int i = 0; i < 3; ++i) {
    CHECK(m.outerIndexPtr()[i] == expected.outerIndexPtr()[i]);
    CHECK(m.innerIndexPtr()[i] == expected.innerIndexPtr()[i]);
  }
  for (int k = 0; k < 18; ++k) CHECK(m.valuePtr()[k] == expected.valuePtr()[k]);
  CHECK(a.num_blocks() == 4);
}

TEST_CASE("to_block_sparse: no blocks that reach beyond the matrix") {
  const bsr::matrix<float, 2, 2> a({3, 3}, std::vector<float>{}, std::vector<std::int32_t>{}, {0, 0, 0},
                                   bsr::padded);
  CHECK(bsr_test::text_of<bsr::shape_error>([&] { bsr::eigen::to_block_sparse(a); }) ==
        "bsr: to_block_sparse: Eigen's matrix has whole blocks, but 2x2 blocks do not divide the shape 3x3.");
}

}  // namespace
