// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Cuts a sparse matrix into pieces of equal work. Nothing is stored: every piece computes where it starts and
// ends.
#include <cstdint>

#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// A strip of rows of a block row.
struct strip_position {
  std::int64_t block_row = 0;
  std::int64_t strip = 0;
  bool operator==(const strip_position&) const = default;
};

/// The strip behind `s`, of so many in a block row.
BSR_INLINE constexpr strip_position next_strip(strip_position s, std::int64_t strips) {
  return s.strip + 1 == strips ? strip_position{s.block_row + 1, 0}
                               : strip_position{s.block_row, s.strip + 1};
}

/// Strips [first, last) of panels [first_panel, last_panel).
struct strip_range {
  strip_position first, last;
  std::int64_t first_panel, last_panel;
};

/// part * whole / parts without overflow, for 0 <= part <= parts < 2^31.
BSR_INLINE constexpr std::int64_t share(std::int64_t whole, std::int64_t part, std::int64_t parts) {
  return whole / parts * part + whole % parts * part / parts;
}

/// Work of a block-sparse-row matrix in strips: a block row weighs one plus `block_weight` for each of its
/// blocks (a row without blocks is stored, too), and its `strips` strips weigh the same.
template <class Index>
class strip_schedule {
 public:
  BSR_INLINE strip_schedule(const Index* indptr, std::int64_t block_rows, std::int64_t strips,
                            std::int64_t block_weight = 1)
      : indptr_(indptr), block_rows_(block_rows), strips_(strips), block_weight_(block_weight) {}

  BSR_INLINE std::int64_t block_rows() const { return block_rows_; }
  BSR_INLINE std::int64_t strips() const { return strips_; }
  BSR_INLINE std::int64_t total() const { return weight_before(block_rows_) * strips_; }
  BSR_INLINE strip_position begin() const { return {0, 0}; }
  BSR_INLINE strip_position end() const { return {block_rows_, 0}; }
  BSR_INLINE strip_position next(strip_position s) const { return next_strip(s, strips_); }

  /// The strip in which the weight `target` is reached, 0 <= target <= total(). O(log block_rows).
  strip_position at(std::int64_t target) const {
    std::int64_t low = 0, high = block_rows_;  // weight_before(low) * strips <= target
    while (low < high) {
      const std::int64_t middle = low + (high - low + 1) / 2;
      if (weight_before(middle) * strips_ <= target)
        low = middle;
      else
        high = middle - 1;
    }
    if (low == block_rows_) return end();
    const std::int64_t weight = weight_before(low + 1) - weight_before(low);
    return {low, (target - weight_before(low) * strips_) / weight};
  }

 private:
  BSR_INLINE std::int64_t weight_before(std::int64_t block_row) const {
    return static_cast<std::int64_t>(indptr_[block_row]) * block_weight_ + block_row;
  }
  const Index* indptr_;
  std::int64_t block_rows_;
  std::int64_t strips_;
  std::int64_t block_weight_;
};

/// The weight of a block beside that of a strip without blocks in SpMM: storing a strip takes about as long
/// as 8 columns of a block.
BSR_INLINE constexpr std::int64_t spmm_block_weight(std::int64_t block_cols) {
  return block_cols < 16 ? 1 : block_cols / 8;
}

/// Cuts strips x panels into `pieces` of equal work and calls f(strip_range) for the ranges of piece number
/// `piece`, which are three at most. Strips are cut while there are many; else, and with
/// `by_panel`, which is for work that is done for a panel as a whole, panels are cut first.
template <class Index, class F>
BSR_INLINE void for_each_range(const strip_schedule<Index>& rows, std::int64_t panels, int piece, int pieces,
                               const F& f, bool by_panel = false) {
  if (pieces == 1) return f(strip_range{rows.begin(), rows.end(), 0, panels});
  // With 8 strips for each piece an unlucky cut costs 1/8 of a piece at most.
  const std::int64_t groups =
      !by_panel && rows.block_rows() * rows.strips() >= std::int64_t{8} * pieces ? 1 : panels;
  const std::int64_t each = rows.total();
  const std::int64_t first = share(each * groups, piece, pieces),
                     last = share(each * groups, piece + 1, pieces);
  if (first == last || each == 0) return;
  std::int64_t group = first / each;
  const std::int64_t last_group = last / each;
  const auto panel = [&](std::int64_t g) { return share(panels, g, groups); };
  strip_position from = rows.at(first - group * each);
  if (group < last_group && from != rows.begin()) {
    f(strip_range{from, rows.end(), panel(group), panel(group + 1)});
    from = rows.begin();
    ++group;
  }
  if (group < last_group) f(strip_range{from, rows.end(), panel(group), panel(last_group)});
  const strip_position to = rows.at(last - last_group * each);
  if (from != to) f(strip_range{from, to, panel(last_group), panel(last_group + 1)});
}

}  // namespace bsr::inline v0::inline BSR_TARGET
