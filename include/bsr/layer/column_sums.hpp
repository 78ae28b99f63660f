// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Sums over the samples of a batch.
#include <algorithm>
#include <concepts>
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/prune/block_fold.hpp"
#include "bsr/storage/dense_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// out[j] (+)= sum of x(i, j) over i, in double: from the top, but along contiguous columns in as many
/// partial sums as eight doubles. The same bits on every machine. O(m n).
template <class T, class Layout>
void sum_columns(const dense_view<const T, Layout>& x, T* out, bool accumulate) {
  using P = pack<double>;
  static_assert(8 % P::size == 0);
  const auto store = [&](std::int64_t j, double sum) {
    out[j] = static_cast<T>(accumulate ? static_cast<double>(out[j]) + sum : sum);
  };
  if constexpr (std::same_as<Layout, col_major>) {
    // Columns that are summed up together, so that no addition waits for the one before.
    constexpr int group = 4, parts = 8 / P::size;
    for (std::int64_t j = 0; j < x.cols(); j += group) {
      const T* columns[group];
      P sums[group][parts];
      for (int c = 0; c < group; ++c) {
        columns[c] = x.data() + (std::min)(j + c, x.cols() - 1) * x.ld();
        for (int p = 0; p < parts; ++p) sums[c][p] = P::zero();
      }
      std::int64_t i = 0;
      for (; i + 8 <= x.rows(); i += 8) {
        BSR_UNROLL
        for (int c = 0; c < group; ++c) {
          BSR_UNROLL
          for (int p = 0; p < parts; ++p)
            sums[c][p] = sums[c][p] + load_doubles(columns[c] + i + p * P::size);
        }
      }
      const int left = static_cast<int>(x.rows() - i);
      for (int c = 0; c < group && j + c < x.cols(); ++c) {
        double s[8];
        for (int p = 0; p < parts; ++p) {
          const int count = (std::min)((std::max)(left - p * P::size, 0), static_cast<int>(P::size));
          if (count > 0) sums[c][p] = sums[c][p] + load_doubles(columns[c] + i + p * P::size, count);
          sums[c][p].store(s + p * P::size);
        }
        store(j + c, ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7])));
      }
    }
  } else {
    constexpr int packs = 8;
    constexpr std::int64_t piece = packs * P::size;
    std::int64_t first = 0;
    if constexpr (std::same_as<Layout, row_major>)
      for (; first + piece <= x.cols(); first += piece) {
        P sums[packs];
        for (int p = 0; p < packs; ++p) sums[p] = P::zero();
        for (std::int64_t i = 0; i < x.rows(); ++i) {
          const T* const row = x.data() + i * x.ld() + first;
          BSR_UNROLL
          for (int p = 0; p < packs; ++p) sums[p] = sums[p] + load_doubles(row + p * P::size);
        }
        double all[piece];
        for (int p = 0; p < packs; ++p) sums[p].store(all + p * P::size);
        for (std::int64_t c = 0; c < piece; ++c) store(first + c, all[c]);
      }
    for (; first < x.cols(); first += piece) {
      double sums[piece] = {};
      const std::int64_t width = (std::min)(piece, x.cols() - first);
      for (std::int64_t i = 0; i < x.rows(); ++i)
        for (std::int64_t c = 0; c < width; ++c) sums[c] += static_cast<double>(x(i, first + c));
      for (std::int64_t c = 0; c < width; ++c) store(first + c, sums[c]);
    }
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
