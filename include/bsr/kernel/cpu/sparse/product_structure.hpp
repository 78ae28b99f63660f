// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Where the product of two sparse matrices has blocks.
#include <cstdint>
#include <limits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/sparse/column_set.hpp"
#include "bsr/kernel/cpu/sparse/rows.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/growing_buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// The columns of one row of a * b.
template <index Index>
class product_row {
 public:
  product_row(const index_view<Index>& a, const index_view<Index>& b, const column_words<Index>& rows)
      : a_(a), b_(b), rows_(rows), set_(b.cols) {}

  /// Collects the columns of row i; returns how many there are at most.
  std::int64_t collect(std::int64_t i) {
    Index low = (std::numeric_limits<Index>::max)(), high = -1;
    std::int64_t entries = 0;
    for (std::int64_t p = a_.indptr[i]; p < a_.indptr[i + 1]; ++p) {
      const auto& row = rows_.rows[a_.indices[p]];
      if (!rows_.by_words) {  // rows that lie anywhere
        __builtin_prefetch(b_.indices + row.first);
        __builtin_prefetch(b_.indices + row.first + 16);
      }
      low = row.low < low ? row.low : low;
      high = row.high > high ? row.high : high;
      entries += row.end - row.first;
    }
    low_ = low;
    high_ = high;
    // Going through a word costs about a tenth of sorting one.
    close_ = (std::int64_t{high_} - low_) / 8 <= entries;
    if (close_)
      insert(i, [this](auto... column) { set_.mark(column...); });
    else
      insert(i, [this](auto... column) { set_.insert(column...); });
    const std::int64_t most = rows_.by_words ? entries * 64 : entries;
    return most < b_.cols ? most : b_.cols;
  }
  /// Writes them, as column_set::take() does.
  Index* take(Index* out) {
    if (!close_) return set_.take(out);
    return low_ > high_ ? out : set_.take_between(low_, high_, out);
  }

 private:
  template <class Insert>
  BSR_INLINE void insert(std::int64_t i, const Insert& insert) {
    const Index* const columns = b_.indices;
    const Index* const words = rows_.words.data();
    const std::uint64_t* const masks = rows_.masks.data();
    if (rows_.by_words)
      for_each_entry(i, [&](std::int64_t q) { insert(words[q], masks[q]); });
    else
      for_each_entry(i, [&](std::int64_t q) { insert(columns[q]); });
  }
  template <class F>
  BSR_INLINE void for_each_entry(std::int64_t i, const F& f) {
    const auto* const rows = rows_.rows.data();
    const std::int64_t last = a_.indptr[i + 1];
    for (std::int64_t p = a_.indptr[i]; p < last; ++p) {
      const std::int64_t end = rows[a_.indices[p]].end;
      for (std::int64_t q = rows[a_.indices[p]].first; q < end; ++q) f(q);
    }
  }

  const index_view<Index>& a_;
  const index_view<Index>& b_;
  const column_words<Index>& rows_;
  column_set<Index> set_;
  Index low_ = 0, high_ = -1;
  bool close_ = true;
};

/// indptr and indices of the product's rows: every block row sorted, each column once. O(products of blocks).
/// Throws shape_error when the index type cannot count the blocks.
template <index Index>
std::pair<buffer<Index>, buffer<Index>> product_structure(const cpu& policy, const index_view<Index>& a,
                                                          const index_view<Index>& b) {
  using columns = storage_detail::growing_buffer<Index>;
  struct part {
    columns found;
    std::int64_t count = 0;
  };
  buffer<Index> indptr(a.rows + 1);
  buffer<std::int64_t> ends(a.rows, uninitialized);
  const row_shares shares(policy, a.rows, std::int64_t{a.indptr[a.rows]} * 32);
  // Few; each chunk has its own memory, made by the thread that fills it.
  struct parts_owner {
    part* data;
    explicit parts_owner(int n) : data(new part[static_cast<std::size_t>(n)]) {}
    parts_owner(const parts_owner&) = delete;
    parts_owner& operator=(const parts_owner&) = delete;
    ~parts_owner() { delete[] data; }
  } parts(shares.chunks);
  const column_words<Index> rows(b.indptr, b.indices, b.rows);
  for_each_piece(policy, shares.workers, [&](int worker) {
    product_row<Index> row(a, b, rows);
    shares.of(worker, [&](int chunk, std::int64_t begin, std::int64_t last) {
      part& mine = parts.data[chunk];
      for (std::int64_t i = begin; i < last; ++i) {
        const std::int64_t most = row.collect(i) + list_slack;
        mine.found.reserve(mine.count, most, i - begin + 1, last - begin);
        mine.count = row.take(mine.found.data() + mine.count) - mine.found.data();
        ends[i] = mine.count;
      }
    });
  });
  std::int64_t total = 0;
  for (int chunk = 0; chunk < shares.chunks; ++chunk) {
    const std::int64_t last = share(a.rows, chunk + 1, shares.chunks);
    if (total + parts.data[chunk].count > (std::numeric_limits<Index>::max)())
      fail<shape_error>("bsr: a * b: the product has more than ", (std::numeric_limits<Index>::max)(),
                        " blocks, which its index type cannot count. Use std::int64_t for the indices.");
    for (std::int64_t i = share(a.rows, chunk, shares.chunks); i < last; ++i)
      indptr[i + 1] = static_cast<Index>(total + ends[i]);
    total += parts.data[chunk].count;
  }
  if (shares.chunks == 1) return {std::move(indptr), parts.data[0].found.take(total)};
  buffer<Index> indices(total, uninitialized);
  Index* to = indices.data();
  for (int chunk = 0; chunk < shares.chunks; ++chunk) {
    const Index* const from = parts.data[chunk].found.data();
    for (std::int64_t k = 0; k < parts.data[chunk].count; ++k) to[k] = from[k];
    to += parts.data[chunk].count;
  }
  return {std::move(indptr), std::move(indices)};
}

/// Whether every block of the product has a place in c. Rows of c may be unsorted.
template <index Index>
bool holds_product(const index_view<Index>& a, const index_view<Index>& b, const index_view<Index>& c) {
  buffer<std::int64_t> seen(b.cols);  // row + 1 for the columns of that row of c
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t k = c.indptr[i]; k < c.indptr[i + 1]; ++k) seen[c.indices[k]] = i + 1;
    for (std::int64_t p = a.indptr[i]; p < a.indptr[i + 1]; ++p)
      for (std::int64_t q = b.indptr[a.indices[p]]; q < b.indptr[a.indices[p] + 1]; ++q)
        if (seen[b.indices[q]] != i + 1) return false;
  }
  return true;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
