// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What a plan of a product with a half-stored symmetric matrix owns on the CPU: sums that strips of its block
// rows keep apart, so that threads write to nothing in common.
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Block rows cut into strips of about as many blocks. A strip has a sum for every row that its blocks reach,
/// by their rows or by their columns: of block rows [low, high), from sums + offset on. How many strips there
/// are depends on the structure alone, not on threads, and so does the order of all additions.
template <class T, class Index>
class symmetric_workspace {
 public:
  struct strip {
    std::int64_t first, last;  ///< block rows
    std::int64_t low, high;    ///< block rows that are reached
    std::int64_t offset;       ///< in sums()
  };

  template <class Pattern>
  explicit symmetric_workspace(const Pattern& a) {
    update(a);
  }
  symmetric_workspace(symmetric_workspace&&) = default;
  symmetric_workspace& operator=(symmetric_workspace&&) = default;

  /// Made anew for a structure. O(blocks); allocates when there are more sums than ever before.
  template <class Pattern>
  void update(const Pattern& a) {
    const std::int64_t size = a.blocksize().rows, blocks = a.num_blocks();
    const Index* const indptr = a.indptr().data();
    const Index* const indices = a.indices().data();
    const strip_schedule<Index> schedule(indptr, a.block_rows(), 1);
    count_ = most;
    while (count_ > 1 && blocks < count_ * least_blocks) count_ /= 2;
    for (int s = 0; s < count_; ++s) {
      strip& t = strips_[s];
      t.first = schedule.at(share(schedule.total(), s, count_)).block_row;
      t.last =
          s + 1 == count_ ? a.block_rows() : schedule.at(share(schedule.total(), s + 1, count_)).block_row;
      t.low = t.first;
      t.high = t.last;
      for (std::int64_t k = indptr[t.first]; k < indptr[t.last]; ++k) {
        if (indices[k] < t.low) t.low = indices[k];
        if (indices[k] >= t.high) t.high = static_cast<std::int64_t>(indices[k]) + 1;
      }
    }
    // A sum is cleared, added to and added up; together they should not travel further than the blocks.
    while (count_ > least && 3 * sum_rows() > blocks * size / 4) {
      count_ /= 2;
      for (int s = 0; s < count_; ++s) {
        const strip &a0 = strips_[2 * s], &a1 = strips_[2 * s + 1];
        strips_[s] = {a0.first, a1.last, a0.low < a1.low ? a0.low : a1.low,
                      a0.high > a1.high ? a0.high : a1.high, 0};
      }
    }
    std::int64_t offset = 0;
    for (int s = 0; s < count_; ++s) {
      strips_[s].offset = offset;
      offset += ((strips_[s].high - strips_[s].low) * size + line - 1) / line * line;
    }
    if (sums_.size() < offset) sums_ = buffer<T>(offset, uninitialized);
  }

  int strips() const { return count_; }
  const strip& operator[](int s) const { return strips_[s]; }
  T* sums(int s) { return sums_.data() + strips_[s].offset; }

 private:
  static constexpr int most = 64, least = 4;
  static constexpr std::int64_t least_blocks = 256, line = 64 / static_cast<std::int64_t>(sizeof(T));

  std::int64_t sum_rows() const {
    std::int64_t rows = 0;
    for (int s = 0; s < count_; ++s) rows += strips_[s].high - strips_[s].low;
    return rows;
  }

  int count_ = 0;
  strip strips_[most] = {};
  buffer<T> sums_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET
