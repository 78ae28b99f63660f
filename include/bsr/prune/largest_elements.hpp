// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The largest elements of a dense matrix as blocks of one element, in one pass over the matrix: a table of
// scores would be twice as large as a matrix of floats.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/mark_blocks.hpp"
#include "bsr/prune/cut.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/growing_buffer.hpp"
#include "bsr/storage/matrix.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Between which two magnitudes number `kept` of all most likely lies, by a sample; six standard deviations
/// to either side.
template <class T>
struct magnitude_bracket {
  static constexpr std::int64_t sampled = 8192, least = 16 * sampled;
  T high = std::numeric_limits<T>::infinity(), low = 0;
  double expected = 1;  ///< the share of elements that are `low` or more

  magnitude_bracket(const dense_view<const T, row_major>& w, std::int64_t kept) {
    const std::int64_t n = w.rows() * w.cols(), step = n / sampled;
    T sample[sampled];
    for (std::int64_t k = 0; k < sampled; ++k) {
      const std::int64_t at = k * step + k * 7919 % step;  // from all columns, whatever divides what
      sample[k] = std::fabs(w(at / w.cols(), at % w.cols()));
    }
    std::sort(sample, sample + sampled, [](T a, T b) { return a > b; });
    const double share = static_cast<double>(kept) / static_cast<double>(n);
    const auto middle = static_cast<std::int64_t>(share * sampled);
    const auto margin = 8 + static_cast<std::int64_t>(6 * std::sqrt(share * (1 - share) * sampled));
    if (middle >= margin) high = sample[middle - margin];
    if (middle + margin < sampled) {
      low = sample[middle + margin];
      expected = static_cast<double>(middle + 2 * margin) / sampled;
    }
  }
};

/// The `kept` elements of w with the largest magnitudes, of equal ones the first, 0 < kept <= elements: what
/// select would choose by the scores of blocks of one element. Nothing where the guess was wrong, where there
/// is a NaN, or where there are too few elements to guess: then the table of scores is the way. O(elements).
template <index Index, class T>
std::optional<matrix<T, 1, 1, Index>> largest_elements(const dense_view<const T, row_major>& w,
                                                       std::int64_t kept) {
  using bracket = magnitude_bracket<T>;
  const std::int64_t n = w.rows() * w.cols(), cols = w.cols();
  if (n < bracket::least || kept <= 0 || kept > n) return {};
  if (kept > static_cast<std::int64_t>((std::numeric_limits<Index>::max)()) / 2) return {};
  if (cols - 1 > static_cast<std::int64_t>((std::numeric_limits<Index>::max)())) return {};
  const bracket guess(w, kept);
  const T high = guess.high, low = guess.low;

  // What may stay, with the place of each in its row.
  constexpr std::int64_t piece = 1024;
  const auto room = static_cast<std::int64_t>(guess.expected * static_cast<double>(n)) + piece;
  buffer<Index> indices(room + list_slack, uninitialized);
  buffer<T> values(room, uninitialized);
  buffer<Index> indptr(w.rows() + 1);
  std::int64_t found = 0, above = 0;
  for (std::int64_t i = 0; i < w.rows(); ++i) {
    const T* const row = &w(i, 0);
    for (std::int64_t p = 0; p < cols; p += piece) {
      std::uint8_t maybe[piece];
      bool nan = false;
      // The hardware brings less of what comes next while lists are written.
      for (std::int64_t b = 0; b < piece; b += 64 / static_cast<std::int64_t>(sizeof(T)))
        __builtin_prefetch(row + p + piece + b);
      const auto compare = [&](auto count) {
        const T* const from = row + p;
        int higher = 0, odd = 0;
        for (std::int64_t q = 0; q < count; ++q) {
          const T x = std::fabs(from[q]);
          maybe[q] = x >= low;
          higher += x > high ? 1 : 0;
          odd |= x != x ? 1 : 0;
        }
        above += higher;
        nan = odd != 0;
      };
      // Compilers make vectors of a loop whose length they know, whatever their options.
      const std::int64_t count = (std::min)(piece, cols - p);
      if (count == piece)
        compare(std::integral_constant<std::int64_t, piece>());
      else
        compare(count);
      if (nan || found + count > room) return {};
      Index* const first = indices.data() + found;
      const Index* const end = list_marked(maybe, count, static_cast<Index>(p), first);
      for (const Index* at = first; at != end; ++at) values[found++] = row[*at];
    }
    indptr[i + 1] = static_cast<Index>(found);
  }
  if (above >= kept || kept > found) return {};

  // Where the cut is among those between.
  storage_detail::growing_buffer<double> between, space;
  std::int64_t inside = 0;
  for (std::int64_t k = 0; k < found; k += piece) {
    between.reserve(inside, piece);
    double* const to = between.data();
    for (std::int64_t q = k; q < (std::min)(k + piece, found); ++q) {
      const T x = std::fabs(values[q]);
      to[inside] = static_cast<double>(x);
      inside += x <= high ? 1 : 0;
    }
  }
  const cut at = find_cut({between.data(), static_cast<std::size_t>(inside)}, kept - above, space);
  const T threshold = static_cast<T>(at.threshold);
  std::int64_t ties = at.ties, out = 0, begin = 0;
  for (std::int64_t i = 0; i < w.rows(); ++i) {
    const std::int64_t end = indptr[i + 1];
    for (std::int64_t k = begin; k < end; ++k) {
      const T x = std::fabs(values[k]);
      const bool tied = (x == threshold) & (ties > 0);
      values[out] = values[k];
      indices[out] = indices[k];
      ties -= tied ? 1 : 0;
      out += (x > threshold || tied) ? 1 : 0;
    }
    begin = end;
    indptr[i + 1] = static_cast<Index>(out);
  }
  values.truncate(out);
  indices.truncate(out);
  return matrix<T, 1, 1, Index>(w.shape(), std::move(values), std::move(indices), std::move(indptr));
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
