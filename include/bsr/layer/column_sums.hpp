// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Sums over the samples of a batch.
#include <algorithm>
#include <concepts>
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/storage/dense_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// out[j] (+)= sum of x(i, j) over i, in double: from the top, but along contiguous columns in as many
/// partial sums as eight doubles. O(m n).
template <class T, class Layout>
void sum_columns(const dense_view<const T, Layout>& x, T* out, bool accumulate) {
  constexpr std::int64_t piece = 64;
  const auto store = [&](std::int64_t j, double sum) {
    out[j] = static_cast<T>(accumulate ? static_cast<double>(out[j]) + sum : sum);
  };
  if constexpr (std::same_as<Layout, col_major>) {
    for (std::int64_t j = 0; j < x.cols(); ++j) {
      const T* const column = x.data() + j * x.ld();
      double sums[8] = {};
      std::int64_t i = 0;
      for (; i + 8 <= x.rows(); i += 8)
        for (int l = 0; l < 8; ++l) sums[l] += static_cast<double>(column[i + l]);
      for (int l = 0; i < x.rows(); ++i, ++l) sums[l] += static_cast<double>(column[i]);
      store(j, ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7])));
    }
  } else {
    for (std::int64_t first = 0; first < x.cols(); first += piece) {
      double sums[piece] = {};
      const std::int64_t width = (std::min)(piece, x.cols() - first);
      for (std::int64_t i = 0; i < x.rows(); ++i)
        for (std::int64_t c = 0; c < width; ++c) sums[c] += static_cast<double>(x(i, first + c));
      for (std::int64_t c = 0; c < width; ++c) store(first + c, sums[c]);
    }
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
