// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/to_bsr.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "bsr/convert/to_csr.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "support/bounds.hpp"
#include "support/guarded.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

TEST_CASE("to_bsr: scipy's 1x1 keeps order and duplicates of CSR", "[convert]") {
  const auto from = sample::csr<double>();
  const auto a = bsr::to_bsr<1>(from);
  CHECK(array_difference("indptr", a.indptr(), from.indptr()) == "");
  CHECK(array_difference("indices", a.indices(), from.indices()) == "");
  CHECK(array_difference("data", a.data(), from.data()) == "");
}

TEST_CASE("to_bsr: the same block size copies, order, duplicates and zeros kept", "[convert]") {
  const auto a = sample::matrix<float>();
  const auto copy = bsr::to_bsr<2, 3>(a);
  CHECK(stored_difference(copy, a) == "");
  CHECK(copy.data().data() != a.data().data());
  CHECK(stored_difference(bsr::to_bsr(a, {2, 3}), a) == "");
  CHECK(stored_difference(bsr::to_bsr<2, 3, std::int64_t>(a), a) == "");
}

TEST_CASE("to_bsr: stored zeros of CSR make blocks, zeros of a dense matrix do not", "[convert]") {
  const bsr::csr<double> zero({2, 4}, {0.0}, {3}, {0, 0, 1});
  CHECK(bsr::to_bsr<2>(zero).num_blocks() == 1);
  bsr::dense_matrix<double> d(2, 4);
  d(1, 3) = -0.0;
  CHECK(bsr::to_bsr<2>(d).num_blocks() == 0);
  d(1, 3) = std::numeric_limits<double>::quiet_NaN();
  CHECK(bsr::to_bsr<2>(d).num_blocks() == 1);
  CHECK(bsr::to_bsr<2>(d).indices()[0] == 1);
  bsr::dense_matrix<std::complex<float>> z(1, 2);
  z(0, 1) = {0.0f, 1.0f};
  CHECK(bsr::to_bsr<1>(z).num_blocks() == 1);
}

/// What a conversion must hold: the elements of `from`, and zeros in the padding.
template <class A, class V>
void check_elements(const A& a, const table<V>& from) {
  CHECK(difference(a, from) == "");
  const bsr::dims b = a.blocksize();
  bool zeros = true;
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (auto block : a.row(i))
      for (std::int64_t r = 0; r < b.rows; ++r)
        for (std::int64_t c = 0; c < b.cols; ++c)
          if (i * b.rows + r >= a.rows() || block.col() * b.cols + c >= a.cols())
            zeros &= block(r, c) == typename A::value_type{};
  CHECK(zeros);
}

/// Dense of every layout to blocks; the definition is written out with loops: a block is stored when one of
/// its elements inside the matrix is not zero.
template <class T, int R, int C>
bsr::matrix<T, R, C> check_dense(const bsr::dense_matrix<T>& x) {
  const std::int64_t m = x.rows();
  const std::int64_t n = x.cols();
  const guarded<T> by_row(x);
  const auto a = bsr::to_bsr<R, C>(by_row.view(), bsr::padded);
  check_elements(a, dense(x));
  CHECK(bsr::has_canonical_format(a));
  std::vector<std::int32_t> indices;
  for (std::int64_t i = 0; i < m; i += R)
    for (std::int64_t j = 0; j < n; j += C) {
      bool any = false;
      for (std::int64_t r = i; r < std::min<std::int64_t>(i + R, m); ++r)
        for (std::int64_t c = j; c < std::min<std::int64_t>(j + C, n); ++c) any |= x(r, c) != T{};
      if (any) indices.push_back(static_cast<std::int32_t>(j / C));
    }
  CHECK(array_difference("indices", a.indices(), indices) == "");
  const guarded<T, bsr::col_major> by_col(x);
  CHECK(stored_difference(bsr::to_bsr<R, C>(by_col.view(), bsr::padded), a) == "");
  return a;
}

/// Every second row and column of a larger matrix.
template <class T, int R, int C>
void check_strided(const bsr::dense_matrix<T>& x, const bsr::matrix<T, R, C>& expected) {
  bsr::dense_matrix<T> large(2 * x.rows(), 2 * x.cols());
  for (std::int64_t i = 0; i < large.rows(); ++i)
    for (std::int64_t j = 0; j < large.cols(); ++j)
      large(i, j) = i % 2 + j % 2 > 0 ? poison<T>() : x(i / 2, j / 2);
  const bsr::dense_view<const T, bsr::strided> strided(large.data(), x.rows(), x.cols(), 2 * large.cols(), 2);
  CHECK(stored_difference(bsr::to_bsr<R, C>(strided, bsr::padded), expected) == "");
}

template <class T>
struct triplet_list {
  std::vector<T> data;
  std::vector<std::int64_t> row, col;
  void add(std::int64_t i, std::int64_t j, const T& v) {
    data.push_back(v);
    row.push_back(i);
    col.push_back(j);
  }
  bsr::coo_view<const T, std::int64_t> view(bsr::dims shape) const { return {shape, data, row, col}; }
};

/// The same matrix from CSR and from triplets that come column by column from the right.
template <class T, int R, int C>
void check_sparse(const bsr::dense_matrix<T>& x, const bsr::matrix<T, R, C>& expected) {
  check_elements(bsr::to_bsr<R, C>(bsr::to_csr(x), bsr::padded), dense(x));
  triplet_list<T> triplets;
  for (std::int64_t j = x.cols() - 1; j >= 0; --j)
    for (std::int64_t i = 0; i < x.rows(); ++i)
      if (x(i, j) != T{}) triplets.add(i, j, x(i, j));
  CHECK(stored_difference(bsr::to_bsr<R, C>(triplets.view(x.shape()), bsr::padded), expected) == "");
}

/// The same with a block size that is known at run time only.
template <class T, int R, int C>
void check_dynamic(const bsr::dense_matrix<T>& x, const bsr::matrix<T, R, C>& expected) {
  CHECK(stored_difference(bsr::to_bsr(x, {R, C}, bsr::padded), expected) == "");
  check_elements(bsr::to_bsr(bsr::to_csr(x), {R, C}, bsr::padded), dense(x));
}

template <class T, int R, int C>
void check_all(random& rng, std::int64_t m, std::int64_t n) {
  INFO(R << "x" << C << " blocks, shape " << m << "x" << n);
  const auto x = random_sparse_dense<T>(rng, m, n, 0.08);
  const auto a = check_dense<T, R, C>(x);
  check_strided(x, a);
  check_sparse(x, a);
  check_dynamic(x, a);
}

TEST_CASE("to_bsr: dense, CSR and COO of every shape around the block size", "[convert]") {
  random rng(7);
  for (std::int64_t m = 0; m <= 9; ++m)
    for (std::int64_t n = 0; n <= 9; ++n) {
      check_all<double, 4, 4>(rng, m, n);
      check_all<float, 2, 3>(rng, m, n);
    }
  check_all<float, 16, 16>(rng, 100, 90);
  check_all<std::int8_t, 3, 1>(rng, 40, 41);
  check_all<std::complex<float>, 5, 7>(rng, 41, 40);
}

// Rows of full blocks take a way of their own; each group of two rows here nearly does, or does.
TEST_CASE("to_bsr: CSR rows that look like full blocks", "[convert]") {
  using row = std::vector<std::int32_t>;
  const std::vector<row> rows = {{0, 1, 2, 6, 7, 8},
                                 {0, 1, 2, 6, 7, 8},  // full
                                 {3, 4, 5, 3, 4, 5},
                                 {3, 4, 5, 3, 4, 5},  // twice the same block
                                 {6, 7, 8, 0, 1, 2},
                                 {6, 7, 8, 0, 1, 2},  // not sorted: this order stays
                                 {1, 2, 3},
                                 {1, 2, 3},  // between two blocks
                                 {3, 4, 5},
                                 {3, 4, 6},  // another column
                                 {0, 1, 2},
                                 {0, 1, 2, 3, 4, 5},  // another length
                                 {0, 1},
                                 {0, 1},  // no whole block
                                 {2, 1, 0},
                                 {2, 1, 0},  // a block backwards
                                 {0, 1, 2, 4, 5, 3},
                                 {0, 1, 2, 4, 5, 3},  // a block turned round
                                 {},
                                 {},  // nothing
                                 {6, 7, 8},
                                 {6, 7, 8},  // full
                                 {9, 10},
                                 {9, 10},     // cut off by the edge
                                 {0, 1, 2}};  // half of the rows
  bsr::csr<double> from;
  {
    std::vector<std::int32_t> indptr = {0};
    std::vector<std::int32_t> indices;
    std::vector<double> data;
    for (const row& one : rows) {
      for (const std::int32_t j : one) {
        data.push_back(static_cast<double>(data.size()) + 1);
        indices.push_back(j);
      }
      indptr.push_back(static_cast<std::int32_t>(indices.size()));
    }
    data[0] = -0.0;
    from = bsr::csr<double>({static_cast<std::int64_t>(rows.size()), 11}, data, indices, indptr);
  }
  const auto a = bsr::to_bsr<2, 3>(from, bsr::padded);
  check_elements(a, dense(from));
  const std::vector<std::int32_t> indptr = {0, 2, 3, 5, 7, 9, 11, 12, 13, 15, 15, 16, 17, 18};
  const std::vector<std::int32_t> indices = {0, 2, 1, 2, 0, 0, 1, 1, 2, 0, 1, 0, 0, 0, 1, 2, 3, 0};
  CHECK(array_difference("indptr", a.indptr(), std::span<const std::int32_t>(indptr)) == "");
  CHECK(array_difference("indices", a.indices(), std::span<const std::int32_t>(indices)) == "");
  CHECK_FALSE(std::signbit(a.data()[0]));  // added to 0, as everywhere
  CHECK(stored_difference(bsr::to_bsr(from, {2, 3}, bsr::padded), a) == "");
}

TEST_CASE("to_bsr: other blocks of a padded matrix read no padding", "[convert]") {
  random rng(8);
  for (std::int64_t m : {1, 5, 6, 7, 13})
    for (std::int64_t n : {1, 4, 8, 9, 11}) {
      const auto a = random_matrix<double, 3, 4>(rng, {m, n}, wild);
      const auto expected = dense(a);
      // Elements that are stored twice are added in another order: doubles of the same size, two or three of
      // them.
      const auto other = bsr::to_bsr<2, 5>(a, bsr::padded);
      expectation<double> bound{expected, table<long double>(m, n)};
      const auto sizes = make_operand(a);
      for (std::int64_t i = 0; i < m; ++i)
        for (std::int64_t j = 0; j < n; ++j)
          bound.bound(i, j) = gamma<double>(sizes.stored(i, j)) * sizes.size(i, j);
      CHECK(difference(other, bound) == "");
    }
}

TEST_CASE("to_bsr: int8 wraps and bool ors when duplicates meet", "[convert]") {
  const bsr::coo<std::int8_t> bytes({2, 2}, {100, 100, 1}, {1, 1, 0}, {1, 1, 0});
  CHECK(bsr::to_bsr<2>(bytes).data()[3] == static_cast<std::int8_t>(-56));
  const bsr::csr<bool> bits({2, 2}, {true, true, false}, {1, 1, 0}, {0, 2, 3});
  CHECK(bsr::to_bsr<2>(bits).data()[1] == true);
  CHECK(bsr::to_bsr<2>(bits).data()[2] == false);
}

TEST_CASE("to_bsr: empty shapes", "[convert]") {
  for (const bsr::dims shape : {bsr::dims(0, 6), bsr::dims(4, 0), bsr::dims(0, 0)}) {
    INFO(shape.rows << "x" << shape.cols);
    const auto blocks = (shape.rows / 2);
    const bsr::csr<double> rows(shape, {}, {}, bsr::buffer<std::int32_t>(shape.rows + 1));
    const bsr::coo<double> triplets(shape, {}, {}, {});
    const bsr::dense_matrix<double> x(shape.rows, shape.cols);
    for (const auto& a : {bsr::to_bsr<2, 3>(rows), bsr::to_bsr<2, 3>(triplets), bsr::to_bsr<2, 3>(x),
                          bsr::to_bsr<2, 3>(bsr::matrix<double, 1, 1>(shape))}) {
      CHECK(a.shape() == shape);
      CHECK(a.num_blocks() == 0);
      CHECK(a.block_rows() == blocks);
      CHECK(static_cast<std::int64_t>(a.indptr().size()) == blocks + 1);
    }
  }
}

TEST_CASE("to_bsr: what does not fit is refused in a sentence", "[convert]") {
  const bsr::dense_matrix<double> x(4, 6);
  CHECK(text_of<bsr::shape_error>([&] { bsr::to_bsr<3>(x); }) ==
        "bsr: to_bsr: shape must be multiple of blocksize: shape is 4x6, blocksize is 3x3; pass bsr::padded "
        "if the last "
        "blocks shall reach beyond the edge.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::to_bsr(x, {0, 3}); }) == "bsr: to_bsr: invalid blocksize 0x3.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::to_bsr<2, 3>(x, bsr::dims(2, 2)); }) ==
        "bsr: to_bsr: mismatching blocksize=2x2 vs 2x3 of the type.");
  const bsr::csr<double> broken({2, 4}, {1.0, 2.0}, {0, 4}, {0, 1, 2});
  CHECK(text_of<bsr::format_error>([&] { bsr::to_bsr<2>(broken); }) ==
        "bsr: to_bsr: column index values must be < 4 (now max 4): row 1 holds 4.");
  const bsr::coo<double> outside({2, 4}, {1.0, 2.0}, {0, 2}, {0, 3});
  CHECK(text_of<bsr::format_error>([&] { bsr::to_bsr<2>(outside); }) ==
        "bsr: to_bsr: axis 0 index 2 exceeds matrix dimension 2 (entry 1).");
  const bsr::matrix<double, 1, 2> wrong({2, 4}, {1.0, 2.0}, {-1}, {0, 1, 1});
  CHECK(text_of<bsr::format_error>([&] { bsr::to_bsr<2>(wrong); }) ==
        "bsr: to_bsr: column index values must be >= 0: block row 0 holds -1.");
}

TEST_CASE("to_bsr: block columns that an int32 cannot count are refused, not wrapped", "[convert]") {
  const std::int64_t wide = (std::int64_t{1} << 31) + 2;
  const bsr::coo<float, std::int64_t> far({1, 2 * wide}, {1.0f}, {0}, {2 * wide - 1});
  CHECK(text_of<bsr::shape_error>([&] { bsr::to_bsr<1, 2, std::int32_t>(far); }) ==
        "bsr: to_bsr: 2147483650 block columns are too many for int32 indices, which end at 2147483647; ask "
        "for "
        "std::int64_t indices.");
  // scipy's rule: it is block columns that count. These fit.
  const auto a = bsr::to_bsr<1, 1 << 20, std::int32_t>(far, bsr::padded);
  CHECK(a.indices()[0] == (2 * wide - 1) >> 20);
  // An index that only 64 bits can hold survives.
  const bsr::matrix<float, 1, 1, std::int64_t> same({1, wide}, {1.0f}, {wide - 1}, {0, 1});
  CHECK(bsr::to_bsr<1>(same).indices()[0] == wide - 1);
  CHECK(text_of<bsr::shape_error>([&] { bsr::to_bsr<1, 1, std::int32_t>(same); }) ==
        "bsr: to_bsr: 2147483650 block columns are too many for int32 indices, which end at 2147483647; ask "
        "for "
        "std::int64_t indices.");
}

TEST_CASE("to_bsr: temporaries and foreign memory are read where they are", "[convert]") {
  const auto a = bsr::to_bsr<2, 3>(sample::dense<float>());
  CHECK(a.num_blocks() == 3);
  const std::vector<double> values{1, 0, 0, 0, 0, 2};
  CHECK(bsr::to_bsr<1, 3>(bsr::dense_view(values.data(), 2, 3)).num_blocks() == 2);
}

}  // namespace
