// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/reduce/norm.hpp"

#include <algorithm>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/bounds.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr::norms;
using bsr_test::random;  // not the one of stdlib.h

/// All norms against long double. All numbers added are positive: k roundings are a relative error of
/// gamma_k, and elements that are sums of duplicates have their own.
template <class A>
void check_norms(const A& a) {
  using T = typename A::value_type;
  using N = std::conditional_t<std::is_integral_v<T>, double, typename bsr::scalar_traits<T>::real>;
  INFO(a.rows() << "x" << a.cols() << " in " << a.blocksize().rows << "x" << a.blocksize().cols);
  const auto d = dense(a);
  const auto m = static_cast<std::size_t>(a.rows());
  const auto n = static_cast<std::size_t>(a.cols());
  std::vector<long double> rows(m), cols(n);
  long double squares = 0;
  long double largest = 0;
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const long double x = magnitude(d(static_cast<std::int64_t>(i), static_cast<std::int64_t>(j)));
      rows[i] += x;
      cols[j] += x;
      squares += x * x;
      largest = std::max(largest, x);
    }
  // hypot, the sum, the last conversion; duplicates are few, and add up to no more than twice the largest.
  const auto roundings = static_cast<std::int64_t>(m * n) + 8;
  const auto near = [&](N got, long double expected) {
    STATIC_CHECK(std::is_same_v<N, decltype(bsr::norm(a))>);
    const long double duplicates =
        std::is_integral_v<T> ? 0 : gamma<T>(4) * 8 * largest * static_cast<long double>(m * n);
    return std::fabs(static_cast<long double>(got) - expected) <= gamma<N>(roundings) * expected + duplicates;
  };
  CHECK(near(bsr::norm(a), std::sqrt(squares)));
  CHECK(near(bsr::norm(a, norms::fro), std::sqrt(squares)));
  if (n > 0) {
    CHECK(near(bsr::norm(a, norms::one), *std::max_element(cols.begin(), cols.end())));
    CHECK(near(bsr::norm(a, norms::minus_one), *std::min_element(cols.begin(), cols.end())));
  }
  if (m > 0) {
    CHECK(near(bsr::norm(a, norms::inf), *std::max_element(rows.begin(), rows.end())));
    CHECK(near(bsr::norm(a, norms::minus_inf), *std::min_element(rows.begin(), rows.end())));
  }
  if (m > 0 && n > 0) CHECK(near(bsr::norm(a, norms::max), largest));
}

TEMPLATE_TEST_CASE("norm: random patterns, against the definition", "[reduce]", bool, std::int8_t, float,
                   double, std::complex<double>) {
  random rng(111);
  auto o = wild;
  for (int round = 0; round < 20; ++round) {
    o.density = round % 2 == 0 ? 0.4 : 0.95;
    const bsr::dims block(rng.between(1, 7), rng.between(1, 7));
    check_norms(random_matrix<TestType>(rng, {rng.between(0, 20), rng.between(0, 20)}, block, o));
  }
}

TEST_CASE("norm: static blocks, longer than a chunk, 64-bit indices", "[reduce]") {
  random rng(112);
  check_norms(random_matrix<float, 2, 3>(rng, {99, 211}, {.density = 1}));
  check_norms(random_matrix<double, 4, 4, std::int64_t>(rng, {130, 130}, wild));
  check_norms(random_matrix<std::complex<float>, 1>(rng, {30, 20}, wild));
}

// data = [[[1,2,3],[4,5,6]], [[7,0,8],[0,9,0]], [[1,0,0],[0,1,2]], [[0,0,0],[0,0,0]], [[3,0,0],[0,0,5]]]
// a = bsr_array((data, [2, 0, 2, 1, 0], [0, 3, 3, 5]), shape=(6, 9))
// norm(a), norm(a, 1), norm(a, np.inf), norm(a, -1), norm(a, -np.inf), abs(a).max()
//   19.0 13 27 0 0 9
TEST_CASE("norm: as scipy", "[reduce]") {
  const auto a = sample::matrix<int>();
  CHECK(bsr::norm(a) == 19);
  CHECK(bsr::norm(a, norms::one) == 13);
  CHECK(bsr::norm(a, norms::inf) == 27);
  CHECK(bsr::norm(a, norms::minus_one) == 0);
  CHECK(bsr::norm(a, norms::minus_inf) == 0);
  CHECK(bsr::norm(a, norms::max) == 9);
  CHECK(a.num_blocks() == 5);
}

TEST_CASE("norm: the smallest integer has a size; duplicates wrap, as they do in scipy", "[reduce]") {
  // a = bsr_array((np.array([[[100]], [[100]], [[-128]]], "i1"), [0, 0, 1], [0, 3]), shape=(1, 2))
  // norm(a)    139.71399357258383
  // norm(a, 1), norm(a, np.inf) are 56 and -72 there, because abs(-128) is -128 in an int8.
  const bsr::matrix<std::int8_t, 1> a({1, 2}, {100, 100, -128}, {0, 0, 1}, {0, 3});
  CHECK(bsr::norm(a) == 139.71399357258383);
  CHECK(bsr::norm(a, norms::one) == 128);
  CHECK(bsr::norm(a, norms::inf) == 184);
  CHECK(bsr::norm(a, norms::minus_one) == 56);
}

TEST_CASE("norm: squares that do not fit", "[reduce]") {
  const auto check = [](auto unit) {
    using T = decltype(unit);
    using N = typename bsr::scalar_traits<T>::real;
    // 3, 4, 12 times a unit: the norm is 13 units.
    const bsr::matrix<T, 1, 3> a({1, 3}, {T(3) * unit, T(4) * unit, T(12) * unit}, {0}, {0, 1});
    const auto expected = static_cast<long double>(13) * magnitude(unit);
    CHECK(std::fabs(static_cast<long double>(bsr::norm(a)) - expected) <= gamma<N>(8) * expected);
  };
  check(0x1p1020);
  check(0x1p-1070);  // denormal: exact
  check(0x1p-520);
  check(0x1p-470);
  check(0x1p124f);
  check(0x1p-149f);
  check(0x1p16380L);
  check(0x1p-16440L);
  check(std::complex<double>(0, 0x1p1020));
  check(std::complex<float>(0x1p124f, 0));
  // One square that is just large enough to be a number, and thousands that vanish beside it.
  bsr::buffer<double> small(8192, bsr::uninitialized);
  for (double& x : small) x = 0x1.6p-538;
  small[5] = 0x1p-510;
  long double squares = 0;
  for (const double x : small) squares += static_cast<long double>(x) * static_cast<long double>(x);
  const long double root = std::sqrt(squares);
  const bsr::matrix<double> many({64, 128}, std::move(small), {0}, {0, 1}, {64, 128});
  CHECK(std::fabs(static_cast<long double>(bsr::norm(many)) - root) <= gamma<double>(90) * root);
  const std::vector<std::uint64_t> most(4, (std::numeric_limits<std::uint64_t>::max)());
  CHECK(bsr::norm(bsr::matrix<std::uint64_t, 2>({2, 2}, most, {0}, {0, 1})) == 0x1p65);
}

TEST_CASE("norm: NaN and infinity", "[reduce]") {
  constexpr double inf = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  for (const norms which : {norms::fro, norms::one, norms::inf, norms::max}) {
    const bsr::matrix<double, 1, 2> a({1, 4}, {1, -inf, 0, 2}, {0, 1}, {0, 2});
    CHECK(bsr::norm(a, which) == inf);
    const bsr::matrix<double, 1, 2> b({1, 4}, {1, nan, inf, 2}, {0, 1}, {0, 2});
    CHECK(bsr::norm(b, which) != bsr::norm(b, which));
  }
}

TEST_CASE("norm: empty matrices, and refusals", "[reduce]") {
  const bsr::matrix<double, 2> none({4, 6});
  for (const norms which :
       {norms::fro, norms::one, norms::inf, norms::max, norms::minus_one, norms::minus_inf})
    CHECK(bsr::norm(none, which) == 0);
  const bsr::matrix<double, 2> flat({0, 4});
  const bsr::matrix<double, 2> thin({4, 0});
  CHECK(bsr::norm(flat) == 0);
  CHECK(bsr::norm(thin) == 0);
  CHECK(bsr::norm(flat, norms::one) == 0);
  CHECK(bsr::norm(flat, norms::minus_one) == 0);
  CHECK(bsr::norm(thin, norms::inf) == 0);
  CHECK(text_of<bsr::shape_error>([&] { bsr::norm(flat, norms::inf); }) ==
        "bsr: norm: zero-size array to reduction operation: a is 0x4.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::norm(thin, norms::minus_one); }) ==
        "bsr: norm: zero-size array to reduction operation: a is 4x0.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::norm(thin, norms::max); }) ==
        "bsr: norm: zero-size array to reduction operation: a is 4x0.");
  const bsr::matrix<double, 2> broken({4, 4}, std::vector<double>(8), {0, 2}, {0, 1, 2});
  CHECK(text_of<bsr::format_error>([&] { bsr::norm(broken); }) ==
        "bsr: norm: column index values must be < 2 (now max 2): block row 1 holds 2.");
}

}  // namespace
