// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What an expression must give, computed densely and wide, together with a bound of how far the result may be
// off when it is computed in V. Every step below adds the error that its own roundings can make to the error
// it was given, scaled by the largest slope of the step. Integers are exact and wrap.
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "bsr/storage.hpp"
#include "support/bounds.hpp"

namespace bsr_test {

/// Arithmetic of the oracle: integers modulo their size, bool as "or" and "and", the rest as long double.
template <class W>
W plus(W x, W y) {
  if constexpr (std::is_same_v<W, bool>)
    return x || y;
  else if constexpr (std::is_integral_v<W>)
    return static_cast<W>(static_cast<unsigned long long>(x) + static_cast<unsigned long long>(y));
  else
    return x + y;
}
template <class W>
W times(W x, W y) {
  if constexpr (std::is_same_v<W, bool>)
    return x && y;
  else if constexpr (std::is_integral_v<W>)
    return static_cast<W>(static_cast<unsigned long long>(x) * static_cast<unsigned long long>(y));
  else
    return x * y;
}
/// An element or a number as a value of the oracle for V.
template <class V, class T>
wide_t<V> wide(const T& x) {
  if constexpr (bsr::is_complex<T>)
    return wide_t<V>(static_cast<long double>(x.real()), static_cast<long double>(x.imag()));
  else if constexpr (bsr::is_complex<V>)
    return wide_t<V>(static_cast<long double>(x));
  else if constexpr (std::is_integral_v<V> && std::is_floating_point_v<T>)
    return static_cast<wide_t<V>>(static_cast<long long>(x));
  else
    return static_cast<wide_t<V>>(x);
}

/// v (1 + erf(z)) / 2 with z = v / sqrt 2: z carries two roundings, which move erf by at most max |z erf'(z)|
/// = 0.49 times as much; one sum; two products of the result. erf itself is good to 4 units in the last
/// place, 8 roundings, but xsimd's erf of doubles only to 68 roundings (near 2.2, measured with 13.2).
template <class V>
inline constexpr int gelu_roundings = 4 + (sizeof(typename bsr::scalar_traits<V>::real) == 8 ? 70 : 8);
/// v / (1 + exp(-v)): exp is good to 4 units in the last place, 8 roundings, and 1 + exp(-v) is no smaller
/// than 1; a sum and a quotient.
inline constexpr int silu_roundings = 10;

/// Expected values of an expression that is computed in V.
template <class V>
class expected {
 public:
  using W = wide_t<V>;

  /// The elements of a, as they are; of a vector, as one column.
  template <class X>
  static table<W> elements(const X& x) {
    const auto from = dense(x);
    table<W> result(from.rows, from.cols);
    for (std::int64_t i = 0; i < from.rows; ++i)
      for (std::int64_t j = 0; j < from.cols; ++j) result(i, j) = wide<V>(from(i, j));
    return result;
  }

  /// op(a) * b, one product for each stored number: an element of b counts only where a holds something.
  template <class A, class B>
  static expected left(const A& a, bool transpose_a, const B& b) {
    return product(a, transpose_a, elements(b));
  }
  /// b * op(a); a vector is a row, and the result is given as a column again.
  template <class A, class B>
  static expected right(const B& b, const A& a, bool transpose_a) {
    auto row = elements(b);
    if constexpr (bsr::vector_like<const B&>)
      return product(a, !transpose_a, row);
    else
      return product(a, !transpose_a, transposed(row)).transpose();
  }

  expected transpose() const {
    expected result(value_.cols, value_.rows);
    result.value_ = transposed(value_);
    result.error_ = transposed(error_);
    return result;
  }

  template <class S>
  expected scale(S alpha) const {
    return each([&](W& v, long double& e, std::int64_t, std::int64_t) {
      const W factor = wide<V>(alpha);
      const long double size = magnitude(v) + e;
      v = times(factor, v);
      e = magnitude(factor) * (e + gamma<V>(2) * size) + tiny;
    });
  }
  /// + beta * d. An addend with beta == 0 is not there.
  template <class S, class D>
  expected add(S beta, const D& d) const {
    const auto values = elements(d);
    if (beta == S(0)) return *this;
    return each([&](W& v, long double& e, std::int64_t i, std::int64_t j) {
      const W addend = times(wide<V>(beta), values(i, j));
      e += gamma<V>(4) * magnitude(addend) + gamma<V>(1) * (magnitude(v) + e) + 2 * tiny;
      v = plus(v, addend);
    });
  }
  template <class D>
  expected add(const D& d) const {
    return add(1, d);
  }
  template <class X>
  expected add_row(const X& bias) const {
    const auto values = elements(bias);
    return each([&](W& v, long double& e, std::int64_t i, std::int64_t) { add_number(v, e, values(i, 0)); });
  }
  template <class X>
  expected add_col(const X& bias) const {
    const auto values = elements(bias);
    return each([&](W& v, long double& e, std::int64_t, std::int64_t j) { add_number(v, e, values(j, 0)); });
  }
  /// Slope at most 1, no rounding.
  expected relu() const {
    return each([](W& v, long double&, std::int64_t, std::int64_t) { v = v < 0 ? W(0) : v; });
  }
  /// Slope at most 1.13 (at sqrt 2).
  expected gelu() const {
    return each([](W& v, long double& e, std::int64_t, std::int64_t) {
      const long double size = magnitude(v) + e;
      v = v * (1 + std::erf(v * 0.707106781186547524400844362104849039L)) / 2;
      e = 1.13L * e + gamma<V>(gelu_roundings<V>) * size + tiny;
    });
  }
  /// Slope at most 1.1.
  expected silu() const {
    return each([](W& v, long double& e, std::int64_t, std::int64_t) {
      const long double size = magnitude(v) + e;
      v = v / (1 + std::exp(-v));
      e = 1.1L * e + gamma<V>(silu_roundings) * size + tiny;
    });
  }
  /// f(v, i, j) with a slope of at most `slope`, and the rounding of its result.
  template <class F>
  expected map(F f, long double slope) const {
    return each([&](W& v, long double& e, std::int64_t i, std::int64_t j) {
      v = f(v, i, j);
      e = slope * e + gamma<V>(4) * (magnitude(v) + slope * e) + tiny;
    });
  }

  /// Stored as T.
  template <class T>
  expectation<T> as() const {
    expectation<T> result{table<wide_t<T>>(value_.rows, value_.cols), error_};
    for (std::int64_t i = 0; i < value_.rows; ++i)
      for (std::int64_t j = 0; j < value_.cols; ++j) {
        result.value(i, j) = wide<T>(value_(i, j));
        if constexpr (!std::is_integral_v<T>)
          result.bound(i, j) += gamma<T>(1) * (magnitude(value_(i, j)) + error_(i, j)) +
                                std::numeric_limits<typename bsr::scalar_traits<T>::real>::denorm_min();
      }
    return result;
  }
  const table<W>& value() const { return value_; }

 private:
  expected(std::int64_t rows, std::int64_t cols) : value_(rows, cols), error_(rows, cols) {}

  static constexpr long double smallest() {
    if constexpr (std::is_integral_v<V>)
      return 0;
    else
      return std::numeric_limits<typename bsr::scalar_traits<V>::real>::denorm_min();
  }
  /// The error of a result that underflows.
  static constexpr long double tiny = smallest();

  static void add_number(W& v, long double& e, const W& x) {
    e += gamma<V>(1) * (magnitude(x) + magnitude(v) + e) + gamma<V>(1) * magnitude(x) + tiny;
    v = plus(v, x);
  }

  template <class A>
  static expected product(const A& a, bool transpose_a, const table<W>& b) {
    const auto stored = bsr::input(a);
    const bsr::dims block = stored.blocksize();
    expected result(transpose_a ? stored.cols() : stored.rows(), b.cols);
    table<std::int64_t> count(result.value_.rows, 1);
    for (std::int64_t block_row = 0; block_row < stored.block_rows(); ++block_row)
      for (auto entry : stored.row(block_row))
        for (std::int64_t r = 0; r < block.rows; ++r)
          for (std::int64_t c = 0; c < block.cols; ++c) {
            const std::int64_t row = block_row * block.rows + r;
            const std::int64_t col = entry.col() * block.cols + c;
            if (row >= stored.rows() || col >= stored.cols()) continue;
            const std::int64_t to = transpose_a ? col : row;
            const std::int64_t from = transpose_a ? row : col;
            ++count(to, 0);
            for (std::int64_t j = 0; j < b.cols; ++j) {
              const W term = times(wide<V>(entry(r, c)), W(b(from, j)));
              result.value_(to, j) = plus(W(result.value_(to, j)), term);
              result.error_(to, j) += magnitude(term);
            }
          }
    for (std::int64_t i = 0; i < result.value_.rows; ++i)
      for (std::int64_t j = 0; j < b.cols; ++j)
        result.error_(i, j) = gamma<V>(count(i, 0) + 2) * result.error_(i, j) +
                              static_cast<long double>(count(i, 0) + 1) * tiny;
    return result;
  }

  /// f(value, error, i, j) for every element.
  template <class F>
  expected each(F f) const {
    expected result(*this);
    for (std::int64_t i = 0; i < value_.rows; ++i)
      for (std::int64_t j = 0; j < value_.cols; ++j) {
        W v = value_(i, j);
        f(v, result.error_(i, j), i, j);
        result.value_(i, j) = v;
      }
    return result;
  }

  table<W> value_;
  table<long double> error_;
};

/// The worst element in words, "" where all are within their bounds.
template <class X, class V>
std::string difference(const X& actual, const expected<V>& e) {
  using T = typename bsr::input_t<const X&>::value_type;
  return difference(actual, e.template as<T>());
}

}  // namespace bsr_test
