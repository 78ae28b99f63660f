// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/reference/spmm.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

#include "bsr/storage.hpp"
#include "support/expected.hpp"
#include "support/guarded.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"

namespace {

using bsr::op;

template <class F>
bsr::user_function<F> user(F f) {
  return {f};
}

template <op Op = op::none, class A, class B, class C, class E = bsr::no_epilogue, class S = int>
void compute(const A& a, const B& b, C&& c, S alpha = 1, E epilogue = {}) {
  using problem = bsr::spmm_problem<bsr::input_t<const A&>, Op, bsr::input_t<const B&>, bsr::view_t<C>, E>;
  bsr::reference::spmm(problem{static_cast<typename problem::accumulator>(alpha), bsr::input(a),
                               bsr::input(b), bsr::view(c), epilogue});
}

}  // namespace

// scipy 1.18.1:
//   X = np.stack([np.arange(1, 10.), (-1.) ** np.arange(9) * np.arange(9, 0, -1)], 1);  a @ X
//   U = np.stack([[1, -2, 3, 4, .5, -1], np.arange(6.)], 1);                            a.T @ U
TEST_CASE("the definition of the product with a matrix gives scipy's numbers", "[reference]") {
  const auto a = bsr_test::sample::matrix<double>();
  const std::vector<double> x{1, 9, 2, -8, 3, 7, 4, -6, 5, 5, 6, -4, 7, 3, 8, -2, 9, 1};
  const std::vector<double> ax{88, 124, 166, -64, 0, 0, 0, 0, 3, 27, 15, 35};
  const std::vector<double> u{1, 0, -2, 1, 3, 2, 4, 3, 0.5, 4, -1, 5};
  const std::vector<double> atu{8.5, 12, -18, 9, 3, 25, 0, 0, 0, 0, 0, 0, -6, 4, -10, 6, -13, 8};
  std::vector<double> c(12, std::numeric_limits<double>::quiet_NaN());
  compute(a, bsr::dense_view<const double>(x.data(), 9, 2), bsr::dense_view<double>(c.data(), 6, 2));
  CHECK(c == ax);
  std::vector<double> d(18, std::numeric_limits<double>::quiet_NaN());
  compute<op::transpose>(a, bsr::dense_view<const double>(u.data(), 6, 2),
                         bsr::dense_view<double>(d.data(), 9, 2));
  CHECK(d == atu);
}

namespace {

template <class TA, class TB, class TC, op Op, class LB, class LC, int R, int C, class Index>
void sweep(bsr_test::random& rng, bsr::dims shape, std::int64_t n, bsr::dims block) {
  constexpr bool flip = Op == op::transpose;
  const auto a = bsr_test::random_matrix<TA, R, C, Index>(rng, shape, block, bsr_test::wild);
  const auto b = bsr_test::random_dense<TB, LB>(rng, flip ? shape.rows : shape.cols, n);
  bsr_test::guarded<TC, LC> c(flip ? shape.cols : shape.rows, n);
  compute<Op>(a, b, c.view(), 3);
  using V = bsr::promoted_t<bsr::promoted_t<TA, TB>, TC>;
  CHECK(bsr_test::difference(c.view(), bsr_test::expected<V>::left(a, flip, b).scale(3)) == "");
  CHECK(c.intact());
}

template <class TA, class TB, class TC>
void all_forms() {
  bsr_test::random rng(7);
  using bsr::col_major;
  using bsr::dynamic;
  using bsr::row_major;
  // Multiples of the block, padded at the right, at the bottom, at both; empty in every direction.
  const bsr::dims shapes[] = {{6, 8}, {6, 7}, {5, 8}, {1, 1}, {0, 8}, {6, 0}, {0, 0}, {20, 12}};
  for (const bsr::dims shape : shapes)
    for (const std::int64_t n : {0, 1, 3}) {
      CAPTURE(shape.rows, shape.cols, n);
      sweep<TA, TB, TC, op::none, row_major, row_major, 2, 4, std::int32_t>(rng, shape, n, {2, 4});
      sweep<TA, TB, TC, op::none, col_major, row_major, dynamic, dynamic, std::int64_t>(rng, shape, n,
                                                                                        {3, 2});
      sweep<TA, TB, TC, op::transpose, row_major, col_major, dynamic, dynamic, std::int32_t>(rng, shape, n,
                                                                                             {1, 5});
      sweep<TA, TB, TC, op::transpose, col_major, col_major, 2, 4, std::int64_t>(rng, shape, n, {2, 4});
    }
}

}  // namespace

TEST_CASE("the definition agrees with dense sums for every shape, layout and type", "[reference]") {
  all_forms<float, float, float>();
  all_forms<double, double, double>();
  all_forms<float, double, double>();
  all_forms<float, float, double>();
  all_forms<std::complex<float>, std::complex<double>, std::complex<double>>();
  all_forms<double, std::complex<double>, std::complex<double>>();
  all_forms<long double, float, long double>();
  all_forms<std::int8_t, std::int8_t, std::int8_t>();
  all_forms<std::int8_t, std::uint8_t, std::int32_t>();
  all_forms<std::uint64_t, std::int32_t, std::uint64_t>();
  all_forms<bool, bool, bool>();
  all_forms<bool, bool, std::int32_t>();
}

TEST_CASE("explicit zeros multiply and absent blocks do not", "[reference]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  // One stored block of zeros above nothing.
  const bsr::matrix<double, 1> a({2, 2}, {0.0}, {0}, {0, 1, 1});
  const std::vector<double> b{nan, inf, 1, 2};
  std::vector<double> c{nan, nan, nan, nan};
  compute(a, bsr::dense_view<const double>(b.data(), 2, 2), bsr::dense_view<double>(c.data(), 2, 2));
  CHECK(c[0] != c[0]);
  CHECK(c[1] != c[1]);
  CHECK(c[2] == 0);
  CHECK(c[3] == 0);
}

TEST_CASE("the epilogue sees every element once, with its place, after alpha", "[reference]") {
  const auto a = bsr_test::sample::matrix<double>();
  bsr_test::random rng(3);
  const auto b = bsr_test::random_dense<double>(rng, 9, 4, bsr_test::numbers::small_integers);
  bsr::dense_matrix<double> c(6, 4);
  compute(a, b, c, -2, user([](double v, std::int64_t i, std::int64_t j) {
            return 1000 * v + 10 * static_cast<double>(i) + static_cast<double>(j);
          }));
  const auto product = bsr_test::expected<double>::left(a, false, b).value();
  for (std::int64_t i = 0; i < 6; ++i)
    for (std::int64_t j = 0; j < 4; ++j)
      CHECK(c(i, j) == static_cast<double>(-2000 * product(i, j) + 10 * i + j));
}
