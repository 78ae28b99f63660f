// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The columns of one row of a sparse result, each once and in order.
#include <bit>
#include <cstdint>
#include <utility>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// A set of columns of one row: collects each once, gives them back in order. Memory: 4 bytes a column.
template <index Index>
class column_set {
 public:
  explicit column_set(std::int64_t cols) : seen_(cols), words_(cols / 64 + 1), summary_(cols / 4096 + 1) {}

  /// An empty set.
  BSR_INLINE void clear() {
    if (++now_ != 0) return;
    for (std::uint32_t& s : seen_) s = 0;
    now_ = 1;
  }
  /// Appends to `out` the columns [first, last) that were not there; returns the end of `out`. Writes one
  /// element beyond it. Without a branch, because nobody can foresee which columns are new.
  BSR_INLINE Index* insert(const Index* first, const Index* last, Index* out) {
    std::uint32_t* const seen = seen_.data();
    const std::uint32_t now = now_;
    for (; first != last; ++first) {
      const Index j = *first;
      *out = j;
      out += seen[j] != now;
      seen[j] = now;
    }
    return out;
  }
  /// Sorts columns that are all different. O(n) when they are close to each other, never worse than
  /// O(n + columns / 4096).
  void sort(Index* first, Index* last) {
    if (last - first <= 12) {
      for (Index* i = first; i != last; ++i) {
        const Index x = *i;
        Index* to = i;
        for (; to != first && to[-1] > x; --to) *to = to[-1];
        *to = x;
      }
      return;
    }
    std::uint64_t* const words = words_.data();
    std::uint64_t* const summary = summary_.data();
    std::uint64_t low = ~std::uint64_t{0}, high = 0;
    for (Index* i = first; i != last; ++i) {
      const auto j = static_cast<std::uint64_t>(*i);
      words[j >> 6] |= std::uint64_t{1} << (j & 63);
      summary[j >> 12] |= std::uint64_t{1} << (j >> 6 & 63);
      low = j < low ? j : low;
      high = j > high ? j : high;
    }
    for (std::uint64_t s = low >> 12; s <= high >> 12; ++s) {
      std::uint64_t groups = std::exchange(summary[s], 0);
      for (; groups != 0; groups &= groups - 1) {
        const std::uint64_t w = s << 6 | static_cast<std::uint64_t>(std::countr_zero(groups));
        std::uint64_t bits = std::exchange(words[w], 0);
        for (; bits != 0; bits &= bits - 1)
          *first++ = static_cast<Index>(w << 6 | static_cast<std::uint64_t>(std::countr_zero(bits)));
      }
    }
  }

 private:
  buffer<std::uint32_t> seen_;
  buffer<std::uint64_t> words_;
  buffer<std::uint64_t> summary_;
  std::uint32_t now_ = 0;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
