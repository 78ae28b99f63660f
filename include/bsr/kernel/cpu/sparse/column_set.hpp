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

/// A set of columns: takes them in any order, as often as they come, and gives them back once and sorted.
/// Columns are bits of words of 64: neighbours enter and leave together. Memory: 0.2 bytes a column.
template <index Index>
class column_set {
 public:
  explicit column_set(std::int64_t cols)
      : bits_(cols / 64 + 1), used_(cols / 64 + 2, uninitialized), groups_(cols / 4096 + 1) {}

  /// The columns of `mask`, which is not zero, in word `w`. Without a branch, because nobody can foresee
  /// which words are new.
  BSR_INLINE void insert(Index w, std::uint64_t mask) {
    std::uint64_t& bits = bits_.data()[w];
    const std::uint64_t before = bits;
    used_.data()[count_] = w;
    count_ += before == 0;
    bits = before | mask;
  }
  BSR_INLINE void insert(Index column) {
    insert(static_cast<Index>(column >> 6), std::uint64_t{1} << (column & 63));
  }
  /// How many words hold columns: there are at most 64 times as many columns.
  BSR_INLINE std::int64_t words() const { return count_; }

  /// Writes the columns to `out` and empties the set; returns the end. O(columns + words) when columns are
  /// close to each other, never worse than O(columns + words + all columns / 4096).
  Index* take(Index* out) {
    sort_words();
    std::uint64_t* const bits = bits_.data();
    for (std::int64_t n = 0; n < count_; ++n) {
      const Index w = used_[n];
      for (std::uint64_t left = std::exchange(bits[w], 0); left != 0; left &= left - 1)
        *out++ = static_cast<Index>((w << 6) + std::countr_zero(left));
    }
    count_ = 0;
    return out;
  }

 private:
  void sort_words() {
    Index* const first = used_.data();
    Index* const last = first + count_;
    if (count_ <= 16) {
      for (Index* i = first; i != last; ++i) {
        const Index x = *i;
        Index* to = i;
        for (; to != first && to[-1] > x; --to) *to = to[-1];
        *to = x;
      }
      return;
    }
    std::uint64_t* const groups = groups_.data();
    Index low = first[0], high = first[0];
    for (const Index* i = first; i != last; ++i) {
      groups[*i >> 6] |= std::uint64_t{1} << (*i & 63);
      low = *i < low ? *i : low;
      high = *i > high ? *i : high;
    }
    Index* to = first;
    for (Index g = low >> 6; g <= high >> 6; ++g)
      for (std::uint64_t left = std::exchange(groups[g], 0); left != 0; left &= left - 1)
        *to++ = static_cast<Index>((g << 6) + std::countr_zero(left));
  }

  buffer<std::uint64_t> bits_;    // zero where there is no column
  buffer<Index> used_;            // the words that are not zero, count_ of them
  buffer<std::uint64_t> groups_;  // zero but in sort_words
  std::int64_t count_ = 0;
};

/// The rows of a matrix as words of 64 columns, for column_set.
template <index Index>
struct column_words {
  buffer<std::int64_t> indptr;
  buffer<Index> words;
  buffer<std::uint64_t> masks;

  /// Of `rows` rows of indptr and indices. O(entries).
  column_words(const Index* from, const Index* indices, std::int64_t rows)
      : indptr(rows + 1, uninitialized), words(from[rows], uninitialized), masks(from[rows], uninitialized) {
    std::int64_t n = 0;
    indptr[0] = 0;
    for (std::int64_t i = 0; i < rows; ++i) {
      const std::int64_t first = n;
      for (Index k = from[i]; k < from[i + 1]; ++k) {
        const auto w = static_cast<Index>(indices[k] >> 6);
        const std::uint64_t bit = std::uint64_t{1} << (indices[k] & 63);
        if (n > first && words[n - 1] == w) {
          masks[n - 1] |= bit;
        } else {
          words[n] = w;
          masks[n++] = bit;
        }
      }
      indptr[i + 1] = n;
    }
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
