// SPDX-License-Identifier: BSD-3-Clause
// `using namespace bsr` changes nobody else's arithmetic: the same expressions of other libraries, with and
// without it, have the same types and values.
#include <Eigen/Core>
#include <Eigen/Dense>
#include <Eigen/SparseCore>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <complex>
#include <concepts>
#include <iterator>
#include <string>
#include <valarray>
#include <vector>

#include "bsr/bsr.hpp"
#include "bsr/eigen.hpp"

namespace users {

/// A vector class of a user, with operators that take anything.
struct array {
  double value = 0;
};
template <class X>
struct product_with {
  X x;
};
template <class X>
product_with<X> operator*(const array&, const X& x) {
  return {x};
}
template <class X>
  requires(!std::same_as<X, array>)
product_with<X> operator*(const X& x, const array&) {
  return {x};
}
inline array operator+(const array& x, const array& y) { return {x.value + y.value}; }
inline array operator-(const array& x, const array& y) { return {x.value - y.value}; }
inline array operator-(const array& x) { return {-x.value}; }
inline array relu(const array& x) { return {x.value > 0 ? x.value : 0}; }
inline array transpose(const array& x) { return x; }
inline array map(const array& x, double) { return x; }

/// Contiguous, like a vector, and with arithmetic of its own.
struct range : std::vector<double> {
  using vector::vector;
};
inline range operator*(double s, const range& x) {
  range y = x;
  for (double& v : y) v *= s;
  return y;
}
inline double operator*(const range& x, const range& y) { return x[0] * y[0]; }
inline range operator+(const range& x, const range& y) { return {x[0] + y[0]}; }
inline range operator-(const range& x) { return -1.0 * x; }

struct operands {
  Eigen::MatrixXd m = Eigen::MatrixXd::Constant(3, 3, 2), n = Eigen::MatrixXd::Identity(3, 3);
  Eigen::Matrix<double, 3, 3, Eigen::RowMajor> fixed = Eigen::Matrix3d::Constant(3);
  Eigen::VectorXd v = Eigen::VectorXd::Constant(3, 5);
  Eigen::RowVectorXd row = Eigen::RowVectorXd::Constant(3, 7);
  Eigen::ArrayXXd array = Eigen::ArrayXXd::Constant(3, 3, 11);
  Eigen::SparseMatrix<double, Eigen::RowMajor> sparse{3, 3};
  Eigen::MatrixXcd complex_matrix = Eigen::MatrixXcd::Constant(3, 3, {1, 2});
  Eigen::Map<Eigen::MatrixXd> map{m.data(), 3, 3};
  std::complex<double> z{1, 2};
  std::complex<float> zf{3, 4};
  std::valarray<double> val{1, 2, 3};
  std::vector<double> vec{1, 2, 3};
  std::string text = "a";
  users::array mine{3};
  users::range contiguous{4.0};
  const char* pointer = "abc";
};

}  // namespace users

#define EXPRESSIONS                                                                                          \
  2.0 * o.m, o.m * 2.0, 2 * o.m, o.m *o.n, o.m *o.v, o.row *o.m, o.v *o.row, o.m + o.n, o.m - o.n, -o.m,     \
      -(o.m * o.n), o.m *(o.n * o.v), o.m *o.n + o.fixed, o.v - o.m *o.v, 0.5 * o.v - 2 * o.m *o.v,          \
      o.map *o.m, o.map + o.m, 2.0 * o.map, o.fixed *o.m, o.m.transpose() * o.v, -o.v.transpose(),           \
      o.array *o.array, 2.0 * o.array, o.array + 1.0, 1.0 - o.array, o.sparse *o.v, o.sparse *o.m,           \
      o.sparse *o.sparse, 2.0 * o.sparse, o.sparse + o.sparse, -o.sparse, o.m *o.sparse,                     \
      o.m.transpose() * o.sparse, o.z *o.complex_matrix, o.complex_matrix *o.m.cast<std::complex<double>>(), \
      o.m.block(0, 0, 2, 2) * o.n.block(0, 0, 2, 2), o.m.col(0) - o.v, o.m.row(0) * o.m, o.z *o.z,           \
      2.0 * o.z, o.z * 2.0, o.z + 1.0, 1.0 - o.z, -o.z, o.zf * 2.0f, o.zf - o.zf, o.val *o.val, 2.0 * o.val, \
      o.val + 1.0, -o.val, o.val - o.val * 2.0, o.vec.begin() + 1, o.vec.end() - o.vec.begin(),              \
      1 + o.vec.begin(), o.text + "b", o.text + 'c', "d" + o.text, o.text + o.text, o.pointer + 1,           \
      o.pointer - o.pointer, std::chrono::seconds(3) * 2, 2 * std::chrono::seconds(3),                       \
      std::chrono::seconds(3) + std::chrono::hours(1), -std::chrono::seconds(3),                             \
      std::make_reverse_iterator(o.vec.end()) + 1, o.mine * 2.0, 2.0 * o.mine, o.mine *o.mine, o.mine *o.m,  \
      o.vec *o.mine, o.mine + o.mine, o.mine - o.mine, -o.mine, relu(o.mine), transpose(o.mine),             \
      map(o.mine, 1.0), 2.0 * o.contiguous, o.contiguous *o.contiguous, o.contiguous + o.contiguous,         \
      -o.contiguous

/// What the expressions are worth, as numbers.
#define VALUES                                                                                         \
  (2.0 * o.m + o.m * o.n - o.n).eval().sum(), (o.v - 0.5 * o.m * o.v).eval().sum(),                    \
      (o.row * o.m * o.v).value(), (o.sparse * o.m + 3 * o.fixed).eval().sum(),                        \
      (o.array * 2.0 - o.array + 1.0).sum(), std::abs((o.z * o.complex_matrix).eval().sum()),          \
      std::abs(o.z* o.z - 2.0 * o.z + 1.0), (2.0 * o.val * o.val - o.val).sum(), *(o.vec.begin() + 1), \
      static_cast<double>((o.text + "b" + 'c').size()), (o.mine + -o.mine - relu(-o.mine)).value,      \
      (2.0 * o.contiguous + o.contiguous)[0], o.contiguous* o.contiguous

namespace {

users::operands o;

namespace without {

template <class... X>
struct types_of {};
template <class... X>
types_of<X...> types(X&&...) {
  return {};
}
auto expressions() { return types(EXPRESSIONS); }
std::vector<double> values() { return {VALUES}; }

}  // namespace without

namespace with {

using namespace bsr;
using without::types;
auto expressions() { return types(EXPRESSIONS); }
std::vector<double> values() { return {VALUES}; }

}  // namespace with

}  // namespace

TEST_CASE("using namespace bsr changes no type and no value of another library", "[neighbours]") {
  const auto with_bsr = with::expressions();
  const auto without_bsr = without::expressions();
  STATIC_REQUIRE(std::same_as<decltype(with_bsr), decltype(without_bsr)>);
  CHECK(with::values() == without::values());
}

TEST_CASE("Eigen's matrices are operands among bsr's words, and stay Eigen's among their own",
          "[neighbours]") {
  using namespace bsr;
  const bsr::matrix<double, 3> a({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {0}, {0, 1});
  const Eigen::MatrixXd dense_a = (Eigen::MatrixXd(3, 3) << 1, 2, 3, 4, 5, 6, 7, 8, 9).finished();
  Eigen::MatrixXd x = Eigen::MatrixXd::Random(3, 4);
  Eigen::MatrixXd y = Eigen::MatrixXd::Random(3, 4);
  // Small integers: exact in any order.
  x = (8 * x).array().round().matrix();
  y = (8 * y).array().round().matrix();
  const Eigen::MatrixXd rounded = y;
  view(y) = 2 * a * x - 3 * view(y);
  CHECK(y == 2 * dense_a * x - 3 * rounded);
  STATIC_REQUIRE(std::same_as<decltype(a * (x + y)), bsr::refused>);
  STATIC_REQUIRE(std::same_as<decltype(a * x + 2 * y), bsr::refused>);
  STATIC_REQUIRE(bsr::value<decltype(a * x + y)>);
  STATIC_REQUIRE(bsr::value<decltype(a * x.leftCols(2))>);
}
