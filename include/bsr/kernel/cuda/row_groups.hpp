// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Block rows that share the dense operand.
//
// A product of one block row needs, for every block, the C rows of B that belong to its column; bringing them
// to the multiprocessor costs more than multiplying when blocks are low. So `rows_of_group` consecutive block
// rows are a group, and a group goes through the union of their block columns in ascending order, one step
// for each: the rows of B come once, and every block of the group in that column uses them. Nothing is
// multiplied that is not stored.
#include <cstdint>
#include <limits>
#include <span>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/isa.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// The steps of all groups, one group after the other.
///   begin[g] <= s < begin[g + 1]     the steps of group g, in ascending order of columns
///   columns[s]                       the block column of step s
///   blocks[s * rows_of_group + j]    the block of block row g * rows_of_group + j there, or -1: its index in
///                                    the matrix's data
/// A column appears again where a block row stores it more than once. For each block row the blocks come in
/// ascending order of columns, repeated ones as they are stored.
struct row_groups {
  int rows_of_group = 1;
  buffer<std::int32_t> begin;
  buffer<std::int32_t> columns;
  buffer<std::int32_t> blocks;

  std::int64_t size() const { return begin.empty() ? 0 : begin.size() - 1; }
  std::int64_t steps() const { return columns.size(); }
};

namespace detail {

/// A stored block of a group: the key orders by column, then by how often the column has come before in its
/// row.
struct group_entry {
  std::int64_t column;
  std::int32_t repetition;
  std::int32_t row;
  std::int32_t block;
  bool before(const group_entry& other) const {
    return column != other.column ? column < other.column : repetition < other.repetition;
  }
};

/// Stable, n log n, and n when sorted already.
inline void sort_entries(group_entry* entries, group_entry* other, std::int64_t n) {
  group_entry* from = entries;
  group_entry* to = other;
  for (std::int64_t width = 1; width < n; width *= 2) {
    for (std::int64_t first = 0; first < n; first += 2 * width) {
      const std::int64_t middle = first + width < n ? first + width : n;
      const std::int64_t last = first + 2 * width < n ? first + 2 * width : n;
      std::int64_t left = first;
      std::int64_t right = middle;
      for (std::int64_t k = first; k < last; ++k)
        to[k] = right == last || (left < middle && !from[right].before(from[left])) ? from[left++]
                                                                                    : from[right++];
    }
    group_entry* const swapped = from;
    from = to;
    to = swapped;
  }
  if (from != entries)
    for (std::int64_t k = 0; k < n; ++k) entries[k] = from[k];
}

}  // namespace detail

/// The groups of a pattern with indices[indptr[i]] .. indices[indptr[i + 1] - 1] in block row i, in any order
/// and possibly repeated. O(b log b) for b blocks. Throws shape_error when blocks or steps are more than
/// 32-bit indices can count.
template <class Index>
row_groups make_row_groups(std::span<const Index> indices, std::span<const Index> indptr, int rows_of_group) {
  constexpr std::int64_t limit = (std::numeric_limits<std::int32_t>::max)();
  const auto rows = static_cast<std::int64_t>(indptr.size()) - 1;
  const std::int64_t groups = (rows + rows_of_group - 1) / rows_of_group;
  const auto row_start = [&](std::int64_t i) {
    return static_cast<std::int64_t>(indptr[static_cast<std::size_t>(i < rows ? i : rows)]);
  };
  const std::int64_t blocks = rows > 0 ? row_start(rows) : 0;
  if (blocks > limit / rows_of_group || groups >= limit)
    fail<shape_error>("bsr: a plan for CUDA: ", blocks, " blocks in ", rows,
                      " block rows are more than its 32-bit indices can count.");

  std::int64_t largest = 0;
  for (std::int64_t g = 0; g < groups; ++g) {
    const std::int64_t here = row_start((g + 1) * rows_of_group) - row_start(g * rows_of_group);
    if (here > largest) largest = here;
  }
  buffer<detail::group_entry> entries(largest, uninitialized);
  buffer<detail::group_entry> spare(largest, uninitialized);

  row_groups result;
  result.rows_of_group = rows_of_group;
  result.begin = buffer<std::int32_t>(groups + 1, uninitialized);
  result.columns = buffer<std::int32_t>(blocks, uninitialized);
  result.blocks = buffer<std::int32_t>(blocks * rows_of_group, uninitialized);
  result.begin[0] = 0;
  std::int64_t step = 0;
  for (std::int64_t g = 0; g < groups; ++g) {
    const std::int64_t first_row = g * rows_of_group;
    const std::int64_t last_row = first_row + rows_of_group < rows ? first_row + rows_of_group : rows;
    std::int64_t n = 0;
    for (std::int64_t row = first_row; row < last_row; ++row) {
      // A row sorted by itself first, so that repetitions can be counted.
      const std::int64_t start = n;
      bool sorted = true;
      for (std::int64_t k = row_start(row); k < row_start(row + 1); ++k) {
        entries[n] = {static_cast<std::int64_t>(indices[static_cast<std::size_t>(k)]), 0,
                      static_cast<std::int32_t>(row - first_row), static_cast<std::int32_t>(k)};
        sorted = sorted && (n == start || entries[n - 1].column <= entries[n].column);
        ++n;
      }
      if (!sorted) detail::sort_entries(entries.data() + start, spare.data(), n - start);
      for (std::int64_t k = start + 1; k < n; ++k)
        if (entries[k].column == entries[k - 1].column) entries[k].repetition = entries[k - 1].repetition + 1;
    }
    detail::sort_entries(entries.data(), spare.data(), n);
    for (std::int64_t k = 0; k < n; ++k) {
      if (k == 0 || entries[k - 1].before(entries[k])) {
        result.columns[step] = static_cast<std::int32_t>(entries[k].column);
        for (int j = 0; j < rows_of_group; ++j) result.blocks[step * rows_of_group + j] = -1;
        ++step;
      }
      result.blocks[(step - 1) * rows_of_group + entries[k].row] = entries[k].block;
    }
    result.begin[g + 1] = static_cast<std::int32_t>(step);
  }
  result.columns.truncate(step);
  result.blocks.truncate(step * rows_of_group);
  return result;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
