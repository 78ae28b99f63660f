// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "harness/problem.hpp"

namespace bench {

/// The result by definition, in a wider type, and how far a result in T may be from it: whatever the order of
/// the k products and sums, with or without fused multiply-add,
///   |computed - exact| <= k u / (1 - k u) * sum |a||b|,  u the unit roundoff of the result's type.
template <class T>
class oracle {
  using dense_type = typename operand_types<T>::dense;
  using result_type = typename operand_types<T>::result;
  using wide = std::conditional_t<std::is_same_v<T, double>, long double, double>;
  // Sums of integers are exact, here and there.
  static constexpr wide unit =
      std::is_integral_v<T> ? 0 : wide(std::numeric_limits<result_type>::epsilon()) / 2;

 public:
  explicit oracle(const problem<T>& p) : exact_(p.out_size()), bound_(p.out_size()) {
    const auto n = static_cast<std::size_t>(p.n);
    if (p.what == operation::sddmm) {
      sample(p, n);
      return;
    }
    const bool layer = p.what == operation::linear;
    const std::size_t b_row = layer ? 1 : n, b_col = layer ? static_cast<std::size_t>(p.k) : 1;
    std::vector<wide> sum(n), size(n);
    for (int i = 0; i < p.block_rows(); ++i)
      for (int x = 0; x < p.r; ++x) {
        sum.assign(n, 0);
        size.assign(n, 0);
        for (std::int32_t q = p.indptr[i]; q < p.indptr[i + 1]; ++q)
          for (int y = 0; y < p.c; ++y) {
            const wide a = widened<wide>(
                p.data[static_cast<std::size_t>(q) * p.block_size() + static_cast<std::size_t>(x) * p.c + y]);
            const dense_type* const b = p.b + (static_cast<std::size_t>(p.indices[q]) * p.c + y) * b_row;
            for (std::size_t j = 0; j < n; ++j) {
              const wide product = a * widened<wide>(b[j * b_col]);
              sum[j] += product;
              size[j] += std::fabs(product);
            }
          }
        const wide terms = static_cast<wide>(p.indptr[i + 1] - p.indptr[i]) * p.c;
        const wide ku = terms * unit;
        for (std::size_t j = 0; j < n; ++j) {
          const std::size_t row = static_cast<std::size_t>(i) * p.r + x;
          const std::size_t at = layer ? j * static_cast<std::size_t>(p.m) + row : row * n + j;
          exact_[at] = sum[j];
          bound_[at] = ku / (1 - ku) * size[j];
        }
      }
  }

  /// The largest error in units of its bound: a right result gives at most 1, NaN gives infinity.
  double error(const result_type* computed) const {
    wide worst = 0;
    for (std::size_t i = 0; i < exact_.size(); ++i) {
      const wide off = std::fabs(static_cast<wide>(computed[i]) - exact_[i]);
      if (off == 0) continue;
      const wide units = off / bound_[i];
      if (!(units <= worst)) worst = std::isnan(units) ? std::numeric_limits<wide>::infinity() : units;
    }
    return static_cast<double>(worst);
  }

 private:
  void sample(const problem<T>& p, std::size_t n) {
    const wide ku = static_cast<wide>(n) * unit;
    std::size_t at = 0;
    for (int i = 0; i < p.block_rows(); ++i)
      for (std::int32_t q = p.indptr[i]; q < p.indptr[i + 1]; ++q)
        for (int r = 0; r < p.r; ++r)
          for (int c = 0; c < p.c; ++c, ++at) {
            const dense_type* const x = p.x + (static_cast<std::size_t>(i) * p.r + r) * n;
            const dense_type* const y = p.b + (static_cast<std::size_t>(p.indices[q]) * p.c + c) * n;
            wide sum = 0, size = 0;
            for (std::size_t l = 0; l < n; ++l) {
              const wide product = widened<wide>(x[l]) * widened<wide>(y[l]);
              sum += product;
              size += std::fabs(product);
            }
            exact_[at] = sum;
            bound_[at] = ku / (1 - ku) * size;
          }
  }

  std::vector<wide> exact_, bound_;
};

}  // namespace bench
