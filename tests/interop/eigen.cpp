// SPDX-License-Identifier: BSD-3-Clause
#include <stdexcept>

// Eigen's own tests do the same: a failed assertion and, where it is forbidden, an allocation throw.
#define EIGEN_RUNTIME_NO_MALLOC
#define eigen_assert(condition) \
  (static_cast<bool>(condition) ? void() : throw std::logic_error("eigen_assert: " #condition))

#include "bsr/eigen.hpp"

#include <Eigen/IterativeLinearSolvers>
#include <Eigen/SparseCholesky>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <unsupported/Eigen/IterativeSolvers>
#include <utility>
#include <vector>

#include "support/bounds.hpp"
#include "support/random.hpp"

namespace {

using bsr_test::difference;
using bsr_test::expected_product;

template <class T, int Order = Eigen::ColMajor>
using dense = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Order>;
template <class T>
using column = Eigen::Matrix<T, Eigen::Dynamic, 1>;
template <class T>
using row = Eigen::Matrix<T, 1, Eigen::Dynamic>;
using any_stride = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;

template <class X>
concept has_view = requires(X&& x) { bsr::view(std::forward<X>(x)); };

/// Nothing of Eigen may allocate while one of these lives.
struct no_allocation {
  no_allocation() { Eigen::internal::set_is_malloc_allowed(false); }
  ~no_allocation() { Eigen::internal::set_is_malloc_allowed(true); }
  no_allocation(const no_allocation&) = delete;
  no_allocation& operator=(const no_allocation&) = delete;
};

template <class M>
M random_eigen(bsr_test::random& rng, Eigen::Index rows, Eigen::Index cols) {
  M m(rows, cols);
  for (Eigen::Index i = 0; i < rows; ++i)
    for (Eigen::Index j = 0; j < cols; ++j) m(i, j) = rng.value<typename M::Scalar>();
  return m;
}

/// A block-sparse matrix, densely, as Eigen computes with it: in long double, to be an oracle.
template <class A>
auto to_eigen(const A& a) {
  const auto elements = bsr_test::dense(a);
  dense<long double> m(elements.rows, elements.cols);
  for (Eigen::Index i = 0; i < m.rows(); ++i)
    for (Eigen::Index j = 0; j < m.cols(); ++j) m(i, j) = elements(i, j);
  return m;
}

/// Symmetric positive definite with blocks of R x R: block tridiagonal, diagonally dominant.
template <class T, int R>
bsr::matrix<T, R> stiffness(int block_rows) {
  bsr_test::random rng(3);
  std::vector<std::int32_t> indices, indptr{0};
  std::vector<T> data, coupling(static_cast<std::size_t>(block_rows * R * R));
  for (T& x : coupling) x = rng.value<T>();
  const auto entry = [&](int i, int r, int c) {
    return coupling[static_cast<std::size_t>((i * R + r) * R + c)];
  };
  for (int i = 0; i < block_rows; ++i) {
    for (int j = i - 1; j <= i + 1; ++j) {
      if (j < 0 || j >= block_rows) continue;
      indices.push_back(j);
      for (int r = 0; r < R; ++r)
        for (int c = 0; c < R; ++c)
          data.push_back(j < i ? entry(j, c, r) : j > i ? entry(i, r, c) : r == c ? T(3 * R) : T(0.25));
    }
    indptr.push_back(static_cast<std::int32_t>(indices.size()));
  }
  const std::int64_t n = std::int64_t{block_rows} * R;
  return {bsr::dims(n, n), data, indices, indptr};
}

}  // namespace

// ---- views ------------------------------------------------------------------------------------------------

TEST_CASE("Eigen's matrices are viewed where they lie, in their order") {
  dense<float> m(5, 7);
  dense<float, Eigen::RowMajor> n(5, 7);
  STATIC_REQUIRE(std::same_as<decltype(bsr::view(m)), bsr::dense_view<float, bsr::col_major>>);
  STATIC_REQUIRE(std::same_as<decltype(bsr::view(n)), bsr::dense_view<float, bsr::row_major>>);
  STATIC_REQUIRE(
      std::same_as<decltype(bsr::view(std::as_const(m))), bsr::dense_view<const float, bsr::col_major>>);
  const auto of_m = bsr::view(m);
  CHECK(of_m.data() == m.data());
  CHECK(of_m.shape() == bsr::dims(5, 7));
  CHECK(of_m.ld() == 5);
  const auto of_n = bsr::view(n);
  CHECK(of_n.data() == n.data());
  CHECK(of_n.ld() == 7);

  Eigen::Array<double, 3, 4> fixed;
  STATIC_REQUIRE(std::same_as<decltype(bsr::view(fixed)), bsr::dense_view<double, bsr::col_major>>);
  CHECK(bsr::view(fixed).data() == fixed.data());
  CHECK(bsr::view(fixed).shape() == bsr::dims(3, 4));
}

TEST_CASE("Maps, refs, blocks and transposes are viewed where they lie, also when they are temporaries") {
  std::vector<double> memory(200);
  dense<double> m(8, 9);
  double* const data = memory.data();

  const auto map =
      bsr::view(Eigen::Map<dense<double>, 0, Eigen::OuterStride<>>(data, 4, 6, Eigen::OuterStride<>(11)));
  STATIC_REQUIRE(std::same_as<std::remove_const_t<decltype(map)>, bsr::dense_view<double, bsr::col_major>>);
  CHECK(map.data() == data);
  CHECK(map.shape() == bsr::dims(4, 6));
  CHECK(map.ld() == 11);

  const auto by_row = bsr::view(
      Eigen::Map<const dense<double, Eigen::RowMajor>, 0, any_stride>(data, 4, 6, any_stride(30, 3)));
  STATIC_REQUIRE(
      std::same_as<std::remove_const_t<decltype(by_row)>, bsr::dense_view<const double, bsr::strided>>);
  CHECK(by_row.row_stride() == 30);
  CHECK(by_row.col_stride() == 3);
  CHECK(&by_row(1, 2) == data + 36);

  const auto by_col = bsr::view(Eigen::Map<dense<double>, 0, any_stride>(data, 4, 6, any_stride(30, 3)));
  CHECK(by_col.row_stride() == 3);
  CHECK(by_col.col_stride() == 30);
  CHECK(&by_col(1, 2) == data + 63);

  const auto block = bsr::view(m.block(2, 3, 4, 5));
  STATIC_REQUIRE(std::same_as<std::remove_const_t<decltype(block)>, bsr::dense_view<double, bsr::col_major>>);
  CHECK(block.data() == &m(2, 3));
  CHECK(block.shape() == bsr::dims(4, 5));
  CHECK(block.ld() == 8);
  CHECK(&bsr::view(m.middleCols(2, 3))(1, 1) == &m(1, 3));
  CHECK(&bsr::view(std::as_const(m).topRows(3))(1, 1) == &m(1, 1));

  const auto turned = bsr::view(m.transpose());
  STATIC_REQUIRE(
      std::same_as<std::remove_const_t<decltype(turned)>, bsr::dense_view<double, bsr::row_major>>);
  CHECK(turned.shape() == bsr::dims(9, 8));
  CHECK(&turned(4, 1) == &m(1, 4));
  CHECK(&bsr::view(m.block(2, 3, 4, 5).transpose())(1, 2) == &m(4, 4));

  Eigen::Ref<dense<double>> ref(m);
  CHECK(bsr::view(ref).data() == m.data());
  CHECK(bsr::view(Eigen::Ref<dense<double>>(m)).data() == m.data());
  const Eigen::Ref<const dense<double>> read_only(m);
  CHECK(bsr::view(read_only).data() == m.data());
  STATIC_REQUIRE(std::same_as<decltype(bsr::view(read_only)), bsr::dense_view<const double, bsr::col_major>>);
}

TEST_CASE("Eigen's vectors, rows and columns are vectors with their stride") {
  column<float> v(6);
  row<float> h(6);
  dense<float> m(6, 4);
  STATIC_REQUIRE(std::same_as<decltype(bsr::view(v)), bsr::vector_view<float>>);
  STATIC_REQUIRE(std::same_as<decltype(bsr::view(std::as_const(h))), bsr::vector_view<const float>>);
  CHECK(bsr::view(v).data() == v.data());
  CHECK(bsr::view(v).stride() == 1);
  CHECK(bsr::view(h).size() == 6);

  const auto r = bsr::view(m.row(2));
  STATIC_REQUIRE(std::same_as<std::remove_const_t<decltype(r)>, bsr::vector_view<float>>);
  CHECK(r.size() == 4);
  CHECK(r.stride() == 6);
  CHECK(&r[3] == &m(2, 3));
  CHECK(&bsr::view(m.col(1))[5] == &m(5, 1));
  CHECK(&bsr::view(v.segment(2, 3))[1] == &v[3]);
  CHECK(&bsr::view(h.tail(2))[1] == &h[5]);
  CHECK(&bsr::view(v.transpose())[1] == &v[1]);

  const auto every_second = bsr::view(Eigen::Map<column<float>, 0, Eigen::InnerStride<2>>(v.data(), 3));
  CHECK(every_second.stride() == 2);
  CHECK(&every_second[2] == &v[4]);

  Eigen::Vector3d fixed;
  CHECK(bsr::view(fixed).size() == 3);
}

TEST_CASE("What owns its memory cannot be viewed as a temporary") {
  STATIC_REQUIRE(bsr::dense_like<dense<float>&>);
  STATIC_REQUIRE(!bsr::dense_like<dense<float>>);
  STATIC_REQUIRE(!bsr::vector_like<column<float>>);
  STATIC_REQUIRE(bsr::dense_like<Eigen::Map<dense<float>>>);
  STATIC_REQUIRE(bsr::dense_like<Eigen::Ref<dense<float>>>);
  STATIC_REQUIRE(!bsr::dense_like<Eigen::Ref<const dense<float>>>);  // it may be a copy
  STATIC_REQUIRE(bsr::dense_like<Eigen::Ref<const dense<float>>&>);
  // An expression has no memory.
  STATIC_REQUIRE(!bsr::dense_like<decltype(std::declval<dense<float>&>() + std::declval<dense<float>&>())>);
  STATIC_REQUIRE(has_view<Eigen::SparseMatrix<float, Eigen::RowMajor>&>);
  STATIC_REQUIRE(!has_view<Eigen::SparseMatrix<float, Eigen::RowMajor>>);
  STATIC_REQUIRE(!has_view<Eigen::SparseMatrix<float, Eigen::ColMajor>&>);
}

// ---- products ---------------------------------------------------------------------------------------------

TEST_CASE("Eigen's matrices are operands and destinations of products") {
  using T = float;
  bsr_test::random rng(1);
  const auto a = bsr_test::random_matrix<T, 4, 3>(rng, bsr::dims(20, 18), bsr_test::wild);
  const Eigen::Index n = 11;
  const auto x = random_eigen<dense<T>>(rng, 18, n);
  const dense<T, Eigen::RowMajor> x_by_row = x;
  const auto z = random_eigen<dense<T>>(rng, 20, n);
  const dense<T, Eigen::RowMajor> z_by_row = z;
  const auto expected = expected_product(a, x);
  const auto expected_transposed = expected_product(a, z, true);
  dense<T> y(20, n);
  dense<T, Eigen::RowMajor> y_by_row(20, n);
  dense<T> t(18, n);
  dense<T, Eigen::RowMajor> t_by_row(18, n);

  SECTION("both orders on both sides") {
    {
      const no_allocation here;
      bsr::view(y) = a * x;
      bsr::view(y_by_row) = a * x_by_row;
      bsr::view(t) = transpose(a) * z;
      bsr::view(t_by_row) = transpose(a) * z_by_row;
    }
    CHECK(difference(y, expected) == "");
    CHECK(difference(y_by_row, expected) == "");
    CHECK(difference(t, expected_transposed) == "");
    CHECK(difference(t_by_row, expected_transposed) == "");
    y.setZero();
    y_by_row.setZero();
    bsr::view(y) = a * x_by_row;
    bsr::view(y_by_row) = a * x;
    CHECK(difference(y, expected) == "");
    CHECK(difference(y_by_row, expected) == "");
  }
  SECTION("a right-hand product: rows of Eigen's matrix are vectors") {
    const dense<T> xt = x.transpose();
    dense<T> yt(n, 20);
    bsr::view(yt) = xt * transpose(a);
    CHECK(difference(dense<T>(yt.transpose()), expected) == "");
    const dense<T> zt = z.transpose();
    dense<T, Eigen::RowMajor> tt(n, 18);
    bsr::view(tt) = zt * a;
    CHECK(difference(dense<T>(tt.transpose()), expected_transposed) == "");
  }
  SECTION("parts of larger matrices; their neighbours stay as they are") {
    dense<T> large = dense<T>::Constant(26, n + 4, T(7));
    const dense<T> source = [&] {
      dense<T> m = dense<T>::Constant(25, n + 2, T(9));
      m.block(3, 1, 18, n) = x;
      return m;
    }();
    {
      const no_allocation here;
      bsr::view(large.block(2, 3, 20, n)) = a * source.block(3, 1, 18, n);
    }
    CHECK(difference(large.block(2, 3, 20, n), expected) == "");
    large.block(2, 3, 20, n).setConstant(T(7));
    CHECK(large == dense<T>::Constant(26, n + 4, T(7)));

    dense<T> turned(n, 20);
    bsr::view(turned.transpose()) = a * x;
    CHECK(difference(dense<T>(turned.transpose()), expected) == "");
    turned.setZero();
    bsr::transpose(bsr::view(turned)) = a * x;
    CHECK(difference(dense<T>(turned.transpose()), expected) == "");
  }
  SECTION("maps with two strides") {
    std::vector<T> from(18 * n * 6, T(5)), to(20 * n * 6, T(5));
    Eigen::Map<dense<T>, 0, any_stride> strided_x(from.data(), 18, n, any_stride(18 * 6, 2));
    Eigen::Map<dense<T>, 0, any_stride> strided_y(to.data(), 20, n, any_stride(3, 3 * (n + 1)));
    strided_x = x;
    bsr::view(strided_y) = a * strided_x;
    CHECK(difference(strided_y, expected) == "");
    strided_y.setConstant(T(5));
    CHECK(to == std::vector<T>(20 * n * 6, T(5)));
  }
  SECTION("addends, biases, updates") {
    y = z;
    bsr::view(y) = T(0.5) * bsr::view(y) + T(2) * a * x;
    CHECK(difference(y, expected_product(T(2), a, x, T(0.5), z)) == "");
    bsr::view(y) = z - a * x;
    CHECK(difference(y, expected_product(T(-1), a, x, T(1), z)) == "");
    y = z;
    bsr::view(y) += a * x;
    CHECK(difference(y, expected_product(T(1), a, x, T(1), z)) == "");

    const auto bias = random_eigen<column<T>>(rng, 20, 1);
    const dense<T> added = bias.replicate(1, n);
    bsr::view(y) = a * x + bsr::per_row(bias);
    CHECK(difference(y, expected_product(T(1), a, x, T(1), added)) == "");
    const row<T> across = z.row(4);
    bsr::view(y) = a * x + bsr::per_col(across);
    CHECK(difference(y, expected_product(T(1), a, x, T(1), dense<T>(across.replicate(20, 1)))) == "");
  }
}

TEST_CASE("Eigen's vectors, rows and columns are operands and destinations") {
  using T = double;
  bsr_test::random rng(2);
  const auto a = bsr_test::random_matrix<T, 2>(rng, bsr::dims(14, 10), bsr_test::wild);
  const auto x = random_eigen<column<T>>(rng, 10, 1);
  const auto f = random_eigen<column<T>>(rng, 14, 1);
  column<T> y(14);
  row<T> h(10);
  {
    const no_allocation here;
    bsr::view(y) = a * x;
    bsr::view(h) = f * a;
  }
  CHECK(difference(y, expected_product(a, x)) == "");
  CHECK(difference(h, expected_product(a, f, true)) == "");
  bsr::view(y) = f - a * x;
  CHECK(difference(y, expected_product(T(-1), a, x, T(1), f)) == "");

  dense<T> many = dense<T>::Constant(5, 14, T(3));
  dense<T> sources = dense<T>::Constant(10, 3, T(4));
  sources.col(1) = x;
  {
    const no_allocation here;
    bsr::view(many.row(2)) = a * sources.col(1);
  }
  CHECK(difference(column<T>(many.row(2)), expected_product(a, x)) == "");
  many.row(2).setConstant(T(3));
  CHECK(many == dense<T>::Constant(5, 14, T(3)));
}

TEST_CASE("A product into an operand of Eigen is refused, one into its neighbour is not") {
  bsr_test::random rng(4);
  const auto a = bsr_test::random_matrix<double, 3>(rng, bsr::dims(9, 9), {.density = 0.5});
  auto x = random_eigen<dense<double>>(rng, 9, 8);
  const dense<double> before = x;
  CHECK_THROWS_AS(bsr::view(x) = a * x, bsr::alias_error);
  CHECK_THROWS_AS(bsr::view(x.leftCols(4)) = a * x.middleCols(3, 4), bsr::alias_error);
  CHECK(x == before);
  bsr::view(x.leftCols(4)) = a * x.rightCols(4);
  CHECK(difference(dense<double>(x.leftCols(4)), expected_product(a, dense<double>(before.rightCols(4)))) ==
        "");
  dense<double> y(9, 7);
  CHECK_THROWS_AS(bsr::view(y) = a * x, bsr::shape_error);
}

// ---- sparse matrices --------------------------------------------------------------------------------------

TEST_CASE("A row-major SparseMatrix is viewed where it lies, when it is compressed") {
  Eigen::SparseMatrix<double, Eigen::RowMajor> s(4, 6);
  s.insert(0, 5) = 1;
  s.insert(2, 0) = 2;
  s.insert(2, 3) = 3;
  CHECK_THROWS_AS(bsr::view(s), bsr::format_error);
  CHECK_THROWS_AS(bsr::view(std::as_const(s)), bsr::format_error);
  s.makeCompressed();
  const auto v = bsr::view(s);
  STATIC_REQUIRE(std::same_as<std::remove_const_t<decltype(v)>, bsr::csr_view<double, int>>);
  STATIC_REQUIRE(std::same_as<decltype(bsr::view(std::as_const(s))), bsr::csr_view<const double, int>>);
  CHECK(v.shape() == bsr::dims(4, 6));
  CHECK(v.data().data() == s.valuePtr());
  CHECK(v.indices().data() == s.innerIndexPtr());
  CHECK(v.indptr().data() == s.outerIndexPtr());
  CHECK(v.nnz() == 3);
  v.data()[1] = 20;
  CHECK(s.coeff(2, 0) == 20);

  const Eigen::SparseMatrix<double, Eigen::RowMajor> empty(3, 0);
  CHECK(bsr::view(empty).shape() == bsr::dims(3, 0));
}

namespace {
/// Random, with empty rows and an explicit zero.
template <class S>
S random_sparse(bsr_test::random& rng, Eigen::Index rows, Eigen::Index cols) {
  S s(rows, cols);
  for (Eigen::Index i = 0; i < rows; ++i)
    for (Eigen::Index j = 0; j < cols; ++j)
      if (i % 4 != 1 && rng.chance(0.2)) s.insert(i, j) = rng.value<typename S::Scalar>();
  s.coeffRef(0, cols - 1) = 0;
  return s;
}
}  // namespace

TEMPLATE_TEST_CASE("Eigen's sparse matrices become blocks and come back", "", (Eigen::SparseMatrix<float>),
                   (Eigen::SparseMatrix<double, Eigen::RowMajor, std::int64_t>),
                   (Eigen::SparseMatrix<std::complex<double>>)) {
  using T = typename TestType::Scalar;
  using Index = typename TestType::StorageIndex;
  bsr_test::random rng(5);
  TestType s = random_sparse<TestType>(rng, 12, 18);
  for (const bool compressed : {false, true}) {
    if (compressed) s.makeCompressed();
    CAPTURE(compressed);
    REQUIRE(s.isCompressed() == compressed);

    const auto a = bsr::eigen::to_bsr<2, 3>(s);
    STATIC_REQUIRE(std::same_as<std::remove_const_t<decltype(a)>, bsr::matrix<T, 2, 3, Index>>);
    CHECK(a.shape() == bsr::dims(12, 18));
    const auto back = bsr::eigen::to_sparse(a);
    STATIC_REQUIRE(
        std::same_as<std::remove_const_t<decltype(back)>, Eigen::SparseMatrix<T, Eigen::RowMajor, Index>>);
    CHECK(back.isCompressed());
    CHECK(back.nonZeros() == a.nnz());
    CHECK(dense<T>(back) == dense<T>(s));

    const auto b = bsr::eigen::to_bsr(s, bsr::dims(4, 6));
    STATIC_REQUIRE(
        std::same_as<std::remove_const_t<decltype(b)>, bsr::matrix<T, bsr::dynamic, bsr::dynamic, Index>>);
    CHECK(b.blocksize() == bsr::dims(4, 6));
    CHECK(dense<T>(bsr::eigen::to_sparse(b)) == dense<T>(s));
    CHECK(bsr::eigen::to_bsr<1>(s).num_blocks() == s.nonZeros());  // the explicit zero is there
    CHECK_THROWS_AS(bsr::eigen::to_bsr<5>(s), bsr::shape_error);
  }
}

TEST_CASE("Repeated and unsorted blocks become one sorted SparseMatrix") {
  // Two block rows: (0, 1) twice and (0, 0); nothing.
  const bsr::matrix<double, 2> a({4, 4}, {1, 2, 3, 4, 10, 20, 30, 40, 5, 6, 7, 8}, {1, 1, 0}, {0, 3, 3});
  const auto s = bsr::eigen::to_sparse(a);
  dense<double> expected(4, 4);
  expected << 5, 6, 11, 22, 7, 8, 33, 44, 0, 0, 0, 0, 0, 0, 0, 0;
  CHECK(dense<double>(s) == expected);
  CHECK(s.nonZeros() == 8);
  for (int k = 1; k < 4; ++k) CHECK(s.innerIndexPtr()[k - 1] < s.innerIndexPtr()[k]);
  CHECK(dense<double>(s.transpose() * s) == dense<double>(expected.transpose() * expected));
  CHECK(bsr::eigen::to_sparse(bsr::matrix<float, 3>({6, 0})).cols() == 0);
  CHECK(bsr::eigen::to_sparse(bsr::matrix<float>()).rows() == 0);
}

// ---- linear_operator --------------------------------------------------------------------------------------

TEST_CASE("A linear operator multiplies as Eigen's own sparse matrix does") {
  using T = double;
  bsr_test::random rng(6);
  const auto a = bsr_test::random_matrix<T, 3, 2>(rng, bsr::dims(15, 12), bsr_test::wild);
  const bsr::eigen::linear_operator k(a, bsr::cpu{.threads = 1});
  REQUIRE(k.rows() == 15);
  REQUIRE(k.cols() == 12);
  CHECK(k.matrix().data().data() == a.data().data());
  CHECK(k.policy().threads == 1);
  const auto x = random_eigen<column<T>>(rng, 12, 1);
  const auto x2 = random_eigen<column<T>>(rng, 12, 1);
  const auto f = random_eigen<column<T>>(rng, 15, 1);
  const auto many = random_eigen<dense<T>>(rng, 12, 5);
  const dense<T, Eigen::RowMajor> many_by_row = many;
  column<T> y(15);
  dense<T> ys(15, 5);
  dense<T, Eigen::RowMajor> ys_by_row(15, 5);

  SECTION("assignment, without a copy") {
    {
      const no_allocation here;
      y.noalias() = k * x;
      ys.noalias() = k * many;
      ys_by_row.noalias() = k * many_by_row;
    }
    CHECK(difference(y, expected_product(a, x)) == "");
    CHECK(difference(ys, expected_product(a, many)) == "");
    CHECK(difference(ys_by_row, expected_product(a, many)) == "");
    const column<T> made = k * x;
    CHECK(made == y);
    const dense<T> all = k * many;
    CHECK(all == ys);
    ys_by_row = k * many;
    CHECK(difference(ys_by_row, expected_product(a, many)) == "");
  }
  SECTION("NaN in the destination is overwritten") {
    y.setConstant(std::numeric_limits<T>::quiet_NaN());
    y.noalias() = k * x;
    CHECK(difference(y, expected_product(a, x)) == "");
    column<T> fresh;
    fresh = k * x;
    CHECK(fresh == y);
  }
  SECTION("updates and multiples") {
    y = f;
    y.noalias() += k * x;
    CHECK(difference(y, expected_product(T(1), a, x, T(1), f)) == "");
    y = f;
    y.noalias() -= k * x;
    CHECK(difference(y, expected_product(T(-1), a, x, T(1), f)) == "");
    y = f - k * x;
    CHECK(difference(y, expected_product(T(-1), a, x, T(1), f)) == "");
    y = f;
    y.noalias() += T(2) * (k * x);
    CHECK(difference(y, expected_product(T(2), a, x, T(1), f)) == "");
    ys.setOnes();
    ys.noalias() -= k * many;
    CHECK(difference(ys, expected_product(T(-1), a, many, T(1), dense<T>(dense<T>::Ones(15, 5)))) == "");
  }
  SECTION("an expression as the operand is computed first") {
    const column<T> sum = x + x2;
    y = k * (x + x2);
    CHECK(difference(y, expected_product(a, sum)) == "");
    y.noalias() = k * (T(2) * x);
    CHECK(difference(y, expected_product(a, column<T>(T(2) * x))) == "");
    ys = k * (many + many);
    CHECK(difference(ys, expected_product(a, dense<T>(many + many))) == "");
  }
  SECTION("parts of matrices, without a copy") {
    dense<T> large = dense<T>::Constant(20, 9, T(8));
    {
      const no_allocation here;
      y.noalias() = k * many.col(3);
      large.block(2, 1, 15, 5).noalias() = k * many;
      large.col(7).segment(1, 15).noalias() = k * x;
    }
    CHECK(difference(y, expected_product(a, column<T>(many.col(3)))) == "");
    CHECK(difference(dense<T>(large.block(2, 1, 15, 5)), expected_product(a, many)) == "");
    CHECK(difference(column<T>(large.col(7).segment(1, 15)), expected_product(a, x)) == "");
    large.block(2, 1, 15, 5).setConstant(T(8));
    large.col(7).segment(1, 15).setConstant(T(8));
    CHECK(large == dense<T>::Constant(20, 9, T(8)));

    const dense<T> turned = many.transpose();
    ys.noalias() = k * turned.transpose();
    CHECK(difference(ys, expected_product(a, many)) == "");
    y.noalias() = k * turned.row(2).transpose();  // a stride
    CHECK(difference(y, expected_product(a, column<T>(many.col(2)))) == "");
    dense<T> wide(2, 15);
    wide.row(1).transpose().noalias() = k * x;
    CHECK(difference(column<T>(wide.row(1)), expected_product(a, x)) == "");
  }
  SECTION("a vector meets a matrix of one column") {
    dense<T> one(15, 1);
    one.noalias() = k * x;
    CHECK(difference(one, expected_product(a, x)) == "");
    const dense<T> as_matrix = x;
    y.noalias() = k * as_matrix;
    CHECK(difference(y, expected_product(a, x)) == "");
  }
  SECTION("a matrix of one row times a matrix") {
    const auto flat = bsr_test::random_matrix<T, 1, 4>(rng, bsr::dims(1, 12), {.density = 0.9});
    const bsr::eigen::linear_operator wide(flat);
    row<T> sums(5);
    sums.noalias() = wide * many;
    CHECK(difference(dense<T>(sums), expected_product(flat, many)) == "");
    dense<T> table = dense<T>::Constant(3, 5, T(6));
    table.row(1).noalias() = wide * many;
    CHECK(difference(dense<T>(table.row(1)), expected_product(flat, many)) == "");
    table.row(1).setConstant(T(6));
    CHECK(table == dense<T>::Constant(3, 5, T(6)));
  }
  SECTION("shapes that do not fit are refused by Eigen itself") { CHECK_THROWS(y = k * f); }
  SECTION("a dynamic block size, and two threads") {
    const bsr::matrix_view<const T> view = a.view();
    const bsr::eigen::linear_operator dynamic(view);
    y.noalias() = dynamic * x;
    CHECK(difference(y, expected_product(a, x)) == "");
  }
}

namespace {

using matrix3 = bsr::matrix<double, 3>;
using system_operator = bsr::eigen::linear_operator<bsr::matrix_view<const double, 3, 3>>;

/// |f - K u| <= tolerance |f| in long double, with the slack that a recursively updated residual needs:
/// the solver's own residual and the true one drift apart by rounding, at most iterations * gamma * |K| |u|.
template <class Solver>
void check_solution(const Solver& solver, const matrix3& a, const dense<double>& f, const dense<double>& u) {
  REQUIRE(solver.info() == Eigen::Success);
  const dense<long double> k = to_eigen(a);
  const dense<long double> residual = f.cast<long double>() - k * u.cast<long double>();
  const auto drift = static_cast<long double>(solver.iterations() + 2) * bsr_test::gamma<double>(a.rows());
  for (Eigen::Index j = 0; j < f.cols(); ++j) {
    const long double allowed =
        static_cast<long double>(solver.tolerance()) * f.col(j).cast<long double>().norm() +
        drift * k.norm() * u.col(j).cast<long double>().norm();
    CHECK(residual.col(j).norm() <= allowed);
  }
}

}  // namespace

TEMPLATE_TEST_CASE("Eigen's iterative solvers take a linear operator", "",
                   (Eigen::ConjugateGradient < system_operator, Eigen::Lower | Eigen::Upper,
                    Eigen::IdentityPreconditioner >),
                   (Eigen::BiCGSTAB<system_operator, Eigen::IdentityPreconditioner>),
                   (Eigen::GMRES<system_operator, Eigen::IdentityPreconditioner>),
                   (Eigen::MINRES < system_operator, Eigen::Lower | Eigen::Upper,
                    Eigen::IdentityPreconditioner >)) {
  const auto a = stiffness<double, 3>(40);
  const system_operator k(a);
  const dense<double> exact = dense<double>(to_eigen(a).cast<double>());
  REQUIRE(exact == exact.transpose());
  bsr_test::random rng(7);
  const auto f = random_eigen<dense<double>>(rng, 120, 3);

  TestType solver;
  solver.setTolerance(1e-10);
  solver.compute(k);
  const column<double> u = solver.solve(f.col(0));
  check_solution(solver, a, f.col(0), u);
  CHECK(solver.iterations() > 3);

  const dense<double> us = solver.solve(f);
  check_solution(solver, a, f, us);

  // An independent solution: a direct method of Eigen's. Both are within |K^-1| |residual| of the truth.
  const dense<double> direct = exact.llt().solve(f);
  const double inverse_norm = exact.inverse().norm();
  for (Eigen::Index j = 0; j < 3; ++j)
    CHECK((us.col(j) - direct.col(j)).norm() <=
          2 * inverse_norm *
              (1e-10 * f.col(j).norm() + (exact * direct.col(j) - f.col(j)).norm() +
               (exact * us.col(j) - f.col(j)).norm()));
}

TEST_CASE("Conjugate gradients take the same steps with bsr's matrix as with Eigen's") {
  const auto a = stiffness<double, 2>(60);
  const auto s = bsr::eigen::to_sparse(a);
  bsr_test::random rng(8);
  const auto f = random_eigen<column<double>>(rng, 120, 1);

  const bsr::eigen::linear_operator k(a);
  Eigen::ConjugateGradient<std::remove_const_t<decltype(k)>, Eigen::Lower | Eigen::Upper,
                           Eigen::IdentityPreconditioner>
      ours(k);
  Eigen::ConjugateGradient<std::remove_const_t<decltype(s)>, Eigen::Lower | Eigen::Upper,
                           Eigen::IdentityPreconditioner>
      eigens(s);
  ours.setMaxIterations(10);
  eigens.setMaxIterations(10);
  ours.setTolerance(0);
  eigens.setTolerance(0);
  const column<double> u = ours.solve(f);
  const column<double> v = eigens.solve(f);
  REQUIRE(ours.iterations() == 10);
  REQUIRE(eigens.iterations() == 10);
  // Ten steps of a well-conditioned system differ by a few roundings only.
  CHECK((u - v).norm() <= 1e3 * static_cast<double>(bsr_test::gamma<double>(120)) * v.norm());
}
