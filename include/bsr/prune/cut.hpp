// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The k highest of many scores, without sorting them.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

#include "bsr/base/target.hpp"
#include "bsr/convert/mark_blocks.hpp"
#include "bsr/kernel/cpu/bits.hpp"
#include "bsr/prune/score_table.hpp"
#include "bsr/storage/growing_buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Scores above `threshold` are kept, and the first `ties` of those that equal it.
struct cut {
  double threshold = 0;
  std::int64_t ties = 0;
};

/// The value that is number k, from 0, when `scores` are in falling order. Reorders them. O(n).
inline double select_kth(std::span<double> scores, std::int64_t k) {
  std::nth_element(scores.begin(), scores.begin() + k, scores.end(),
                   [](double a, double b) { return a > b; });
  return scores[static_cast<std::size_t>(k)];
}

/// Two values, the highest and the lowest that the cut may have, and how many scores there must be for it to
/// be worth while to look for them.
struct cut_bracket {
  static constexpr std::int64_t sampled = 2048, margin = 96, least = 8 * sampled;
  double high = std::numeric_limits<double>::infinity();
  double low = prune::absent;
};

/// Between which two values score number `kept` most likely lies, by a sample (Floyd, Rivest 1975, "Expected
/// time bounds for selection"). n >= cut_bracket::least.
inline cut_bracket guess_cut(const double* s, std::int64_t n, std::int64_t kept) {
  constexpr std::int64_t sampled = cut_bracket::sampled, margin = cut_bracket::margin;
  double sample[sampled];
  for (std::int64_t k = 0; k < sampled; ++k) sample[k] = s[n / sampled * k];
  std::sort(sample, sample + sampled, [](double a, double b) { return a > b; });
  const auto middle = static_cast<std::int64_t>(static_cast<double>(kept) / static_cast<double>(n) * sampled);
  cut_bracket result;
  if (middle >= margin) result.high = sample[middle - margin];
  if (middle + margin < sampled) result.low = sample[middle + margin];
  return result;
}

/// Memory that finding a cut uses and keeps.
struct cut_space {
  storage_detail::growing_buffer<double> values, inner;
  storage_detail::growing_buffer<std::int64_t> places;
  /// For so many scores at most.
  void reserve(std::int64_t n) {
    const std::int64_t room = n + 1024;
    values.reserve(0, room);
    if (n < cut_bracket::least) return;
    inner.reserve(0, room);
    places.reserve(0, room);
  }
};

/// Where the `kept` highest of `scores` end, 0 < kept <= n. Few of them are copied and ordered where there
/// are many; the result does not depend on the sample. Expected O(n).
inline cut find_cut(std::span<const double> scores, std::int64_t kept,
                    storage_detail::growing_buffer<double>& space) {
  const double* const s = scores.data();
  const auto n = static_cast<std::int64_t>(scores.size());
  std::int64_t found = 0, above = 0;
  if (n >= cut_bracket::least) {
    const auto [high, low] = guess_cut(s, n, kept);
    constexpr std::int64_t piece = 1024;
    for (std::int64_t p = 0; p < n; p += piece) {
      space.reserve(found, piece);
      double* const to = space.data();
      for (std::int64_t q = p; q < (std::min)(p + piece, n); ++q) {
        to[found] = s[q];  // counts when it lies between
        found += int{s[q] >= low} & int{s[q] <= high};
        above += s[q] > high ? 1 : 0;
      }
    }
    if (above >= kept || kept > above + found) found = 0;
  }
  if (found == 0) {
    above = 0;
    found = n;
    space.reserve(0, n);
    for (std::int64_t p = 0; p < n; ++p) space[p] = s[p];
  }
  const std::span<double> inside(space.data(), static_cast<std::size_t>(found));
  const double threshold = select_kth(inside, kept - 1 - above);
  for (const double x : inside) above += x > threshold ? 1 : 0;
  return {threshold, kept - above};
}

/// How many of a group of m scores come before number p: the higher ones, and of equal ones the first. O(m).
BSR_INLINE std::int64_t place_in_group(const double* group, std::int64_t m, std::int64_t p) {
  std::int64_t before = 0;
  for (std::int64_t q = 0; q < m; ++q)
    before += int{group[q] > group[p]} | (int{group[q] == group[p]} & int{q < p});
  return before;
}

/// mark_highest in one pass over many scores: what is certainly above the cut is marked, what may be is put
/// aside with its place and decided upon afterwards. False, when the guess was wrong: nothing is known then.
inline bool mark_in_one_pass(std::span<const double> scores, std::int64_t kept, std::uint8_t* keep,
                             cut_space& space) {
  const double* const s = scores.data();
  const auto n = static_cast<std::int64_t>(scores.size());
  const cut_bracket guess = guess_cut(s, n, kept);
  const double high = guess.high, low = guess.low;
  std::int64_t found = 0, above = 0;
  constexpr std::int64_t piece = 1024;
  for (std::int64_t p = 0; p < n; p += piece) {
    space.values.reserve(found, piece);
    space.places.reserve(found, piece + list_slack);
    std::uint8_t between[piece];
    const auto compare = [&](auto count) {
      const double* const from = s + p;
      std::uint8_t* BSR_RESTRICT const to = keep + p;
      int higher = 0;
      for (std::int64_t q = 0; q < count; ++q) {
        to[q] = from[q] > high;
        between[q] = (from[q] >= low) & (from[q] <= high);
        higher += from[q] > high ? 1 : 0;
      }
      above += higher;
    };
    // Compilers make vectors of a loop whose length they know, whatever their options.
    const std::int64_t count = (std::min)(piece, n - p);
    if (count == piece)
      compare(std::integral_constant<std::int64_t, piece>());
    else
      compare(count);
    const std::int64_t* const end = list_marked(between, count, p, space.places.data() + found);
    for (const std::int64_t* at = space.places.data() + found; at != end; ++at)
      space.values[found++] = s[*at];
  }
  if (above >= kept || kept > above + found) return false;
  const double* const values = space.values.data();
  const cut at = find_cut({values, static_cast<std::size_t>(found)}, kept - above, space.inner);
  std::int64_t ties = at.threshold == prune::absent ? 0 : at.ties;
  for (std::int64_t k = 0; k < found; ++k) {
    const bool tied = values[k] == at.threshold && ties > 0;
    ties -= tied ? 1 : 0;
    keep[space.places[k]] = values[k] > at.threshold || tied;
  }
  return true;
}

/// keep[p] = whether scores[p] is one of the `kept` highest; of equal ones the first are. Blocks that are
/// absent are not kept, so there may be fewer. O(n).
inline void mark_highest(std::span<const double> scores, std::int64_t kept, std::uint8_t* keep,
                         cut_space& space) {
  const auto n = static_cast<std::int64_t>(scores.size());
  kept = (std::min)(kept, n);
  if (kept <= 0) {
    for (std::int64_t p = 0; p < n; ++p) keep[p] = 0;
    return;
  }
  if (n >= cut_bracket::least && mark_in_one_pass(scores, kept, keep, space)) return;
  const double* const s = scores.data();
  const cut at = find_cut(scores, kept, space.values);
  for (std::int64_t p = 0; p < n; ++p) keep[p] = s[p] > at.threshold;
  if (at.threshold == prune::absent) return;
  std::int64_t ties = at.ties;
  for (std::int64_t p = 0; ties > 0; ++p)
    if (s[p] == at.threshold) {
      keep[p] = 1;
      --ties;
    }
}

inline void mark_highest(std::span<const double> scores, std::int64_t kept, std::uint8_t* keep) {
  cut_space space;
  mark_highest(scores, kept, keep, space);
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
