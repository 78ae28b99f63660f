// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Block rows and block columns by number. (scipy's A[[2, 0], :] is not implemented for BSR.)
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/result_size.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/sort_indices.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// Numbers of block rows or columns, checked: each lies in [0, blocks), and the last block of a padded
/// matrix, which is smaller than the others, comes last if at all. `what` is a singular: "block row".
/// Returns how many rows or columns of elements they are.
template <class Number>
std::int64_t check_chosen(const char* who, vector_view<const Number> list, std::int64_t blocks,
                          std::int64_t block, std::int64_t size, const char* what) {
  const std::int64_t last_size = size - (blocks - 1) * block;
  std::int64_t missing = 0;
  for (std::int64_t p = 0; p < list.size(); ++p) {
    const dims number(list(p), 0);
    if (number.rows < 0 || number.rows >= blocks)
      fail<shape_error>("bsr: ", who, ": there is no ", what, " ", number.rows, " (at ", p,
                        " of the list): the matrix has ", blocks, ".");
    if (number.rows < blocks - 1 || last_size == block) continue;
    if (p < list.size() - 1)
      fail<shape_error>("bsr: ", who, ": ", what, " ", number.rows, " reaches beyond the edge (", last_size,
                        " of ", block, " lie inside), so it can only be the last of the list; it is at ", p,
                        " of ", list.size(), ".");
    missing = block - last_size;
  }
  return size_product(who, list.size(), block, "elements") - missing;
}

template <class T, int R, int C, class Index, class Number>
matrix<T, R, C, Index> choose_rows(const matrix_view<const T, R, C, Index>& a,
                                   vector_view<const Number> list) {
  const char* const who = "select_block_rows";
  check_format_for(who, a, checks::full);
  const dims block = a.blocksize();
  const std::int64_t rows = check_chosen(who, list, a.block_rows(), block.rows, a.rows(), "block row");
  const Index* const indptr = a.indptr().data();
  buffer<Index> new_indptr(list.size() + 1, uninitialized);
  new_indptr[0] = 0;
  std::int64_t count = 0;
  for (std::int64_t p = 0; p < list.size(); ++p) {
    const auto i = static_cast<std::int64_t>(list(p));
    count += std::int64_t{indptr[i + 1]} - indptr[i];
    check_count_fits<Index>(who, count, "blocks");
    new_indptr[p + 1] = static_cast<Index>(count);
  }
  const std::int64_t area = block.rows * block.cols;
  buffer<Index> indices(count, uninitialized);
  buffer<T> data(storage_detail::count_elements(who, count, block), uninitialized);
  for (std::int64_t p = 0; p < list.size(); ++p) {
    const std::int64_t from = indptr[static_cast<std::int64_t>(list(p))];
    const std::int64_t to = new_indptr[p];
    const std::int64_t size = new_indptr[p + 1] - to;
    copy_elements_of_block(a.indices().data() + from, indices.data() + to, size);
    copy_elements_of_block(a.data().data() + from * area, data.data() + to * area, size * area);
  }
  return matrix<T, R, C, Index>(dims(rows, a.cols()), std::move(data), std::move(indices),
                                std::move(new_indptr), block, padded);
}

template <class T, int R, int C, class Index, class Number>
matrix<T, R, C, Index> choose_cols(const matrix_view<const T, R, C, Index>& a,
                                   vector_view<const Number> list) {
  const char* const who = "select_block_cols";
  check_format_for(who, a, checks::full);
  const dims block = a.blocksize();
  const std::int64_t cols = check_chosen(who, list, a.block_cols(), block.cols, a.cols(), "block column");
  check_count_fits<Index>(who, list.size(), "block columns");
  // Block column j goes to first[j], from there also to next[first[j]], and so on, until -1.
  // times[j]: to how many places.
  buffer<Index> first(a.block_cols(), uninitialized);
  buffer<Index> times(a.block_cols());
  buffer<Index> next(list.size(), uninitialized);
  bool repeats = false;
  for (std::int64_t j = 0; j < a.block_cols(); ++j) first[j] = -1;
  for (std::int64_t p = list.size() - 1; p >= 0; --p) {
    Index& place = first[static_cast<std::int64_t>(list(p))];
    repeats = repeats || place >= 0;
    next[p] = place;
    place = static_cast<Index>(p);
    ++times[static_cast<std::int64_t>(list(p))];
  }

  const std::int64_t rows = a.block_rows();
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  buffer<Index> new_indptr(rows + 1, uninitialized);
  new_indptr[0] = 0;
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) count += times[indices[k]];
    check_count_fits<Index>(who, count, "blocks");
    new_indptr[i + 1] = static_cast<Index>(count);
  }
  const std::int64_t area = block.rows * block.cols;
  buffer<Index> new_indices(count, uninitialized);
  buffer<T> data(storage_detail::count_elements(who, count, block), uninitialized);
  std::int64_t used = 0;
  const auto append = [&](Index place, std::int64_t k) {
    new_indices[used] = place;
    copy_elements_of_block(a.data().data() + k * area, data.data() + used++ * area, area);
  };
  if (repeats) {
    for (std::int64_t k = 0; k < indptr[rows]; ++k)
      for (Index p = first[indices[k]]; p >= 0; p = next[p]) append(p, k);
  } else {
    for (std::int64_t k = 0; k < indptr[rows]; ++k)
      if (const Index p = first[indices[k]]; p >= 0) append(p, k);
  }
  return matrix<T, R, C, Index>(dims(a.rows(), cols), std::move(data), std::move(new_indices),
                                std::move(new_indptr), block, padded);
}

template <class List>
auto input_numbers(const List& list) {
  const auto from = input(list);
  static_assert(std::integral<typename decltype(from)::value_type>,
                "bsr: select_block_rows(a, list): the list holds integers.");
  return from;
}

}  // namespace detail

/// The matrix whose block row p is block row list[p] of a: any of them, in any order, as often as wanted.
/// `list` is a std::vector, array, span or buffer of integers, or numbers in braces. Each row keeps its order
/// and its duplicates. The last block row of a padded matrix can only come last. O(blocks + list + stored
/// elements of the result). Throws shape_error (a number out of range, more than can be counted) and
/// format_error (an index out of range). scipy: csr_array[list, :], by blocks.
template <class A, class List>
  requires sparse_like<const A&> && vector_like<const List&>
auto select_block_rows(const A& a, const List& list) {
  return detail::choose_rows(input(a), detail::input_numbers(list));
}
template <class A>
  requires sparse_like<const A&>
auto select_block_rows(const A& a, std::initializer_list<std::int64_t> list) {
  return detail::choose_rows(input(a), vector_view<const std::int64_t>(list.begin(), list.size()));
}

/// The matrix whose block column p is block column list[p] of a. As select_block_rows; the blocks of a row
/// come in the order in which a stores them, so a list that does not rise gives an unsorted matrix
/// (sort_indices). O(blocks + block columns + list + stored elements of the result). scipy: csr_array[:,
/// list], by blocks.
template <class A, class List>
  requires sparse_like<const A&> && vector_like<const List&>
auto select_block_cols(const A& a, const List& list) {
  return detail::choose_cols(input(a), detail::input_numbers(list));
}
template <class A>
  requires sparse_like<const A&>
auto select_block_cols(const A& a, std::initializer_list<std::int64_t> list) {
  return detail::choose_cols(input(a), vector_view<const std::int64_t>(list.begin(), list.size()));
}

}  // namespace bsr::inline v0::inline BSR_TARGET
