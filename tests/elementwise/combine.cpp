// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/elementwise/combine.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/shapes.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// The five functions by their definitions.
struct definition_of_add {
  template <class T>
  T operator()(T x, T y) const {
    return bsr::add(x, y);
  }
};
struct definition_of_subtract {
  template <class T>
  T operator()(T x, T y) const {
    return static_cast<T>(x - y);
  }
};
struct definition_of_multiply {
  template <class T>
  T operator()(T x, T y) const {
    return bsr::multiply(x, y);
  }
};
struct definition_of_maximum {
  template <class T>
  T operator()(T x, T y) const {
    if constexpr (bsr::is_complex<T>)
      return x.real() > y.real() || (x.real() == y.real() && x.imag() > y.imag()) ? x : y;
    else
      return x > y ? x : y;
  }
};

/// Every place from the dense matrices; whether blocks that are all zero are gone, and nothing else is.
template <class A, class B, class C, class F>
void check(const A& a, const B& b, const C& c, const F& f) {
  const auto x = dense(a);
  const auto y = dense(b);
  auto expected = dense(c);
  using V = typename std::remove_cvref_t<decltype(expected.values)>::value_type;
  for (std::size_t k = 0; k < expected.values.size(); ++k)
    expected.values[k] = f(V(x.values[k]), V(y.values[k]));
  CHECK(difference(c, expected) == "");
  CHECK(is_tidy(c));
  CHECK(c.blocksize() == a.blocksize());
  for (std::int64_t k = 0; k < c.num_blocks(); ++k) {
    bool any = false;
    for (std::int64_t r = 0; r < c.blocksize().rows; ++r)
      for (std::int64_t s = 0; s < c.blocksize().cols; ++s)
        any |= c.block(k)(r, s) != typename C::value_type{};
    CHECK(any);
  }
}

template <class A, class B>
void check_all(const A& a, const B& b) {
  check(a, b, bsr::add(a, b), definition_of_add{});
  check(a, b, bsr::multiply(a, b), definition_of_multiply{});
  check(a, b, bsr::maximum(a, b), definition_of_maximum{});
  const auto least = bsr::minimum(a, b);
  if constexpr (!std::is_same_v<typename A::value_type, bool>)
    check(a, b, bsr::subtract(a, b), definition_of_subtract{});
  // min(x, y) is what max(x, y) is not.
  const auto x = dense(a);
  const auto y = dense(b);
  const auto low = dense(least);
  for (std::size_t k = 0; k < low.values.size(); ++k) {
    const auto high = definition_of_maximum{}(x.values[k], y.values[k]);
    CHECK(low.values[k] == (high == x.values[k] ? y.values[k] : x.values[k]));
  }
}

TEMPLATE_TEST_CASE("combine: random matrices against loops", "[elementwise]", bool, std::int8_t, double,
                   std::complex<double>) {
  random rng(1);
  random_options options = wild;
  options.values = numbers::small_integers;
  for (int round = 0; round < 3; ++round) {
    options.sorted = round == 1;
    if (round == 1) options.duplicates = 0;
    const bsr::dims shape = round < 2 ? bsr::dims(8, 12) : bsr::dims(9, 10);  // the last is padded
    check_all(random_matrix<TestType, 2, 3>(rng, shape, options),
              random_matrix<TestType, 2, 3>(rng, shape, options));
    if constexpr (std::is_same_v<TestType, double>)
      check_all(random_matrix<double>(rng, {7, 5}, {1, 1}, options),
                random_matrix<double>(rng, {7, 5}, {1, 1}, options));
  }
  check_all(bsr::matrix<TestType, 2, 3>({0, 3}), bsr::matrix<TestType, 2, 3>({0, 3}));
  check_all(bsr::matrix<TestType, 2, 3>({4, 0}), bsr::matrix<TestType, 2, 3>({4, 0}));
}

/// One row with blocks in every second column, but for block `other`, which is one further to the right; the
/// values are first, first + 1, ...
bsr::matrix<double, 1> every_second_column(std::int64_t count, std::int64_t other, double first) {
  bsr::buffer<double> data(count);
  bsr::buffer<std::int32_t> indices(count);
  for (std::int64_t k = 0; k < count; ++k) {
    data[k] = first + static_cast<double>(k);
    indices[k] = static_cast<std::int32_t>(2 * k + (k == other ? 1 : 0));
  }
  return {{1, 2 * count},
          std::move(data),
          std::move(indices),
          {std::int32_t{0}, static_cast<std::int32_t>(count)}};
}

TEST_CASE("combine: one block anywhere at another place is seen", "[elementwise]") {
  for (const std::int64_t count : {1, 2, 4096, 4097, 4098, 8193, 9000})
    for (const std::int64_t other : {0, 1, 4095, 4096, 4097, 8192, 8999}) {
      INFO(count << " blocks, number " << other);
      const auto a = every_second_column(count, -1, 1), b = every_second_column(count, other, 5);
      check(a, b, bsr::add(a, b), definition_of_add{});
    }
}

TEST_CASE("combine: as scipy: the sample with itself", "[elementwise]") {
  const auto a = sample::matrix<int>();
  const auto sum = bsr::add(a, a);
  STATIC_CHECK(std::is_same_v<decltype(sum), const bsr::matrix<int, 2, 3>>);
  // The block of zeros is gone.
  CHECK(stored_difference(
            sum, bsr::matrix<int, 2, 3>({6, 9}, {14, 0, 16, 0, 18, 0, 4, 4, 6, 8, 12, 16, 6, 0, 0, 0, 0, 10},
                                        {0, 2, 0}, {0, 2, 2, 3})) == "");
  CHECK(bsr::subtract(a, a).num_blocks() == 0);
  CHECK(stored_difference(a, sample::matrix<int>()) == "");
}

TEST_CASE("combine: b is re-blocked, types and indices widen", "[elementwise]") {
  random rng(2);
  random_options options = wild;
  options.values = numbers::small_integers;
  for (int round = 0; round < 5; ++round) {
    const auto a = random_matrix<std::int8_t, 2, 3>(rng, {12, 12}, options);
    const auto b = random_matrix<std::uint8_t, 3, 4, std::int64_t>(rng, {12, 12}, options);
    const auto c = bsr::add(a, b);
    STATIC_CHECK(std::is_same_v<decltype(c), const bsr::matrix<std::int16_t, 2, 3, std::int64_t>>);
    check(a, b, c, definition_of_add{});
    const auto d = random_matrix<double>(rng, {12, 12}, {4, 2}, options);
    check(a, d, bsr::add(a, d), definition_of_add{});
    check(d, a, bsr::add(d, a), definition_of_add{});
    const auto e = random_matrix<double>(rng, {11, 10}, {4, 2}, options);
    const auto f = random_matrix<float>(rng, {11, 10}, {3, 3}, options);
    check(e, f, bsr::add(e, f), definition_of_add{});
    check(f, e, bsr::multiply(f, e), definition_of_multiply{});
  }
  // The same size, known for one of them only.
  const auto a = sample::matrix<float>();
  const auto b = sample::matrix<float, bsr::dynamic>();
  CHECK(stored_difference(bsr::add(a, b), bsr::add(b, a)) == "");
  CHECK(stored_difference(bsr::add(a, b), bsr::add(a, a)) == "");
}

TEST_CASE("combine: integers wrap in the type of the result, bool is or and and", "[elementwise]") {
  const bsr::matrix<std::int8_t, 1> a({1, 1}, {100}, {0}, {0, 1});
  const bsr::matrix<std::uint8_t, 1> u({1, 1}, {200}, {0}, {0, 1});
  CHECK(bsr::add(a, a).data()[0] == -56);
  CHECK(bsr::multiply(a, a).data()[0] == 16);
  CHECK(bsr::add(a, u).data()[0] == 300);
  CHECK(bsr::subtract(bsr::matrix<std::uint8_t, 1>({1, 1}), u).data()[0] == 56);
  const bsr::matrix<bool, 1, 4> x({1, 4}, {true, true, false, false}, {0}, {0, 1});
  const bsr::matrix<bool, 1, 4> y({1, 4}, {true, false, true, false}, {0}, {0, 1});
  CHECK(array_difference("or", bsr::add(x, y).data(), bsr::buffer<bool>{true, true, true, false}.span()) ==
        "");
  CHECK(array_difference("and", bsr::multiply(x, y).data(),
                         bsr::buffer<bool>{true, false, false, false}.span()) == "");
}

// A = bsr_array([[nan, nan, 1, nan, 0, 2, -3]], blocksize=(1, 7)), B = bsr_array([[nan, 1, nan, 0, nan, 3,
// -4]], ...)
TEST_CASE("combine: NaN and infinity", "[elementwise]") {
  const bsr::matrix<double, 1, 7> a({1, 7}, {nan, nan, 1, nan, 0, 2, -3}, {0}, {0, 1});
  const bsr::matrix<double, 1, 7> b({1, 7}, {nan, 1, nan, 0, nan, 3, -4}, {0}, {0, 1});
  // scipy: [nan, nan, 1, nan, 0, 3, -3]; NumPy:
  CHECK(array_difference("maximum", bsr::maximum(a, b).data(),
                         bsr::buffer<double>{nan, nan, nan, nan, nan, 3, -3}.span()) == "");
  CHECK(array_difference("minimum", bsr::minimum(a, b).data(),
                         bsr::buffer<double>{nan, nan, nan, nan, nan, 2, -4}.span()) == "");
  // multiply(bsr_array([[nan, 0, 0, 0]]), bsr_array([[0, 0, inf, 0]])), blocks of (1, 2) -> [[nan, 0, nan,
  // 0]]
  const bsr::matrix<double, 1, 2> x({1, 4}, {nan, 0.0}, {0}, {0, 1});
  const bsr::matrix<double, 1, 2> y({1, 4}, {infinity, 0.0}, {1}, {0, 1});
  CHECK(stored_difference(bsr::multiply(x, y),
                          bsr::matrix<double, 1, 2>({1, 4}, {nan, 0, nan, 0}, {0, 1}, {0, 2})) == "");
  // -0.0 is zero, and a block of nothing else is dropped.
  CHECK(bsr::multiply(bsr::matrix<double, 1, 2>({1, 4}, {-0.0, -0.0}, {0}, {0, 1}), y).num_blocks() == 1);
}

TEST_CASE("combine: complex numbers are in lexicographic order, their products plain", "[elementwise]") {
  using complex = std::complex<double>;
  const bsr::matrix<complex, 1, 4> a({1, 4}, {complex(1, 2), complex(1, 3), complex(2, 0), complex()}, {0},
                                     {0, 1});
  const bsr::matrix<complex, 1, 4> b({1, 4}, {complex(1, 3), complex(1, 2), complex(1, 5), complex(0, -1)},
                                     {0}, {0, 1});
  // A.maximum(B) -> [1+3j, 1+3j, 2, 0]
  const bsr::buffer<complex> high{complex(1, 3), complex(1, 3), complex(2, 0), complex()};
  const bsr::buffer<complex> low{complex(1, 2), complex(1, 2), complex(1, 5), complex(0, -1)};
  CHECK(array_difference("maximum", bsr::maximum(a, b).data(), high.span()) == "");
  CHECK(array_difference("minimum", bsr::minimum(a, b).data(), low.span()) == "");
  const auto c = bsr::multiply(a, bsr::matrix<float, 1, 4>({1, 4}, {2.0f, 1.0f, 1.0f, 1.0f}, {0}, {0, 1}));
  STATIC_CHECK(std::is_same_v<decltype(c), const bsr::matrix<complex, 1, 4>>);
  CHECK(c.data()[0] == complex(2, 4));
}

TEST_CASE("maximum, minimum: a number that leaves zeros zero", "[elementwise]") {
  // bsr_array.maximum(-1), duplicates summed first
  const bsr::matrix<double, 1, 2> a({1, 4}, {1.0, 0.0, 2.0, -0.5, 1.0, -9.0}, {1, 0, 1}, {0, 3});
  CHECK(stored_difference(bsr::maximum(a, -1),
                          bsr::matrix<double, 1, 2>({1, 4}, {2.0, -0.5, 2.0, -1.0}, {0, 1}, {0, 2})) == "");
  CHECK(stored_difference(bsr::minimum(a, 0),
                          bsr::matrix<double, 1, 2>({1, 4}, {0.0, -0.5, 0.0, -9.0}, {0, 1}, {0, 2})) == "");
  const auto c = bsr::minimum(sample::matrix<int>(), 2.5);
  STATIC_CHECK(std::is_same_v<decltype(c), const bsr::matrix<double, 2, 3>>);
  CHECK(c.data()[0] == 2.5);
  CHECK(text_of<bsr::error>([&] { bsr::maximum(a, 1); }) ==
        "bsr: maximum(a, s): 1 takes the place of every zero, so the result would be dense; work with "
        "to_dense(a).");
  CHECK(text_of<bsr::error>([&] { bsr::minimum(a, -0.5); }) ==
        "bsr: minimum(a, s): -0.5 takes the place of every zero, so the result would be dense; work with "
        "to_dense(a).");
  CHECK(text_of<bsr::error>([&] { bsr::minimum(a, nan); }).substr(0, 27) == "bsr: minimum(a, s): nan tak");
}

TEST_CASE("combine: shapes that differ and broken indices are refused", "[elementwise]") {
  const bsr::matrix<double, 1> a({1, 2}, {1.0}, {0}, {0, 1});
  const bsr::matrix<double, 1> broken({1, 2}, {1.0}, {2}, {0, 1});
  CHECK(text_of<bsr::shape_error>([&] { bsr::add(a, bsr::matrix<double, 1>({2, 1})); }) ==
        "bsr: add(a, b): inconsistent shapes: a is 1x2, b is 2x1.");
  CHECK(text_of<bsr::format_error>([&] { bsr::multiply(a, broken); }) ==
        "bsr: multiply: column index values must be < 2 (now max 2): block row 0 holds 2.");
  CHECK(text_of<bsr::format_error>([&] { bsr::multiply(broken, a); }).substr(0, 15) == "bsr: multiply: ");
  CHECK(text_of<bsr::format_error>([&] {
          bsr::maximum(bsr::matrix<double, 1, 2>({1, 4}), bsr::matrix<double, 1>({1, 4}, {1.0}, {4}, {0, 1}));
        }).substr(0, 14) == "bsr: maximum: ");
}

}  // namespace
