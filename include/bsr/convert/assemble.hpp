// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The engine of every conversion that gathers scattered elements into blocks.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/growing_buffer.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// The three arrays of a matrix in the making.
template <class T, index Index>
struct block_arrays {
  using value_type = T;
  using index_type = Index;
  buffer<T> data;
  buffer<Index> indices;
  buffer<Index> indptr;
};

/// In which order the blocks of a block row are stored.
enum class block_order { first_appearance, sorted };

template <class Source, class Index>
concept knows_full_blocks =
    requires(const Source& source, Index* out) { source.full_blocks(std::int64_t{}, out); };

/// Adds up what `source` contributes to each block. `source` answers for a block row i, as often as it is
/// asked:
///   source.count(i)        an upper bound of its contributions;
///   source.columns(i, f)   calls f(block column) for every contribution, in order;
///   source.add(i, at)      adds every contribution, in order, to the row-major block at(block column), zero
///   at first.
/// and may answer, where block rows of full blocks can be told cheaply:
///   source.full_blocks(i, out)     writes the block columns of block row i, each larger than the one before,
///   to out and returns their number if every element of every block has exactly one contribution, else -1;
///   source.copy_full(i, count, to) then writes the elements of those blocks.
/// Duplicates add up, a block appears once. Two passes over the source; O(contributions + block columns +
/// stored elements), when sorted plus b log b for the b blocks of each row.
template <block_order Order, class T, index Index, int R, int C, class Source>
block_arrays<T, Index> assemble(const char* who, std::int64_t block_rows, std::int64_t block_cols,
                                extent<R> rows, extent<C> cols, const Source& source) {
  check_range_fits<Index>(who, block_cols, "block columns");
  block_arrays<T, Index> result;
  result.indptr = buffer<Index>(block_rows + 1, uninitialized);
  result.indptr[0] = 0;

  // The place of a block column's block; it counts only when it lies in the present block row.
  buffer<Index> place(block_cols, uninitialized);
  for (std::int64_t j = 0; j < block_cols; ++j) place[j] = -1;

  // Which block rows consist of full blocks.
  constexpr bool may_be_full = knows_full_blocks<Source, Index>;
  buffer<std::uint8_t> full(may_be_full ? block_rows : 0, uninitialized);

  storage_detail::growing_buffer<Index> found;
  std::int64_t num_blocks = 0;
  for (std::int64_t i = 0; i < block_rows; ++i) {
    const std::int64_t begin = num_blocks;
    found.reserve(begin, (std::min)(source.count(i), block_cols));
    Index* const out = found.data();
    if constexpr (may_be_full) {
      const std::int64_t count = source.full_blocks(i, out + begin);
      full[i] = count >= 0;
      if (count >= 0) {
        num_blocks += count;
        check_count_fits<Index>(who, num_blocks, "blocks");
        result.indptr[i + 1] = static_cast<Index>(num_blocks);
        continue;
      }
    }
    source.columns(i, [&](Index j) {
      if (place[j] < begin) {
        place[j] =
            static_cast<Index>((std::min<std::int64_t>)(num_blocks, (std::numeric_limits<Index>::max)()));
        out[num_blocks++] = j;
      }
    });
    check_count_fits<Index>(who, num_blocks, "blocks");
    if constexpr (Order == block_order::sorted)
      std::sort(out + begin, out + num_blocks, [](Index a, Index b) { return a < b; });
    result.indptr[i + 1] = static_cast<Index>(num_blocks);
  }
  result.indices = buffer<Index>(num_blocks, uninitialized);
  if (num_blocks > 0)
    std::memcpy(result.indices.data(), found.data(), static_cast<std::size_t>(num_blocks) * sizeof(Index));

  const std::int64_t area = rows.value() * cols.value();
  result.data = buffer<T>(storage_detail::count_elements(who, num_blocks, dims(rows.value(), cols.value())),
                          uninitialized);
  T* const data = result.data.data();
  for (std::int64_t i = 0; i < block_rows; ++i) {
    const std::int64_t begin = result.indptr[i];
    const std::int64_t end = result.indptr[i + 1];
    if (begin == end) continue;
    if constexpr (may_be_full)
      if (full[i] != 0) {
        source.copy_full(i, end - begin, data + begin * area);
        continue;
      }
    for (std::int64_t k = begin; k < end; ++k) place[result.indices[k]] = static_cast<Index>(k);
    for (std::int64_t k = begin * area; k < end * area; ++k) data[k] = T{};
    source.add(i, [&](Index j) { return data + place[j] * area; });
  }
  return result;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
