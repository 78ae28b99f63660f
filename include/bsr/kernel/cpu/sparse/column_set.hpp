// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The columns of one row of a sparse result, each once and in order.
#include <bit>
#include <cstdint>
#include <limits>
#include <utility>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/bits.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// A set of columns: takes them in any order, as often as they come, and gives them back once and sorted.
/// Columns are bits of words of 64: neighbours enter and leave together. Memory: 0.3 bytes a column.
///
/// There are two ways. Columns from anywhere: insert(), then take(). Columns of which it is known between
/// which words they lie, and that there are many of them there: mark(), then take_between(), which looks at
/// every word.
template <index Index>
class column_set {
 public:
  explicit column_set(std::int64_t cols)
      : bits_(cols / 64 + 1),
        used_(cols / 64 + 2 + list_slack, uninitialized),
        masks_(cols / 64 + 1 + list_slack, uninitialized),
        groups_(cols / 4096 + 1) {}

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
  /// How many words hold inserted columns: there are at most 64 times as many columns.
  BSR_INLINE std::int64_t words() const { return count_; }

  /// Writes the inserted columns to `out`, overwriting up to list_slack elements behind the last, and empties
  /// the set; returns the end. O(columns + words) when columns are close to each other, never worse than
  /// O(columns + words + all columns / 4096).
  Index* take(Index* out) {
    sort_words();
    std::uint64_t* const bits = bits_.data();
    for (std::int64_t n = 0; n < count_; ++n) {
      const Index w = used_[n];
      out = list_bits(std::exchange(bits[w], 0), static_cast<Index>(w << 6), out);
    }
    count_ = 0;
    return out;
  }

  BSR_INLINE void mark(Index w, std::uint64_t mask) { bits_.data()[w] |= mask; }
  BSR_INLINE void mark(Index column) {
    mark(static_cast<Index>(column >> 6), std::uint64_t{1} << (column & 63));
  }
  /// Writes the marked columns, which all lie in the words low ... high, to `out`, as take() does. O(columns
  /// + words).
  Index* take_between(Index low, Index high, Index* out) {
    Index* const numbers = used_.data();
    std::uint64_t* const masks = masks_.data();
    const std::int64_t n = list_words(bits_.data() + low, std::int64_t{high} - low + 1, numbers, masks);
    for (std::int64_t k = 0; k < n; ++k)
      out = list_bits(masks[k], static_cast<Index>((low + numbers[k]) << 6), out);
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
  buffer<std::uint64_t> masks_;   // what they hold, in take_between
  buffer<std::uint64_t> groups_;  // zero but in sort_words
  std::int64_t count_ = 0;
};

/// The rows of a matrix as column_set takes them: where each one lies, and, where neighbouring columns are
/// many, words of 64 columns.
template <index Index>
struct column_words {
  struct row {
    std::int64_t first, end;  ///< its entries in `words`, or in the matrix
    Index low, high;          ///< between which words its columns lie; low > high in an empty row
  };
  buffer<row> rows;
  bool by_words;  ///< whether `words` and `masks` are there
  buffer<Index> words;
  buffer<std::uint64_t> masks;

  /// Of `count` rows of indptr and indices. O(entries).
  column_words(const Index* indptr, const Index* indices, std::int64_t count) : rows(count, uninitialized) {
    std::int64_t changes = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      Index low = (std::numeric_limits<Index>::max)(), high = -1, last = -1;
      for (Index k = indptr[i]; k < indptr[i + 1]; ++k) {
        const auto w = static_cast<Index>(indices[k] >> 6);
        low = w < low ? w : low;
        high = w > high ? w : high;
        changes += w != last;
        last = w;
      }
      rows[i] = {indptr[i], indptr[i + 1], low, high};
    }
    by_words = changes <= indptr[count] - indptr[count] / 4;
    if (by_words) gather(indptr, indices, changes);
  }

 private:
  void gather(const Index* indptr, const Index* indices, std::int64_t changes) {
    words = buffer<Index>(changes, uninitialized);
    masks = buffer<std::uint64_t>(changes, uninitialized);
    std::int64_t n = 0;
    for (std::int64_t i = 0; i < rows.size(); ++i) {
      const std::int64_t first = n;
      for (Index k = indptr[i]; k < indptr[i + 1]; ++k) {
        const auto w = static_cast<Index>(indices[k] >> 6);
        const std::uint64_t bit = std::uint64_t{1} << (indices[k] & 63);
        if (n > first && words[n - 1] == w) {
          masks[n - 1] |= bit;
        } else {
          words[n] = w;
          masks[n++] = bit;
        }
      }
      rows[i].first = first;
      rows[i].end = n;
    }
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
