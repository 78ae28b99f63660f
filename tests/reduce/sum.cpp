// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/reduce/sum.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
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
using bsr_test::random;  // not the one of stdlib.h

/// What a sum must be and how far it may be off: the numbers that were added, their count and their sizes.
template <class S>
struct expected_sum {
  wide_t<S> value{};
  long double size = 0;
  std::int64_t count = 0;

  void add(wide_t<S> x) {
    value = bsr::add<wide_t<S>>(value, x);
    size += magnitude(x);
    ++count;
  }
  /// Whether x is the sum divided by n; the quotient is one more rounding.
  bool is(const S& x, long double n = 1) const {
    if constexpr (std::is_integral_v<S>)
      return x == value;
    else
      return magnitude(widen(x) - value / n) <= gamma<S>(count + 2) * size / n;
  }
};

/// A T as an S, with all its digits.
template <class S, class T>
wide_t<S> as(const T& x) {
  if constexpr (std::is_integral_v<S>)
    return static_cast<S>(x);
  else
    return static_cast<wide_t<S>>(widen(x));
}

/// Every number that is stored inside the matrix: f(row, column, number).
template <class A, class F>
void for_each_stored(const A& a, const F& f) {
  const bsr::dims b = a.blocksize();
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (auto block : a.row(i))
      for (std::int64_t r = 0; r < b.rows; ++r)
        for (std::int64_t c = 0; c < b.cols; ++c)
          if (i * b.rows + r < a.rows() && block.col() * b.cols + c < a.cols())
            f(i * b.rows + r, block.col() * b.cols + c, block(r, c));
}

template <class A>
void check_sums(const A& a) {
  using T = typename A::value_type;
  using S = bsr::sum_type_t<T>;
  using M = std::conditional_t<std::is_integral_v<T>, double, T>;
  STATIC_CHECK(std::is_same_v<decltype(bsr::sum(a)), S>);
  STATIC_CHECK(std::is_same_v<decltype(bsr::sum(a, 0)), bsr::buffer<S>>);
  STATIC_CHECK(std::is_same_v<decltype(bsr::mean(a)), M>);
  STATIC_CHECK(std::is_same_v<decltype(bsr::mean(a, 1)), bsr::buffer<M>>);
  const auto m = static_cast<std::size_t>(a.rows());
  const auto n = static_cast<std::size_t>(a.cols());
  std::vector<expected_sum<S>> rows(m), cols(n);
  std::vector<expected_sum<M>> mean_rows(m), mean_cols(n);
  expected_sum<M> mean_all;
  expected_sum<S> all;
  for_each_stored(a, [&](std::int64_t i, std::int64_t j, const T& x) {
    rows[static_cast<std::size_t>(i)].add(as<S>(x));
    cols[static_cast<std::size_t>(j)].add(as<S>(x));
    mean_rows[static_cast<std::size_t>(i)].add(as<M>(x));
    mean_cols[static_cast<std::size_t>(j)].add(as<M>(x));
    mean_all.add(as<M>(x));
    if constexpr (!std::is_integral_v<T>) all.add(as<S>(x));
  });
  // Places, not numbers, where a T can wrap.
  if constexpr (std::is_integral_v<T>)
    for (const auto x : dense(a).values) all.add(as<S>(static_cast<T>(x)));

  CHECK(all.is(bsr::sum(a)));
  if (m * n > 0) CHECK(mean_all.is(bsr::mean(a), static_cast<long double>(m * n)));
  const auto difference = [](const auto& got, const auto& expected, long double count) -> std::string {
    if (static_cast<std::size_t>(got.size()) != expected.size()) return "wrong size";
    for (std::size_t k = 0; k < expected.size(); ++k)
      if (!expected[k].is(got[static_cast<std::int64_t>(k)], count)) return "at " + std::to_string(k);
    return "";
  };
  CHECK(difference(bsr::sum(a, 0), cols, 1) == "");
  CHECK(difference(bsr::sum(a, 1), rows, 1) == "");
  CHECK(difference(bsr::sum(a, -2), cols, 1) == "");
  CHECK(difference(bsr::sum(a, -1), rows, 1) == "");
  if (m > 0) CHECK(difference(bsr::mean(a, 0), mean_cols, static_cast<long double>(m)) == "");
  if (n > 0) CHECK(difference(bsr::mean(a, 1), mean_rows, static_cast<long double>(n)) == "");
}

TEMPLATE_TEST_CASE("sum: random patterns, against the definition", "[reduce]", bool, std::int8_t, float,
                   double, std::complex<double>) {
  random rng(71);
  for (int round = 0; round < 20; ++round) {
    check_sums(random_matrix<TestType, 2, 3>(rng, {rng.between(0, 9), rng.between(0, 14)}, wild));
    const bsr::dims block(rng.between(1, 7), rng.between(1, 19));
    check_sums(random_matrix<TestType>(rng, {rng.between(0, 30), rng.between(0, 60)}, block, wild));
  }
}

TEST_CASE("sum: blocks of one element, and squares with 64-bit indices", "[reduce]") {
  random rng(73);
  for (int round = 0; round < 20; ++round) {
    check_sums(random_matrix<float, 1, 1>(rng, {rng.between(0, 5), rng.between(0, 90)}, wild));
    const bsr::dims shape(4 * rng.between(0, 3), 4 * rng.between(0, 20));
    check_sums(random_matrix<std::int8_t, 4, 4, std::int64_t>(rng, shape, wild));
  }
}

TEST_CASE("sum: longer than a chunk", "[reduce]") {
  random rng(72);
  const random_options dense_one{.density = 1, .duplicates = 0.02};
  check_sums(random_matrix<float>(rng, {300, 205}, {3, 5}, dense_one));
  check_sums(random_matrix<std::uint8_t>(rng, {300, 205}, {3, 5}, dense_one));
  check_sums(random_matrix<double>(rng, {203, 405}, {8, 8}, dense_one));
  check_sums(random_matrix<std::complex<float>>(rng, {122, 151}, {4, 4}, dense_one));
  check_sums(random_matrix<long double>(rng, {203, 105}, {8, 16}, dense_one));
}

// a = bsr_array((np.array([[[100]], [[100]], [[-128]]], "i1"), [0, 0, 1], [0, 3]), shape=(1, 2))
// a.sum(axis=0), a.sum(axis=1), a.mean(), a.mean(axis=0), a.sum()
//   [200, -128] [72] 36.0 [200., -128.] -184
// b = bsr_array(([[[True, True]], [[True, True]], [[False, True]]], [0, 0, 1], [0, 2, 3]), shape=(2, 4))
// b.sum(axis=0), b.sum(axis=1), b.mean(), b.sum()    (each of a fresh b)
//   [2 2 0 1] [4 1] 0.625 3
TEST_CASE("sum: as scipy, places that are stored twice wrap in the whole sum only", "[reduce]") {
  const bsr::matrix<std::int8_t, 1> a({1, 2}, {100, 100, -128}, {0, 0, 1}, {0, 3});
  CHECK(bsr::sum(a) == -184);
  CHECK(bsr::sum(a, 0)[0] == 200);
  CHECK(bsr::sum(a, 0)[1] == -128);
  CHECK(bsr::sum(a, 1)[0] == 72);
  CHECK(bsr::mean(a) == 36.0);
  CHECK(bsr::mean(a, 0)[0] == 200.0);
  const bsr::matrix<bool, 1, 2> b({2, 4}, {true, true, true, true, false, true}, {0, 0, 1}, {0, 2, 3});
  CHECK(bsr::sum(b) == 3);
  CHECK(bsr::sum(b, 0)[0] == 2);
  CHECK(bsr::sum(b, 1)[0] == 4);
  CHECK(bsr::mean(b) == 0.625);
}

TEST_CASE("sum: the operand is not touched, any operand will do", "[reduce]") {
  const auto a = sample::matrix<std::int32_t>();
  CHECK(bsr::sum(a) == 57);  // scipy: the same
  CHECK(bsr::sum(a.view()) == 57);
  CHECK(a.num_blocks() == 5);
  CHECK(bsr::mean(a) == 57.0 / 54);
}

TEST_CASE("sum: infinity and NaN come through; rounding does not pile up", "[reduce]") {
  constexpr double inf = std::numeric_limits<double>::infinity();
  bsr::matrix<double, 1, 4> a({1, 8}, {1, 2, inf, 3, 1, 1, 1, 1}, {0, 1}, {0, 2});
  CHECK(bsr::sum(a) == inf);
  CHECK(bsr::mean(a) == inf);
  CHECK(bsr::sum(a, 0)[2] == inf);
  CHECK(bsr::mean(a, 1)[0] == inf);
  a.data()[7] = -inf;
  CHECK(bsr::sum(a) != bsr::sum(a));
  CHECK(bsr::mean(a, 1)[0] != bsr::mean(a, 1)[0]);
  // 2^24 floats of 1 and another 2^10: one after the other they would stop at 2^24.
  const std::int64_t n = (std::int64_t{1} << 24) + 1024;
  bsr::buffer<float> ones(n, bsr::uninitialized);
  for (float& x : ones) x = 1;
  const bsr::matrix<float> b({1024, n / 1024}, std::move(ones), {0}, {0, 1}, {1024, n / 1024});
  CHECK(bsr::sum(b) == 16778240.0f);
  CHECK(bsr::mean(b) == 1.0f);
}

// a = bsr_array(np.full((2, 4), 1.5e308)); a.mean(), a.mean(axis=1)    1.5e+308 [1.5e+308 1.5e+308]
TEST_CASE("mean: of numbers whose sum would overflow", "[reduce]") {
  const auto check = [](auto big) {
    using T = decltype(big);
    const bsr::matrix<T, 2, 4> a({2, 4}, std::vector<T>(8, big), {0}, {0, 1});
    CHECK(magnitude(bsr::mean(a) - big) <= gamma<T>(10) * magnitude(big));
    CHECK(magnitude(bsr::mean(a, 1)[1] - big) <= gamma<T>(10) * magnitude(big));
    CHECK(magnitude(bsr::mean(a, 0)[3] - big) <= gamma<T>(10) * magnitude(big));
  };
  check(1.5e308);
  check(3e38f);
  check(std::complex<double>(1.5e308, -1.1e308));
}

TEST_CASE("sum: empty matrices", "[reduce]") {
  for (const bsr::dims shape : {bsr::dims(0, 4), bsr::dims(4, 0), bsr::dims(0, 0), bsr::dims(4, 6)}) {
    const bsr::matrix<float, 2> a(shape);
    CHECK(bsr::sum(a) == 0);
    CHECK(bsr::sum(a, 0).size() == shape.cols);
    CHECK(bsr::sum(a, 1).size() == shape.rows);
    for (const float x : bsr::sum(a, 1)) CHECK(x == 0);
  }
  CHECK(bsr::mean(bsr::matrix<float, 2>({0, 4}), 1).size() == 0);
  CHECK(bsr::mean(bsr::matrix<float, 2>({4, 6})) == 0);
}

TEST_CASE("sum: refusals", "[reduce]") {
  const auto a = sample::matrix<float>();
  CHECK(text_of<bsr::shape_error>([&] { bsr::sum(a, 2); }) ==
        "bsr: sum: axis out of range: it is 2, and a matrix has the axes 0 (or -2) and 1 (or -1).");
  CHECK(text_of<bsr::shape_error>([&] { bsr::mean(a, -3); }) ==
        "bsr: mean: axis out of range: it is -3, and a matrix has the axes 0 (or -2) and 1 (or -1).");
  CHECK(text_of<bsr::shape_error>([] { bsr::mean(bsr::matrix<int, 2>({0, 4})); }) ==
        "bsr: mean: a mean over no elements does not exist; a is 0x4.");
  CHECK(text_of<bsr::shape_error>([] { bsr::mean(bsr::matrix<int, 2>({4, 0}), 1); }) ==
        "bsr: mean: a mean over no elements does not exist; a is 4x0.");
  const bsr::matrix<double, 2> broken({4, 4}, std::vector<double>(8), {0, 2}, {0, 1, 2});
  const std::string sentence = "column index values must be < 2 (now max 2): block row 1 holds 2.";
  CHECK(text_of<bsr::format_error>([&] { bsr::sum(broken); }) == "bsr: sum: " + sentence);
  CHECK(text_of<bsr::format_error>([&] { bsr::sum(broken, 0); }) == "bsr: sum: " + sentence);
  CHECK(text_of<bsr::format_error>([&] { bsr::mean(broken); }) == "bsr: mean: " + sentence);
  CHECK(text_of<bsr::format_error>([&] { bsr::mean(broken, 1); }) == "bsr: mean: " + sentence);
}

}  // namespace
