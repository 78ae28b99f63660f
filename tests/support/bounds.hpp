// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What a result must be, computed densely in a wider type, and how far it may be off, computed from the sums
// that were formed (Higham, Accuracy and Stability of Numerical Algorithms, sections 3.1 and 3.5). No
// tolerance is guessed.
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "bsr/storage.hpp"

namespace bsr_test {

/// The type of an oracle for T. Integers and bool are their own: their sums wrap (bool: or) and are exact.
template <class T>
using wide_t =
    std::conditional_t<std::is_integral_v<T>, T,
                       std::conditional_t<bsr::is_complex<T>, std::complex<long double>, long double>>;

/// Half the distance from 1 to the next number; 0 for types that do not round.
template <class T>
constexpr long double unit_roundoff() {
  using real = typename bsr::scalar_traits<T>::real;
  if constexpr (std::is_integral_v<real>)
    return 0;
  else
    return static_cast<long double>(std::numeric_limits<real>::epsilon()) / 2;
}

/// gamma_k = k u / (1 - k u): the relative error of any k roundings in a row. Complex products take more of
/// them.
template <class T>
constexpr long double gamma(std::int64_t k) {
  const long double ku = static_cast<long double>(bsr::is_complex<T> ? 2 * k + 2 : k) * unit_roundoff<T>();
  return ku / (1 - ku);
}

/// A dense row-major matrix to compute expectations with.
template <class V>
struct table {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::vector<V> values;

  table() = default;
  table(std::int64_t m, std::int64_t n) : rows(m), cols(n), values(static_cast<std::size_t>(m * n)) {}
  decltype(auto) operator()(std::int64_t i, std::int64_t j) {
    return values[static_cast<std::size_t>(i * cols + j)];
  }
  decltype(auto) operator()(std::int64_t i, std::int64_t j) const {
    return values[static_cast<std::size_t>(i * cols + j)];
  }
};

/// |v| as a long double.
template <class V>
long double magnitude(const V& v) {
  if constexpr (bsr::is_complex<V>)
    return std::abs(v);
  else
    return std::fabs(static_cast<long double>(v));
}

/// T as its wide type.
template <class T>
wide_t<T> widen(const T& x) {
  if constexpr (bsr::is_complex<T>)
    return {static_cast<long double>(x.real()), static_cast<long double>(x.imag())};
  else
    return static_cast<wide_t<T>>(x);
}

/// A matrix as a view whose type does not say its block size: what takes it is compiled once for an element
/// type.
template <class A>
auto any_blocks(const A& matrix) {
  const auto a = bsr::input(matrix);
  using view = decltype(a);
  return bsr::matrix_view<const typename view::value_type, bsr::dynamic, bsr::dynamic,
                          typename view::index_type>(a);
}

/// dense() of a block-sparse matrix.
template <class T, class Index>
table<wide_t<T>> dense_blocks(const bsr::matrix_view<const T, bsr::dynamic, bsr::dynamic, Index>& a) {
  table<wide_t<T>> result(a.rows(), a.cols());
  const bsr::dims b = a.blocksize();
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (auto block : a.row(i))
      for (std::int64_t r = 0; r < b.rows; ++r)
        for (std::int64_t c = 0; c < b.cols; ++c) {
          const std::int64_t row = i * b.rows + r;
          const std::int64_t col = block.col() * b.cols + c;
          if (row < a.rows() && col < a.cols())
            result(row, col) = bsr::add<wide_t<T>>(result(row, col), widen(T(block(r, c))));
        }
  return result;
}

/// The elements of a matrix (of a vector, as one column), duplicates added up, written the slow and plain way
/// from the definition of each format.
template <class A>
  requires(bsr::sparse_like<const A&> || bsr::csr_like<const A&> || bsr::csc_like<const A&> ||
           bsr::coo_like<const A&> || bsr::dense_like<const A&> || bsr::vector_like<const A&>)
auto dense(const A& matrix) {
  if constexpr (bsr::sparse_like<const A&>) {
    return dense_blocks(any_blocks(matrix));
  } else {
    const auto a = bsr::input(matrix);
    using T = typename decltype(a)::value_type;
    std::int64_t rows = 0;
    std::int64_t cols = 1;
    if constexpr (bsr::vector_like<const A&>) {
      rows = a.size();
    } else {
      rows = a.rows();
      cols = a.cols();
    }
    table<wide_t<T>> result(rows, cols);
    const auto add = [&](std::int64_t i, std::int64_t j, const T& v) {
      if (i < rows && j < cols) result(i, j) = bsr::add<wide_t<T>>(result(i, j), widen(v));
    };
    if constexpr (bsr::csr_like<const A&>) {
      for (std::size_t i = 0; i < static_cast<std::size_t>(a.rows()); ++i)
        for (auto k = static_cast<std::size_t>(a.indptr()[i]);
             k < static_cast<std::size_t>(a.indptr()[i + 1]); ++k)
          add(static_cast<std::int64_t>(i), a.indices()[k], a.data()[k]);
    } else if constexpr (bsr::csc_like<const A&>) {
      for (std::size_t j = 0; j < static_cast<std::size_t>(a.cols()); ++j)
        for (auto k = static_cast<std::size_t>(a.indptr()[j]);
             k < static_cast<std::size_t>(a.indptr()[j + 1]); ++k)
          add(a.indices()[k], static_cast<std::int64_t>(j), a.data()[k]);
    } else if constexpr (bsr::coo_like<const A&>) {
      for (std::size_t k = 0; k < a.data().size(); ++k) add(a.row()[k], a.col()[k], a.data()[k]);
    } else if constexpr (bsr::vector_like<const A&>) {
      for (std::int64_t i = 0; i < rows; ++i) result(i, 0) = widen(static_cast<const T&>(a(i)));
    } else {
      for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < cols; ++j) result(i, j) = widen(static_cast<const T&>(a(i, j)));
    }
    return result;
  }
}

template <class V>
table<V> transposed(const table<V>& a) {
  table<V> result(a.cols, a.rows);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j) result(j, i) = a(i, j);
  return result;
}

/// A sparse operand, densely: its elements, and for each how many numbers are stored for it and the sum of
/// their sizes.
template <class T>
struct operand {
  table<wide_t<T>> value;
  table<long double> size;
  table<std::int64_t> stored;
};

template <class T, class Index>
operand<T> operand_of(const bsr::matrix_view<const T, bsr::dynamic, bsr::dynamic, Index>& a) {
  operand<T> result{dense_blocks(a), table<long double>(a.rows(), a.cols()),
                    table<std::int64_t>(a.rows(), a.cols())};
  const bsr::dims b = a.blocksize();
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (auto block : a.row(i))
      for (std::int64_t r = 0; r < b.rows; ++r)
        for (std::int64_t c = 0; c < b.cols; ++c) {
          const std::int64_t row = i * b.rows + r;
          const std::int64_t col = block.col() * b.cols + c;
          if (row >= a.rows() || col >= a.cols()) continue;
          result.size(row, col) += magnitude(widen(T(block(r, c))));
          ++result.stored(row, col);
        }
  return result;
}
template <bsr::sparse_like A>
auto make_operand(A&& matrix) {
  return operand_of(any_blocks(matrix));
}
template <class T>
operand<T> transposed(const operand<T>& a) {
  return {transposed(a.value), transposed(a.size), transposed(a.stored)};
}

/// What a result must be, and how far each element may be off.
template <class T>
struct expectation {
  table<wide_t<T>> value;
  table<long double> bound;
};

/// alpha A B + beta D. Nothing is stored, nothing is read: an element of B counts only where A holds a
/// number. The bound of a row with k stored numbers is gamma_{k + 4} (|alpha| |A| |B| + |beta| |D|): k for
/// the products and their sum, four for alpha, beta, the sum with beta D and the rounding to the destination;
/// and half the smallest number for each of these roundings, should they underflow. d may be null.
template <class T>
expectation<T> product(T alpha, const operand<T>& a, const table<wide_t<T>>& b, T beta = T{},
                       const table<wide_t<T>>* d = nullptr) {
  expectation<T> result{table<wide_t<T>>(a.value.rows, b.cols), table<long double>(a.value.rows, b.cols)};
  for (std::int64_t i = 0; i < a.value.rows; ++i)
    for (std::int64_t j = 0; j < b.cols; ++j) {
      wide_t<T> sum{};
      long double size = 0;
      std::int64_t roundings = 4;
      for (std::int64_t l = 0; l < a.value.cols; ++l) {
        if (a.stored(i, l) == 0) continue;
        sum = bsr::add<wide_t<T>>(sum, bsr::multiply<wide_t<T>>(a.value(i, l), b(l, j)));
        size += a.size(i, l) * magnitude(wide_t<T>(b(l, j)));
        roundings += a.stored(i, l);
      }
      sum = bsr::multiply<wide_t<T>>(widen(alpha), sum);
      size *= magnitude(widen(alpha));
      if (d != nullptr) {
        sum = bsr::add<wide_t<T>>(sum, bsr::multiply<wide_t<T>>(widen(beta), (*d)(i, j)));
        size += magnitude(widen(beta)) * magnitude(wide_t<T>((*d)(i, j)));
      }
      result.value(i, j) = sum;
      result.bound(i, j) = gamma<T>(roundings) * size;
      if constexpr (!std::is_integral_v<T>)
        result.bound(i, j) += static_cast<long double>(roundings) *
                              std::numeric_limits<typename bsr::scalar_traits<T>::real>::denorm_min();
    }
  return result;
}

/// a * b, b any dense matrix; with a flag transpose(a) * b.
template <bsr::sparse_like A, class B>
auto expected_product(A&& a, const B& b, bool transpose_a = false) {
  using T = typename bsr::input_t<A>::value_type;
  const auto left = make_operand(a);
  return product<T>(T(1), transpose_a ? transposed(left) : left, dense(b));
}
/// alpha * a * b + beta * d.
template <class T, bsr::sparse_like A, class B, class D>
auto expected_product(T alpha, A&& a, const B& b, T beta, const D& d, bool transpose_a = false) {
  const auto left = make_operand(a);
  const auto addend = dense(d);
  return product<T>(alpha, transpose_a ? transposed(left) : left, dense(b), beta, &addend);
}

/// "" when every element of `actual` is within the bound of what was expected (NaN where NaN was expected,
/// the same infinity where one was); else the worst element in words: CHECK(difference(c, e) == "").
template <class T>
std::string table_difference(const table<wide_t<T>>& x, const expectation<T>& expected) {
  std::ostringstream text;
  text.precision(21);
  if (x.rows != expected.value.rows || x.cols != expected.value.cols) {
    text << "shape " << x.rows << "x" << x.cols << " instead of " << expected.value.rows << "x"
         << expected.value.cols;
    return text.str();
  }
  long double worst = 0;
  for (std::int64_t i = 0; i < x.rows; ++i)
    for (std::int64_t j = 0; j < x.cols; ++j) {
      const auto& e = expected.value(i, j);
      bool good = x(i, j) == e;
      long double excess = 0;
      if (!good) {
        if constexpr (std::is_integral_v<T>) {
          excess = 1;
        } else {
          const bool both_nan = e != e && x(i, j) != x(i, j);
          const long double error = magnitude(x(i, j) - e);
          good = both_nan || error <= expected.bound(i, j);
          excess = error == error && expected.bound(i, j) > 0 ? error / expected.bound(i, j)
                                                              : std::numeric_limits<long double>::infinity();
        }
      }
      if (good || excess < worst) continue;
      worst = excess;
      text.str("");
      text << "element (" << i << ", " << j << ") is " << +x(i, j) << " instead of " << +e << ", bound "
           << expected.bound(i, j);
    }
  return text.str();
}
template <class X, class T>
std::string difference(const X& actual, const expectation<T>& expected) {
  return table_difference<T>(dense(actual), expected);
}

/// The same for results that must be exact.
template <class X, class V>
std::string difference(const X& actual, const table<V>& expected) {
  using T = typename std::remove_cvref_t<decltype(bsr::input(actual))>::value_type;
  return difference(actual, expectation<T>{expected, table<long double>(expected.rows, expected.cols)});
}

// Compiled once, in bounds.cpp, for the types that most tests use.
#define BSR_TEST_BOUNDS(how, T)                                                            \
  how template table<wide_t<T>> dense_blocks(                                              \
      const bsr::matrix_view<const T, bsr::dynamic, bsr::dynamic, std::int32_t>&);         \
  how template operand<T> operand_of(                                                      \
      const bsr::matrix_view<const T, bsr::dynamic, bsr::dynamic, std::int32_t>&);         \
  how template expectation<T> product<T>(T, const operand<T>&, const table<wide_t<T>>&, T, \
                                         const table<wide_t<T>>*);                         \
  how template std::string table_difference(const table<wide_t<T>>&, const expectation<T>&)
BSR_TEST_BOUNDS(extern, std::int8_t);
BSR_TEST_BOUNDS(extern, std::int32_t);
BSR_TEST_BOUNDS(extern, float);
BSR_TEST_BOUNDS(extern, double);
BSR_TEST_BOUNDS(extern, std::complex<double>);

}  // namespace bsr_test
