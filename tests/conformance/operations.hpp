// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Each operation of tests/scipy/make_conformance.py, computed by bsr and compared with scipy's answer. One
// source for each element type instantiates run<T>.
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <type_traits>

#include "bsr/bsr.hpp"
#include "support/bounds.hpp"
#include "support/conformance.hpp"

namespace conformance {

using bsr::dims;
using bsr_test::conformance_case;

/// A number as an oracle holds it.
template <class T>
auto wide(const T& x) {
  if constexpr (std::is_same_v<T, bool>)
    return static_cast<int>(x);
  else
    return bsr_test::widen(x);
}

/// "" if |x - expected| <= bound; NaN is NaN.
template <class T, class U>
std::string element_difference(const T& x, const U& expected, double bound, std::int64_t i, std::int64_t j) {
  const auto p = wide(x);
  const auto q = wide(expected);
  bool right = p == static_cast<std::remove_const_t<decltype(p)>>(q);
  if constexpr (!std::is_integral_v<T>) {
    using real = typename bsr::scalar_traits<T>::real;
    right = right || bsr_test::magnitude(p - static_cast<std::remove_const_t<decltype(p)>>(q)) <=
                         static_cast<long double>(bound) +
                             8 * static_cast<long double>(std::numeric_limits<real>::denorm_min());
    right = right || (p != p && q != q);
  }
  if (right) return {};
  std::ostringstream text;
  text << "element (" << i << ", " << j << ") is " << p << " instead of " << q << ", bound " << bound;
  return text.str();
}

/// A dense result against the field `value`.
template <class U, class F>
std::string values_difference(const conformance_case& c, dims shape, const F& at) {
  const auto& sizes = c.sizes("value");
  const dims expected_shape = sizes.size() == 2 ? dims(sizes[0], sizes[1]) : dims(1, sizes[0]);
  if (shape != expected_shape) {
    std::ostringstream text;
    text << "shape is " << shape.rows << "x" << shape.cols << " instead of " << expected_shape.rows << "x"
         << expected_shape.cols;
    return text.str();
  }
  const auto expected = c.array<U>("value");
  const auto bound = c.array<double>("bound");
  if (bound.size() != expected.size()) return "the case has another number of bounds";
  for (std::int64_t i = 0; i < shape.rows; ++i)
    for (std::int64_t j = 0; j < shape.cols; ++j) {
      const std::int64_t k = i * shape.cols + j;
      const auto text = element_difference(at(i, j), expected[k], bound[k], i, j);
      if (!text.empty()) return text;
    }
  return {};
}
template <class U, class X>
std::string array_difference(const conformance_case& c, const X& x) {
  return values_difference<U>(c, dims(1, x.size()),
                              [&](std::int64_t, std::int64_t j) -> decltype(auto) { return x[j]; });
}
template <class U, class A>
std::string dense_difference(const conformance_case& c, const A& a) {
  const auto x = to_dense(a);
  return values_difference<U>(c, x.shape(),
                              [&](std::int64_t i, std::int64_t j) -> decltype(auto) { return x(i, j); });
}

/// A block-sparse result against the fields result.*: structure exactly (both canonical), elements within the
/// bound.
template <class A>
std::string matrix_difference(const conformance_case& c, A a) {
  using U = typename A::value_type;
  using Index = typename A::index_type;
  const auto expected = c.matrix<U, Index>("result");
  if (a.shape() != expected.shape()) return "shape";
  if (a.blocksize() != expected.blocksize()) return "block size";
  sum_duplicates(a);
  if (!(c.has("structure") && c.text("structure") == "subset")) {
    if (a.num_blocks() != expected.num_blocks())
      return std::to_string(a.num_blocks()) + " blocks instead of " + std::to_string(expected.num_blocks());
    for (std::size_t k = 0; k < a.indptr().size(); ++k)
      if (a.indptr()[k] != expected.indptr()[k]) return "indptr[" + std::to_string(k) + "]";
    for (std::size_t k = 0; k < a.indices().size(); ++k)
      if (a.indices()[k] != expected.indices()[k]) return "indices[" + std::to_string(k) + "]";
  }
  const auto x = to_dense(a);
  const auto y = to_dense(expected);
  const auto bound = c.array<double>("bound");
  if (bound.size() != a.rows() * a.cols()) return "the case has another number of bounds";
  for (std::int64_t i = 0; i < a.rows(); ++i)
    for (std::int64_t j = 0; j < a.cols(); ++j) {
      const auto text = element_difference(x(i, j), y(i, j), bound[i * a.cols() + j], i, j);
      if (!text.empty()) return text;
    }
  return {};
}

template <class X, class Y>
std::string same_array(const char* name, const X& x, const Y& y) {
  if (static_cast<std::int64_t>(x.size()) != static_cast<std::int64_t>(y.size()))
    return std::string(name) + ": size";
  for (std::int64_t k = 0; k < static_cast<std::int64_t>(x.size()); ++k)
    if (!(x.data()[k] == y.data()[k])) return std::string(name) + "[" + std::to_string(k) + "]";
  return {};
}

/// "" or what differs; "?" for an operation that is not known here.
template <class T, class Index>
std::string run_with(const conformance_case& c) {
  constexpr bool complex = bsr::is_complex<T>;
  constexpr bool floating = std::is_floating_point_v<T>;
  const std::string op = c.text("op");
  const auto a = c.matrix<T, Index>("a");
  if (op == "to_dense") return dense_difference<T>(c, a);
  if (op == "transpose") return matrix_difference(c, to_transposed(a));
  if (op == "diagonal") return array_difference<T>(c, diagonal(a, c.whole("k")));
  if (op == "count_nonzero") return count_nonzero(a) == c.whole("number") ? "" : "count";
  if (op == "eliminate_zeros") {
    auto b = a;
    sum_duplicates(b);
    eliminate_zeros(b);
    return matrix_difference(c, b);
  }
  if (op == "sum_duplicates") return matrix_difference(c, a);
  if (op == "to_csr") {
    const auto b = to_csr(a);
    const auto difference = same_array("data", b.data(), c.array<T>("csr.data")) +
                            same_array("indices", b.indices(), c.indices<Index>("csr.indices")) +
                            same_array("indptr", b.indptr(), c.indices<Index>("csr.indptr"));
    return difference;
  }
  if (op == "to_coo") {
    const auto b = to_coo(a);
    return same_array("data", b.data(), c.array<T>("coo.data")) +
           same_array("row", b.row(), c.indices<Index>("coo.row")) +
           same_array("col", b.col(), c.indices<Index>("coo.col"));
  }
  if (op == "to_bsr") {
    const auto& sizes = c.sizes("result.data");
    return matrix_difference(c, bsr::to_bsr(a, dims(sizes[1], sizes[2])));
  }
  if (op == "count_blocks")
    return count_blocks(a, dims(c.whole("r"), c.whole("c"))) == c.whole("number") ? "" : "count";
  if (op == "estimate_blocksize") {
    const dims block = estimate_blocksize(a);
    const std::int64_t found[] = {block.rows, block.cols};
    return values_difference<std::int64_t>(c, dims(1, 2),
                                           [&](std::int64_t, std::int64_t j) { return found[j]; });
  }
  if (op == "sum_all") {
    const auto s = sum(a);
    return values_difference<std::remove_const_t<decltype(s)>>(c, dims(1, 1),
                                                               [&](std::int64_t, std::int64_t) { return s; });
  }
  if (op == "sum_axis") {
    const auto s = sum(a, static_cast<int>(c.whole("axis")));
    return array_difference<typename std::remove_cvref_t<decltype(s)>::value_type>(c, s);
  }
  if (op == "mean_axis") {
    const auto s = mean(a, static_cast<int>(c.whole("axis")));
    return array_difference<typename std::remove_cvref_t<decltype(s)>::value_type>(c, s);
  }
  if (op == "trace") {
    const auto s = trace(a, c.whole("k"));
    return values_difference<std::remove_const_t<decltype(s)>>(c, dims(1, 1),
                                                               [&](std::int64_t, std::int64_t) { return s; });
  }
  if (op == "add" || op == "subtract" || op == "multiply") {
    const auto b = c.matrix<T, Index>("b");
    if (op == "add") return matrix_difference(c, add(a, b));
    if (op == "multiply") return matrix_difference(c, multiply(a, b));
    if constexpr (!std::is_same_v<T, bool>) return matrix_difference(c, subtract(a, b));
  }
  if (op == "matmul") {
    const auto b = c.matrix<T, Index>("b");
    return matrix_difference(c, bsr::matrix(a * b));
  }
  if (op == "matvec" || op == "rmatvec") {
    const auto x = c.array<T>("x");
    bsr::buffer<T> y(op == "matvec" ? a.rows() : a.cols());
    if (op == "matvec")
      bsr::view(y) = a * x;
    else
      bsr::view(y) = x * a;
    return array_difference<T>(c, y);
  }
  if (op == "matvecs") {
    const auto& sizes = c.sizes("x");
    const auto x = c.array<T>("x");
    bsr::dense_matrix<T> y(a.rows(), sizes[1]);
    y = a * bsr::dense_view<const T>(x.data(), sizes[0], sizes[1]);
    return values_difference<T>(c, y.shape(), [&](std::int64_t i, std::int64_t j) { return y(i, j); });
  }
  if (op == "kron") return dense_difference<T>(c, kron(a, c.matrix<T, Index>("b")));
  if (op == "triangle")
    return c.whole("lower") != 0 ? dense_difference<T>(c, tril(a, c.whole("k")))
                                 : dense_difference<T>(c, triu(a, c.whole("k")));
  if (op == "stack") {
    const auto b = c.matrix<T, Index>("b");
    const auto how = c.text("how");
    if (how == "hstack") return dense_difference<T>(c, hstack(a, b));
    if (how == "vstack") return dense_difference<T>(c, vstack(a, b));
    return dense_difference<T>(c, block_diag(a, b));
  }
  if (op == "resize") {
    auto b = a;
    const auto shape = c.array<std::int64_t>("result.shape");
    resize(b, dims(shape[0], shape[1]));
    return matrix_difference(c, b);
  }
  if constexpr (complex) {
    if (op == "conj") return matrix_difference(c, conj(a));
    if (op == "real") return matrix_difference(c, real(a));
    if (op == "imag") return matrix_difference(c, imag(a));
  } else {
    if (op == "max_all") {
      const T m = (bsr::max)(a);
      return values_difference<T>(c, dims(1, 1), [&](std::int64_t, std::int64_t) { return m; });
    }
    if (op == "min_axis") return array_difference<T>(c, (bsr::min)(a, static_cast<int>(c.whole("axis"))));
    if (op == "arg_extremes") {
      const std::int64_t found[] = {argmax(a), argmin(a)};
      return values_difference<std::int64_t>(c, dims(1, 2),
                                             [&](std::int64_t, std::int64_t j) { return found[j]; });
    }
    if (op == "maximum") return dense_difference<T>(c, maximum(a, c.matrix<T, Index>("b")));
    if (op == "compare") {
      const auto x = c.matrix<T, Index>("c");
      const auto y = c.matrix<T, Index>("b");
      const auto name = c.text("name");
      const auto answer = name == "equal"        ? equal(x, y)
                          : name == "not_equal"  ? not_equal(x, y)
                          : name == "less"       ? less(x, y)
                          : name == "less_equal" ? less_equal(x, y)
                          : name == "greater"    ? greater(x, y)
                                                 : greater_equal(x, y);
      bsr::dense_matrix<bool> all(x.rows(), x.cols());
      for (std::int64_t i = 0; i < all.rows(); ++i)
        for (std::int64_t j = 0; j < all.cols(); ++j) all(i, j) = answer.elsewhere;
      const dims block = answer.stored.blocksize();
      for (std::int64_t i = 0; i < answer.stored.block_rows(); ++i)
        for (auto stored : answer.stored.row(i))
          for (std::int64_t r = 0; r < block.rows; ++r)
            for (std::int64_t s = 0; s < block.cols; ++s)
              all(i * block.rows + r, stored.col() * block.cols + s) = stored(r, s);
      return values_difference<bool>(c, all.shape(),
                                     [&](std::int64_t i, std::int64_t j) { return all(i, j); });
    }
    if constexpr (!std::is_same_v<T, bool>)
      if (op == "power") return matrix_difference(c, power(a, 2));
  }
  if constexpr (complex || floating) {
    using real = typename bsr::scalar_traits<T>::real;
    if (op == "scale") return matrix_difference(c, multiply(a, static_cast<real>(c.number("factor"))));
    if (op == "norms") {
      const long double found[] = {static_cast<long double>(norm(a)),
                                   static_cast<long double>(norm(a, bsr::norms::one)),
                                   static_cast<long double>(norm(a, bsr::norms::inf))};
      return values_difference<double>(
          c, dims(1, 3), [&](std::int64_t, std::int64_t j) { return static_cast<double>(found[j]); });
    }
  }
  if constexpr (floating) {
    if (op == "function") {
      const auto x = c.matrix<T, Index>("c");
      const auto name = c.text("name");
#define BSR_TRY(f) \
  if (name == #f) return matrix_difference(c, bsr::f(x))
      BSR_TRY(sin);
      BSR_TRY(tan);
      BSR_TRY(arcsin);
      BSR_TRY(arctan);
      BSR_TRY(sinh);
      BSR_TRY(tanh);
      BSR_TRY(arcsinh);
      BSR_TRY(arctanh);
      BSR_TRY(rint);
      BSR_TRY(sign);
      BSR_TRY(expm1);
      BSR_TRY(log1p);
      BSR_TRY(deg2rad);
      BSR_TRY(rad2deg);
      BSR_TRY(floor);
      BSR_TRY(ceil);
      BSR_TRY(trunc);
      BSR_TRY(sqrt);
#undef BSR_TRY
    }
  }
  if (op == "astype") {
    const auto to = c.text("to");
#define BSR_TRY(U, word)                                            \
  if constexpr (!complex || bsr::is_complex<U>) {                   \
    if (to == word) return matrix_difference(c, bsr::astype<U>(a)); \
  }
    BSR_TRY(std::int8_t, "i1")
    BSR_TRY(std::int64_t, "i8")
    BSR_TRY(std::uint16_t, "u2")
    BSR_TRY(float, "f4")
    BSR_TRY(double, "f8")
    BSR_TRY(std::complex<double>, "c16")
#undef BSR_TRY
    return {};  // other pairs are in tests/elementwise/astype.cpp
  }
  return "?";
}

template <class T>
std::string run(const conformance_case& c) {
  return run_with<T, std::int32_t>(c);
}

}  // namespace conformance
