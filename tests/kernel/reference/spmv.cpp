// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/reference/spmv.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

#include "bsr/storage.hpp"
#include "support/expected.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"

namespace {

using bsr::op;

template <class F>
bsr::user_function<F> user(F f) {
  return {f};
}

template <op Op = op::none, class A, class X, class Y, class E = bsr::no_epilogue, class S = int>
void compute(const A& a, const X& x, Y&& y, S alpha = 1, E epilogue = {}) {
  using problem = bsr::spmv_problem<bsr::input_t<const A&>, Op, bsr::input_t<const X&>, bsr::view_t<Y>, E>;
  bsr::reference::spmv(problem{static_cast<typename problem::accumulator>(alpha), bsr::input(a),
                               bsr::input(x), bsr::view(y), epilogue});
}

template <class T>
constexpr T nan_of = std::numeric_limits<T>::quiet_NaN();

}  // namespace

TEST_CASE("the definition of the product with a vector gives scipy's numbers", "[reference]") {
  // scipy 1.18.1: a @ (np.arange(1, 10.) / 2) and a.T @ [1, -2, 3, 4, .5, -1]
  const auto a = bsr_test::sample::matrix<double>();
  const std::vector<double> x{0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5};
  std::vector<double> y(6, nan_of<double>);
  compute(a, x, y);
  CHECK(y == std::vector<double>{44, 83, 0, 0, 1.5, 7.5});
  const std::vector<double> u{1, -2, 3, 4, 0.5, -1};
  std::vector<double> z(9, nan_of<double>);
  compute<op::transpose>(a, u, z);
  CHECK(z == std::vector<double>{8.5, -18, 3, 0, 0, 0, -6, -10, -13});

  // scipy 1.18.1: int8 wraps, bool is "or", complex is complex.
  const std::vector<std::int8_t> small{10, 11, 12, 13, 14, 15, 16, 17, 18};
  std::vector<std::int8_t> wrapped(6, 1);
  compute(bsr_test::sample::matrix<std::int8_t>(), small, wrapped);
  CHECK(wrapped == std::vector<std::int8_t>{30, -103, 0, 0, 30, 60});
  std::vector<std::int32_t> sums(6, 1);
  compute(bsr_test::sample::matrix<std::int8_t>(), small, sums);
  CHECK(sums == std::vector<std::int32_t>{286, 409, 0, 0, 30, 60});

  const bool truth[]{false, false, true, true, true, true, false, false, false};
  bool any[6]{true, true, true, true, true, false};
  compute(bsr_test::sample::matrix<bool>(), truth, any);
  CHECK(std::vector<bool>(any, any + 6) == std::vector<bool>{true, false, false, false, false, true});

  using cd = std::complex<double>;
  std::vector<cd> xc;
  for (const double v : x) xc.push_back(v * cd(2, 1));
  std::vector<cd> yc(6);
  compute(bsr_test::sample::matrix<cd>(), xc, yc);
  CHECK(yc == std::vector<cd>{{132, -44}, {249, -83}, 0, 0, {4.5, -1.5}, {22.5, -7.5}});
}

namespace {

template <class TA, class TX, class TY, op Op, int R, int C, class Index>
void sweep(bsr_test::random& rng, bsr::dims shape, bsr::dims block, std::int64_t stride) {
  constexpr bool flip = Op == op::transpose;
  const auto a = bsr_test::random_matrix<TA, R, C, Index>(rng, shape, block, bsr_test::wild);
  const std::int64_t k = flip ? shape.rows : shape.cols;
  const std::int64_t m = flip ? shape.cols : shape.rows;
  const auto values = bsr_test::random_vector<TX>(rng, k);
  bsr::buffer<TX> x(k * stride);
  for (TX& element : x) element = bsr_test::poison<TX>();
  for (std::int64_t i = 0; i < k; ++i) x[i * stride] = values[i];
  bsr::buffer<TY> y(m * stride + 1);
  for (TY& element : y) element = bsr_test::poison<TY>();
  const bsr::vector_view<TY> to(y.data(), m, stride);
  const bsr::vector_view<const TX> from(x.data(), k, stride);
  compute<Op>(a, from, to, 3);
  using V = bsr::promoted_t<bsr::promoted_t<TA, TX>, TY>;
  CHECK(bsr_test::difference(to, bsr_test::expected<V>::left(a, flip, from).scale(3)) == "");
  bool intact = true;
  for (std::int64_t i = 0; i < y.size(); ++i)
    if (i % stride != 0 || i >= m * stride)
      intact = intact && (y[i] != y[i] || y[i] == bsr_test::poison<TY>());
  CHECK(intact);
}

template <class TA, class TX, class TY>
void all_forms() {
  bsr_test::random rng(11);
  const bsr::dims shapes[] = {{6, 8}, {6, 7}, {5, 8}, {1, 1}, {0, 8}, {6, 0}, {0, 0}, {20, 12}};
  for (const bsr::dims shape : shapes)
    for (const std::int64_t stride : {1, 2}) {
      CAPTURE(shape.rows, shape.cols, stride);
      sweep<TA, TX, TY, op::none, 2, 4, std::int32_t>(rng, shape, {2, 4}, stride);
      sweep<TA, TX, TY, op::none, bsr::dynamic, bsr::dynamic, std::int64_t>(rng, shape, {3, 2}, stride);
      sweep<TA, TX, TY, op::transpose, 2, 4, std::int64_t>(rng, shape, {2, 4}, stride);
      sweep<TA, TX, TY, op::transpose, bsr::dynamic, bsr::dynamic, std::int32_t>(rng, shape, {1, 5}, stride);
    }
}

}  // namespace

TEST_CASE("the definition agrees with dense sums for every vector, stride and type", "[reference]") {
  all_forms<float, float, float>();
  all_forms<double, double, double>();
  all_forms<float, double, double>();
  all_forms<double, double, float>();
  all_forms<std::complex<double>, double, std::complex<float>>();
  all_forms<std::int16_t, std::int16_t, std::int16_t>();
  all_forms<std::int64_t, std::int64_t, std::int64_t>();
}

TEST_CASE("the epilogue of a vector gets (i, 0)", "[reference]") {
  const auto a = bsr_test::sample::matrix<double>();
  const std::vector<double> x(9, 1);
  std::vector<double> y(6);
  compute(a, x, y, 1,
          user([](double, std::int64_t i, std::int64_t j) { return 10.0 * double(i) + double(j); }));
  CHECK(y == std::vector<double>{0, 10, 20, 30, 40, 50});
}

TEST_CASE("absent blocks do not touch x, explicit zeros do", "[reference]") {
  const double inf = std::numeric_limits<double>::infinity();
  const bsr::matrix<double, 2> a({4, 4}, {0, 0, 0, 0}, {1}, {0, 1, 1});
  const std::vector<double> x{nan_of<double>, nan_of<double>, inf, 1};
  std::vector<double> y(4, 7);
  compute(a, x, y);
  CHECK(y[0] != y[0]);
  CHECK(y[1] != y[1]);
  CHECK(y[2] == 0);
  CHECK(y[3] == 0);
}
