// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Scattered (row, column, value) triplets into blocks.
#include <cstdint>
#include <limits>

#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/assemble.hpp"
#include "bsr/convert/divider.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/coo.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Entries put into groups, in each group in their old order: group i is order[begin[i]] .. order[begin[i +
/// 1] - 1].
template <index Position>
struct grouping {
  buffer<Position> begin;
  buffer<Position> order;
};

/// Groups `count` entries by group_of(k) in [0, groups). O(count + groups).
template <index Position, class GroupOf>
grouping<Position> group_entries(std::int64_t count, std::int64_t groups, const GroupOf& group_of) {
  grouping<Position> result{buffer<Position>(groups + 1), buffer<Position>(count, uninitialized)};
  // begin[i + 1] first counts group i, then says where its next entry goes, and in the end is where group i +
  // 1 begins.
  auto* const next = result.begin.data() + 1;
  for (std::int64_t k = 0; k < count; ++k) ++next[group_of(k)];
  Position sum = 0;
  for (std::int64_t i = 0; i < groups; ++i) {
    const Position size = next[i];
    next[i] = sum;
    sum += size;
  }
  for (std::int64_t k = 0; k < count; ++k) result.order[next[group_of(k)]++] = static_cast<Position>(k);
  return result;
}

/// Calls f with a zero of the narrowest index type that can number `count` entries.
template <class F>
auto with_position(std::int64_t count, const F& f) {
  return count <= (std::numeric_limits<std::int32_t>::max)() ? f(std::int32_t{0}) : f(std::int64_t{0});
}

/// A source for assemble(): the entries of a coordinate matrix, grouped by block row.
template <class T, index Index, index From, index Position, int R, int C>
struct triplet_source {
  const coo_view<const T, From>& a;
  const grouping<Position>& groups;
  const divider<R, From>& rows;
  const divider<C, From>& cols;

  std::int64_t count(std::int64_t i) const { return std::int64_t{groups.begin[i + 1]} - groups.begin[i]; }
  template <class F>
  void columns(std::int64_t i, const F& f) const {
    const From* const col = a.col().data();
    for (Position p = groups.begin[i]; p < groups.begin[i + 1]; ++p)
      f(static_cast<Index>(cols(col[groups.order[p]])));
  }
  template <class At>
  void add(std::int64_t i, const At& at) const {
    const From* const row = a.row().data();
    const From* const col = a.col().data();
    const T* const data = a.data().data();
    const std::int64_t first_row = i * rows.value();
    for (Position p = groups.begin[i]; p < groups.begin[i + 1]; ++p) {
      const std::int64_t k = groups.order[p];
      const From j = cols(col[k]);
      T& element =
          at(static_cast<Index>(j))[(row[k] - first_row) * cols.value() + (col[k] - j * cols.value())];
      element = bsr::add(element, data[k]);
    }
  }
};

/// The blocks of a coordinate matrix, whose format is checked here: sorted, duplicates added up in the order
/// of the entries.
template <int R, int C, index Index, class T, class From>
block_arrays<T, Index> assemble_triplets(const char* who, const coo_view<const T, From>& a,
                                         extent<R> block_rows, extent<C> block_cols) {
  check_format_for(who, a, checks::full);
  const divider<R, From> rows(block_rows.value());
  const divider<C, From> cols(block_cols.value());
  const std::int64_t m = storage_detail::ceil_div(a.rows(), block_rows.value());
  const std::int64_t n = storage_detail::ceil_div(a.cols(), block_cols.value());
  return with_position(a.nnz(), [&](auto zero) {
    using Position = decltype(zero);
    const From* const row = a.row().data();
    const auto groups = group_entries<Position>(a.nnz(), m, [&](std::int64_t k) { return rows(row[k]); });
    const triplet_source<T, Index, From, Position, R, C> source{a, groups, rows, cols};
    return assemble<block_order::sorted, T, Index>(who, m, n, block_rows, block_cols, source);
  });
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
