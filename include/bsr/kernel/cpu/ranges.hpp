// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The work of a product, cut into pieces that threads take.
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/strips.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Cuts strips x panels into `pieces` of equal work and calls f(piece, range) for the ranges of each, pieces
/// beside each other on the policy's threads. `by_panel`: see for_each_range of one piece.
template <class Index, class F>
BSR_INLINE void for_each_range(const cpu& policy, const strip_schedule<Index>& rows, std::int64_t panels,
                               int pieces, const F& f, bool by_panel = false) {
  for_each_piece(policy, pieces, [&](int piece) {
    for_each_range(rows, panels, piece, pieces, [&](const strip_range& range) { f(piece, range); }, by_panel);
  });
}

/// Calls f(block_row, strip, panel) for every strip and every panel, a strip's panels one after the other.
template <class Index, class F>
BSR_INLINE void for_each_strip_and_panel(const cpu& policy, const strip_schedule<Index>& rows,
                                         std::int64_t panels, int pieces, const F& f) {
  for_each_range(policy, rows, panels, pieces, [&](int, const strip_range& range) {
    for (strip_position s = range.first; s != range.last; s = rows.next(s))
      for (std::int64_t panel = range.first_panel; panel < range.last_panel; ++panel)
        f(s.block_row, s.strip, panel);
  });
}

/// for_each_range for strips of stored blocks: f(block_row, strip, first, last).
template <class Index, class F>
BSR_INLINE void for_each_strip(const cpu& policy, const Index* indptr, std::int64_t block_rows,
                               std::int64_t strips, int pieces, const F& f) {
  for_each_piece(policy, pieces,
                 [&](int piece) { for_each_strip(indptr, block_rows, strips, piece, pieces, f); });
}

}  // namespace bsr::inline v0::inline BSR_TARGET
