// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What alpha * X Y + beta * D at the blocks of a matrix must be, computed in wide numbers, and how far each
// element may be off.
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "support/bounds.hpp"

namespace bsr_test {

/// One expected value and one bound for every stored element, in storage order. What lies beyond the edge of
/// the matrix must be exactly 0.
template <class V>
struct sampled {
  std::vector<wide_t<V>> value;
  std::vector<long double> bound;
};

/// The bound is gamma_{k + 4} (|alpha| |X| |Y| + |beta| |D|), u that of V: k for the products and their sum,
/// four for alpha, beta, the sum with beta D and the rounding to S; the last one is counted with `rounding`,
/// the unit roundoff of S's elements, and half the smallest number for every rounding that underflows. d may
/// be null.
template <class V, class Number, class S>
sampled<V> expected_sample(Number alpha, const table<wide_t<V>>& x, const table<wide_t<V>>& y, Number beta,
                           const std::vector<wide_t<V>>* d, const S& s) {
  sampled<V> result;
  const bsr::dims block = s.blocksize();
  const auto a = static_cast<wide_t<V>>(alpha), b = static_cast<wide_t<V>>(beta);
  for (std::int64_t i = 0; i < s.block_rows(); ++i)
    for (auto entry : s.row(i))
      for (std::int64_t r = 0; r < block.rows; ++r)
        for (std::int64_t c = 0; c < block.cols; ++c) {
          const std::int64_t row = i * block.rows + r, col = entry.col() * block.cols + c;
          wide_t<V> sum{};
          long double size = 0;
          if (row < s.rows() && col < s.cols()) {
            for (std::int64_t k = 0; k < x.cols; ++k) {
              const wide_t<V> left = x(row, k), right = y(k, col);
              sum = bsr::add<wide_t<V>>(sum, bsr::multiply<wide_t<V>>(left, right));
              size += magnitude(left) * magnitude(right);
            }
            sum = bsr::multiply<wide_t<V>>(a, sum);
            size *= magnitude(a);
            if (d != nullptr) {
              const wide_t<V> addend = (*d)[result.value.size()];
              sum = bsr::add<wide_t<V>>(sum, bsr::multiply<wide_t<V>>(b, addend));
              size += magnitude(b) * magnitude(addend);
            }
          }
          result.value.push_back(sum);
          long double bound = 0;
          if constexpr (!std::is_integral_v<V>) {
            using real = typename bsr::scalar_traits<V>::real;
            bound = gamma<V>(x.cols + 4) * size;
            if (size > 0)
              bound += static_cast<long double>(x.cols + 4) * std::numeric_limits<real>::denorm_min();
          }
          result.bound.push_back(bound);
        }
  return result;
}

/// "" when every element of data is as expected; else the worst one in words. `rounding`: half the distance
/// from 1 to the next number of the stored type, where that is not V.
template <class V, class T>
std::string sample_difference(const T* data, const sampled<V>& expected, long double rounding = 0) {
  std::ostringstream text;
  text.precision(21);
  long double worst = 0;
  for (std::size_t n = 0; n < expected.value.size(); ++n) {
    const wide_t<V> x = static_cast<wide_t<V>>(data[n]);
    const auto& e = expected.value[n];
    if (x == e || (x != x && e != e)) continue;
    const long double bound = expected.bound[n] + rounding * (magnitude(e) + expected.bound[n]);
    const long double error = magnitude(wide_t<V>(x - e));
    if (error <= bound) continue;
    const long double excess =
        error == error && bound > 0 ? error / bound : std::numeric_limits<long double>::infinity();
    if (excess < worst) continue;
    worst = excess;
    text.str("");
    text << "element " << n << " of the data is " << +x << " instead of " << +e << ", bound " << bound;
  }
  return text.str();
}

}  // namespace bsr_test
