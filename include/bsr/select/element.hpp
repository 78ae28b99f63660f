// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// One element, one block. (scipy's A[i, j] is not implemented for BSR.)
#include <concepts>
#include <cstdint>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/pattern.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// The stored blocks of one block row: from begin to before end.
struct stored_range {
  std::int64_t begin;
  std::int64_t end;
};

/// Those of block row i, which is in range. Only this row is checked, so that one element costs one row:
/// format_error.
template <int R, int C, class Index, class Space>
stored_range blocks_of_row(const char* who, const pattern_view<R, C, Index, Space>& a, std::int64_t i) {
  const Index begin = a.indptr()[static_cast<std::size_t>(i)];
  const Index end = a.indptr()[static_cast<std::size_t>(i) + 1];
  if (begin < 0 || end < begin || end > a.num_blocks())
    fail<format_error>("bsr: ", who, ": block row ", i, " begins at ", begin, " and ends at ", end,
                       ", and there are ", a.num_blocks(), " blocks.");
  return {begin, end};
}

/// The first place in [begin, end) that holds `column`, else end.
template <index Index>
std::int64_t first_with_column(const Index* columns, std::int64_t begin, std::int64_t end,
                               std::int64_t column) {
  constexpr std::int64_t chunk = 16;  // compared at once, then looked at
  std::int64_t k = begin;
  for (; end - k >= chunk; k += chunk) {
    unsigned any = 0;
    for (std::int64_t e = 0; e < chunk; ++e) any |= columns[k + e] == column ? 1u : 0u;
    if (any != 0) break;
  }
  while (k < end && columns[k] != column) ++k;
  return k;
}

template <class View>
void check_block_position(const char* who, const View& a, dims at) {
  if (at.rows < 0 || at.cols < 0 || at.rows >= a.block_rows() || at.cols >= a.block_cols())
    fail<shape_error>("bsr: ", who, ": block (", at.rows, ", ", at.cols, ") is outside of ",
                      dims(a.block_rows(), a.block_cols()), " blocks: the matrix is ", a.shape(),
                      ", blocksize is ", a.blocksize(), ".");
}

}  // namespace detail

/// Where the block at block row i and block column j is stored: the k of a.block(k), or -1 when it is not
/// stored. Of duplicates the first.
///
///   if (const auto k = find_block(a, i, j); k >= 0) a.block(k)(r, c) = 1;
///
/// O(blocks of the block row), of which only this row is checked: shape_error when (i, j) is no block of the
/// matrix, format_error when the row's index pointers are out of order.
template <class A, std::integral Row, std::integral Col>
  requires sparse_like<const A&>
std::int64_t find_block(const A& a, Row i, Col j) {
  const auto from = input(a);
  const dims at(i, j);
  detail::check_block_position("find_block", from, at);
  const auto range = detail::blocks_of_row("find_block", from, at.rows);
  const std::int64_t k = detail::first_with_column(from.indices().data(), range.begin, range.end, at.cols);
  return k < range.end ? k : -1;
}

/// Whether the block at block row i and block column j is stored, be it zero or not. As find_block.
template <class A, std::integral Row, std::integral Col>
  requires sparse_like<const A&>
bool contains_block(const A& a, Row i, Col j) {
  return find_block(a, i, j) >= 0;
}

/// The element in row i and column j: 0 where no block is stored, duplicates added up in the order in which
/// they are stored (bool: or; integers wrap). To change elements take the block: find_block.
/// O(blocks of the block row). Throws shape_error when (i, j) is outside, format_error when the row's index
/// pointers are out of order.
template <class A, std::integral Row, std::integral Col>
  requires sparse_like<const A&>
auto element(const A& a, Row i, Col j) {
  const auto from = input(a);
  using T = typename decltype(from)::value_type;
  const dims at(i, j);
  if (at.rows < 0 || at.cols < 0 || at.rows >= from.rows() || at.cols >= from.cols())
    fail<shape_error>("bsr: element: (", at.rows, ", ", at.cols, ") is outside of a ", from.shape(),
                      " matrix.");
  const dims block = from.blocksize();
  const auto range = detail::blocks_of_row("element", from, at.rows / block.rows);
  const std::int64_t column = at.cols / block.cols;
  const T* const data = from.data().data();
  const std::int64_t place = (at.rows % block.rows) * block.cols + at.cols % block.cols;
  T sum{};
  for (std::int64_t k = range.begin;; ++k) {
    k = detail::first_with_column(from.indices().data(), k, range.end, column);
    if (k == range.end) return sum;
    sum = add(sum, data[k * block.rows * block.cols + place]);
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET
