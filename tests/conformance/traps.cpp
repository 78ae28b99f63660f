// SPDX-License-Identifier: BSD-3-Clause
// What is easily got wrong about scipy's BSR, one test each. The numbers are scipy 1.18.1's, by the lines in
// the comments, unless a comment says where bsr differs.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>

#include "bsr/bsr.hpp"
#include "bsr/io.hpp"
#include "support/throws.hpp"

namespace {
using bsr::dims;
using bsr_test::text_of;

template <class T>
using blocks_of_2 = bsr::matrix<T, 2>;
using matrix = blocks_of_2<double>;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Two blocks of 2x2 at the same place of a 2x4 matrix, and one elsewhere that is zero.
matrix repeated() { return {{2, 4}, {1, 2, 3, 4, 10, 20, 30, 40, 0, 0, 0, 0}, {1, 1, 0}, {0, 3}}; }

const std::string io_files = BSR_TESTS_DIR "/data/io/";

TEST_CASE("trap 1: nnz counts stored elements, zeros and duplicates included", "[traps]") {
  CHECK(repeated().nnz() == 12);
  CHECK(repeated().num_blocks() == 3);
  CHECK(count_nonzero(repeated()) == 4);
}

TEST_CASE("trap 2: without a block size blocks are 1x1; of a dense matrix none is guessed", "[traps]") {
  CHECK(bsr::matrix<double>({4, 6}).blocksize() == dims(1, 1));
  // scipy: bsr_array(np.ones((8, 8))).blocksize == (4, 4); here the estimate is asked for.
  bsr::dense_matrix<double> ones(8, 8);
  for (int i = 0; i < 8; ++i)
    for (int j = 0; j < 8; ++j) ones(i, j) = 1;
  CHECK(estimate_blocksize(ones) == dims(4, 4));
}

TEST_CASE("trap 3: which operations drop blocks of zeros", "[traps]") {
  const matrix zeros({2, 4}, {0, -0.0, 0, 0, 1, 2, 3, 4}, {0, 1}, {0, 2});
  CHECK(bsr::to_bsr<2>(to_dense(zeros)).num_blocks() == 1);  // from a dense matrix: dropped
  CHECK(bsr::to_bsr<2>(to_csr(zeros)).num_blocks() == 2);    // from CSR: they make blocks
  CHECK(add(zeros, zeros).num_blocks() == 1);
  CHECK(subtract(zeros, zeros).num_blocks() == 0);
  CHECK(multiply(zeros, zeros).num_blocks() == 1);
  CHECK(multiply(zeros, 0.0).num_blocks() == 2);  // by a number: kept
  auto summed = matrix({2, 2}, {1, 2, 3, 4, -1, -2, -3, -4}, {0, 0}, {0, 2});
  sum_duplicates(summed);
  CHECK(summed.num_blocks() == 1);
  const matrix square({4, 4}, {0, 0, 0, 0, 1, 2, 3, 4}, {0, 1}, {0, 1, 2});
  CHECK(bsr::matrix(square * square).num_blocks() == 2);
  // scipy drops the zeros of a product of 1x1 blocks, because it is then one of CSR matrices; bsr keeps them.
  const bsr::matrix<double, 1> scalar({1, 1}, {0}, {0}, {0, 1});
  CHECK(bsr::matrix(scalar * scalar).num_blocks() == 1);
}

TEST_CASE("trap 4: NaN is not zero, -0.0 is", "[traps]") {
  matrix a({2, 4}, {0, nan, 0, 0, -0.0, 0, -0.0, 0}, {0, 1}, {0, 2});
  eliminate_zeros(a);
  CHECK(a.num_blocks() == 1);
  CHECK(a.indices()[0] == 0);
  CHECK(count_nonzero(a) == 1);
}

TEST_CASE("trap 5: a product has blocks of a's rows and b's columns, and a's inner size", "[traps]") {
  const bsr::matrix<double, 2, 3> a({4, 6}, bsr::buffer<double>(24), {0, 1, 0, 1}, {0, 2, 4});
  const bsr::matrix<double, 2, 4> b({6, 8}, bsr::buffer<double>(48), {1, 0, 0, 1, 1, 0}, {0, 2, 4, 6});
  const bsr::matrix c = a * b;
  CHECK(c.blocksize() == dims(2, 4));
  CHECK(has_canonical_format(c));  // scipy's rows are in no order
  const bsr::matrix<double, 2> p({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, {0, 1}, {0, 2});
  const bsr::matrix<double, 4, 2> q({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}, {0}, {0, 1});
  const bsr::matrix d = p * q;
  CHECK(d.blocksize() == dims(2, 2));
  // np.array([[1, 2, 5, 6], [3, 4, 7, 8]]) @ np.array([[1, 2], [3, 4], [5, 6], [7, 8]])
  CHECK(to_dense(d)(0, 0) == 74);
  CHECK(to_dense(d)(0, 1) == 88);
  CHECK(to_dense(d)(1, 0) == 106);
  CHECK(to_dense(d)(1, 1) == 128);
}

TEST_CASE("trap 6: duplicates are legal, are added up by whoever reads, and stay otherwise", "[traps]") {
  const matrix a = repeated();
  CHECK(to_dense(a)(1, 3) == 44);
  CHECK(element(a, 0, 2) == 11);
  CHECK(sum(a) == 110);
  CHECK((bsr::max)(a) == 44);
  CHECK(norm(a, bsr::norms::one) == 66);
  std::array<double, 4> x{1, 1, 1, 1};
  std::array<double, 2> y{};
  bsr::view(y) = a * x;
  CHECK(y[0] == 33);
  CHECK(y[1] == 77);
  CHECK(power(a, 2).num_blocks() == 2);  // (1 + 10)^2, not 1 + 100
  CHECK(to_dense(power(a, 2))(0, 2) == 121);
  CHECK(bsr::matrix(-a).num_blocks() == 3);
  CHECK(multiply(a, 3.0).num_blocks() == 3);
  CHECK(divide(a, 2.0).num_blocks() == 3);
  CHECK(to_transposed(a).num_blocks() == 3);
  CHECK(conj(a).num_blocks() == 3);
  CHECK(to_csr(a).nnz() == 12);
  CHECK(bsr::astype<float>(a).num_blocks() == 2);  // as scipy: added up after the conversion
}

TEST_CASE("trap 7: a transposed matrix is sorted; one without blocks swaps its block size", "[traps]") {
  const bsr::matrix<double, 1, 2> a({3, 4}, {1, 2, 3, 4, 5, 6}, {1, 1, 0}, {0, 1, 2, 3});
  const auto t = to_transposed(a);
  CHECK(has_sorted_indices(t));
  CHECK(t.shape() == dims(4, 3));
  CHECK(t.blocksize() == dims(2, 1));
  CHECK(to_transposed(bsr::matrix<double, 1, 2>({3, 4})).blocksize() == dims(2, 1));
}

TEST_CASE("trap 8: blocks are counted, not elements, and results are as wide as the widest operand",
          "[traps]") {
  // sp.bsr_array((2, 2**32), blocksize=(2, 4)).indptr.dtype == int32
  const bsr::matrix<double, 2, 4> far({2, std::int64_t{1} << 32}, {1, 2, 3, 4, 5, 6, 7, 8}, {(1 << 30) - 1},
                                      {0, 1});
  check_format(far);
  CHECK(element(far, 1, (std::int64_t{1} << 32) - 1) == 8);
  const bsr::matrix<double, 2, 2, std::int64_t> wide({4, 4});
  const matrix narrow({4, 4});
  static_assert(std::same_as<decltype(add(narrow, wide))::index_type, std::int64_t>);
  static_assert(std::same_as<decltype(bsr::matrix(narrow * wide))::index_type, std::int64_t>);
  static_assert(std::same_as<decltype(add(narrow, narrow))::index_type, std::int32_t>);
}

TEST_CASE("trap 9: products add up in the type of the result", "[traps]") {
  const bsr::matrix<std::int8_t, 1> a({1, 1}, {100}, {0}, {0, 1});
  CHECK(bsr::matrix(a * a).data()[0] == 16);  // 10000 mod 256
  const blocks_of_2<bool> b({2, 2}, {true, true, false, false}, {0}, {0, 1});
  const bsr::matrix c = b * b;
  CHECK(c.data()[0]);
  CHECK(!c.data()[2]);
  // float32: 2^24 + 1 + 1 stays 2^24
  const bsr::matrix<float, 1> f({1, 3}, {16777216.0f, 1, 1}, {0, 1, 2}, {0, 3});
  const bsr::matrix<float, 1> ones({3, 1}, {1, 1, 1}, {0, 0, 0}, {0, 1, 2, 3});
  CHECK(bsr::matrix(f * ones).data()[0] == 16777216.0f);
  // Sums are wider: np.int8 sums are int64.
  const bsr::matrix<std::int8_t, 1> twice({1, 2}, {100, 100}, {0, 1}, {0, 2});
  static_assert(std::same_as<decltype(sum(twice)), std::int64_t>);
  CHECK(sum(twice) == 200);
}

TEST_CASE("trap 10: a shape that is no multiple of the block size is refused", "[traps]") {
  // scipy takes bsr_array((data, indices, indptr), shape=(5, 10)) of 2x3 blocks, and then reads wrongly.
  CHECK(text_of<bsr::shape_error>([] {
          bsr::matrix<double, 2, 3>({5, 10}, bsr::buffer<double>(), {}, {0, 0, 0});
        }).find("5x10") != std::string::npos);
  // Unless it is meant.
  CHECK(bsr::matrix<double, 2, 3>({5, 10}, bsr::padded).block_rows() == 3);
}

TEST_CASE("trap 11: data of an npz file may be in Fortran's order", "[traps]") {
  // a.data = np.asfortranarray(a.data); sp.save_npz(file, a); a.data.ravel()[:4] is nan, inf, -inf, -0.0
  const auto a = bsr::io::load_npz<double>(io_files + "fortran.npz");
  REQUIRE(a.blocksize() == dims(2, 3));
  const auto x = a.data();
  CHECK(std::isnan(x[0]));
  CHECK(x[1] == std::numeric_limits<double>::infinity());
  CHECK(x[2] == -std::numeric_limits<double>::infinity());
  CHECK(std::signbit(x[3]));
}

TEST_CASE("trap 12: NumPy's zip files say 0xFFFFFFFF and mean the zip64 sizes", "[traps]") {
  CHECK(bsr::io::load_npz<double>(io_files + "forced_zip64.npz").num_blocks() > 0);
  CHECK(bsr::io::load_npz<double>(io_files + "streamed.npz").num_blocks() > 0);
}

TEST_CASE("trap 13: the member format holds bytes, or unicode in older files", "[traps]") {
  CHECK(std::string(bsr::io::inspect_npz(io_files + "unicode_format.npz").format) == "bsr");
  CHECK(std::string(bsr::io::inspect_npz(io_files + "stored.npz").format) == "bsr");
}

TEST_CASE("trap 14: matrices without rows or columns are matrices", "[traps]") {
  for (const dims shape : {dims(0, 6), dims(6, 0), dims(0, 0)}) {
    const bsr::matrix<double, 2, 3> a(shape);
    check_format(a);
    CHECK(to_dense(a).shape() == shape);
    CHECK(to_transposed(a).shape() == dims(shape.cols, shape.rows));
    CHECK(to_csr(a).nnz() == 0);
    CHECK(to_coo(a).nnz() == 0);
    CHECK(add(a, a).shape() == shape);
    CHECK(bsr::matrix(transpose(a) * a).shape() == dims(shape.cols, shape.cols));
    CHECK(sum(a) == 0);
    CHECK(sum(a, 0).size() == shape.cols);
    CHECK(sum(a, 1).size() == shape.rows);
    CHECK(count_nonzero(a) == 0);
    CHECK(norm(a) == 0);
    CHECK(diagonal(a).size() == 0);
    CHECK(hstack(a, a).shape() == dims(shape.rows, 2 * shape.cols));
    // np.max of nothing: zero-size array to reduction operation
    CHECK_THROWS_AS((bsr::max)(a), bsr::shape_error);
  }
}

TEST_CASE("trap 15: what is not stored is zero, and takes part in extremes", "[traps]") {
  const matrix negative({2, 4}, {-1, -2, -3, -4}, {1}, {0, 1});
  CHECK((bsr::max)(negative) == 0);
  CHECK((bsr::max)(negative, bsr::explicit_only) == -1);
  CHECK(argmax(negative) == 0);
  CHECK(argmin(negative) == 7);
  CHECK((bsr::max)(negative, 0)[3] == -2);
  CHECK((bsr::max)(negative, 1)[0] == 0);
  const matrix full({2, 2}, {-1, -2, -3, -4}, {0}, {0, 1});
  CHECK((bsr::max)(full) == -1);
}

TEST_CASE("trap 16: float32 divided by a number is float64", "[traps]") {
  const blocks_of_2<float> a({2, 2}, {1, 2, 3, 4}, {0}, {0, 1});
  static_assert(std::same_as<decltype(divide(a, 3))::value_type, double>);
  CHECK(divide(a, 3).data()[0] == 1.0 / 3.0);
  static_assert(std::same_as<decltype(divide(blocks_of_2<std::complex<float>>({2, 2}), 3))::value_type,
                             std::complex<float>>);
  static_assert(std::same_as<decltype(divide(blocks_of_2<std::int8_t>({2, 2}), 3))::value_type, double>);
}

TEST_CASE("trap 17: sorting keeps the order of duplicates", "[traps]") {
  // scipy's does not, for rows longer than 16.
  bsr::buffer<double> data(64);
  bsr::buffer<std::int32_t> indices(64);
  for (std::int64_t k = 0; k < 64; ++k) {
    data[k] = static_cast<double>(k);
    indices[k] = static_cast<std::int32_t>(k % 2);
  }
  bsr::matrix<double, 1> a({1, 2}, data, indices, {0, 64});
  sort_indices(a);
  for (std::size_t k = 0; k < 32; ++k) {
    CHECK(a.data()[k] == static_cast<double>(2 * k));
    CHECK(a.data()[32 + k] == static_cast<double>(2 * k + 1));
  }
}

TEST_CASE("trap 18: defects of scipy that are not here", "[traps]") {
  // tocoo: columns from 2^31 on
  const bsr::matrix<double, 1, 4, std::int64_t> far({1, std::int64_t{1} << 33}, {0, 0, 0, 7}, {(1 << 30)},
                                                    {0, 1});
  CHECK(to_coo(far).col()[3] == (std::int64_t{1} << 32) + 3);
  // setdiag raises AttributeError
  matrix a({2, 2});
  setdiag(a, std::array<double, 2>{1, 2});
  CHECK(element(a, 1, 1) == 2);
  // bsr_matrix.sum() raises ValueError
  CHECK(sum(a) == 3);
  // Comparisons are CSR; here they stay in blocks.
  CHECK(less(a, a).stored.blocksize() == dims(2, 2));
  CHECK(equal(a, a).elsewhere);
  // Operations that read only do not sort or add up their operand.
  const matrix constant = repeated();
  (void)bsr::abs(constant);
  (void)power(constant, 2);
  (void)(bsr::max)(constant);
  (void)count_nonzero(constant);
  (void)sum(constant, 0);
  CHECK(constant.num_blocks() == 3);
  CHECK(constant.indices()[0] == 1);
}

}  // namespace
