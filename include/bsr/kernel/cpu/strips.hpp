// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Cuts the stored blocks of a matrix into pieces of equal work, for kernels whose work is the same for every
// block.
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/schedule.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Every block is cut into `strips` of rows. Calls
///   f(block_row, strip, first, last)   strip `strip` of the blocks [first, last), all of one block row
/// for piece number `piece` of `pieces`; the pieces together take every strip of every block once. Nothing is
/// stored. O(log block_rows) and the block rows of the piece.
template <class Index, class F>
BSR_INLINE void for_each_strip(const Index* indptr, std::int64_t block_rows, std::int64_t strips, int piece,
                               int pieces, const F& f) {
  const auto before = [&](std::int64_t row) { return static_cast<std::int64_t>(indptr[row]); };
  const std::int64_t total = before(block_rows) * strips;
  std::int64_t at = share(total, piece, pieces);
  const std::int64_t end = share(total, piece + 1, pieces);
  std::int64_t row = 0, beyond = block_rows;  // before(row) * strips <= at
  while (beyond - row > 1) {
    const std::int64_t middle = row + (beyond - row) / 2;
    (before(middle) * strips <= at ? row : beyond) = middle;
  }
  while (at < end) {
    while (before(row + 1) * strips <= at) ++row;
    const std::int64_t begin = before(row), count = before(row + 1) - begin;
    const std::int64_t strip = (at - begin * strips) / count, first = (at - begin * strips) % count;
    const std::int64_t taken = end - at < count - first ? end - at : count - first;
    f(row, strip, begin + first, begin + first + taken);
    at += taken;
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET
