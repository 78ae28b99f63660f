// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// New numbers on a diagonal. scipy: setdiag, which is broken for BSR in 1.17 and 1.18.
#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/diagonal_run.hpp"
#include "bsr/format/sort_indices.hpp"
#include "bsr/storage/alias.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Tag: only blocks that are stored are written to.
struct where_stored_t {};
inline constexpr where_stored_t where_stored{};

namespace detail {

/// Block columns of `part` that the columns [begin, end) of one block row do not hold: mark[j - first_block]
/// = 1. Returns how many.
template <index Index>
std::int64_t mark_missing(const diagonal_run& part, const Index* indices, std::int64_t begin,
                          std::int64_t end, std::uint8_t* missing) {
  const std::int64_t count = part.last_block - part.first_block;
  for (std::int64_t j = 0; j < count; ++j) missing[j] = 1;
  for (std::int64_t k = begin; k < end; ++k) {
    const std::int64_t j = indices[k] - part.first_block;
    if (j >= 0 && j < count) missing[j] = 0;
  }
  std::int64_t left = 0;
  for (std::int64_t j = 0; j < count; ++j) left += missing[j];
  return left;
}

/// How many blocks of one block row the path meets at most.
template <int R, int C>
std::int64_t most_blocks(const diagonal_path<R, C>& path, std::int64_t block_rows) {
  std::int64_t most = 0;
  for (std::int64_t i = 0; i < block_rows; ++i) {
    const auto part = path.run(i);
    most = (std::max)(most, part.last_block - part.first_block);
  }
  return most;
}

/// Stores a block of zeros wherever the path meets none: before the first block of the row that has a larger
/// column, so that a sorted matrix stays sorted. `missing` has room for most_blocks. Strong guarantee.
template <class T, int R, int C, class Index>
void insert_missing(matrix<T, R, C, Index>& a, const diagonal_path<R, C>& path, std::uint8_t* missing) {
  const dims block = a.blocksize();
  const std::int64_t area = block.rows * block.cols;
  const std::int64_t rows = a.block_rows();
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  std::int64_t added = 0;
  for (std::int64_t i = 0; i < rows; ++i)
    added += mark_missing(path.run(i), indices, indptr[i], indptr[i + 1], missing);
  if (added == 0) return;
  const std::int64_t stored = indptr[rows] + added;
  check_count_fits<Index>("setdiag", stored, "blocks");
  check_range_fits<Index>("setdiag", a.block_cols(), "block columns");
  buffer<Index> new_indptr(rows + 1, uninitialized);
  buffer<Index> new_indices(stored, uninitialized);
  buffer<T> new_data(storage_detail::count_elements("setdiag", stored, block), uninitialized);
  const T* const data = a.data().data();
  new_indptr[0] = 0;
  std::int64_t used = 0;
  const auto copy_blocks = [&](std::int64_t begin, std::int64_t end) {
    copy_elements_of_block(data + begin * area, new_data.data() + used * area, (end - begin) * area);
    for (std::int64_t k = begin; k < end; ++k) new_indices[used++] = indices[k];
  };
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto part = path.run(i);
    std::int64_t begin = indptr[i];
    const std::int64_t end = indptr[i + 1];
    if (mark_missing(part, indices, begin, end, missing) > 0)
      for (std::int64_t j = part.first_block; j < part.last_block; ++j) {
        if (missing[j - part.first_block] == 0) continue;
        std::int64_t stop = begin;
        while (stop < end && indices[stop] < j) ++stop;
        copy_blocks(begin, stop);
        begin = stop;
        for (std::int64_t e = 0; e < area; ++e) new_data[used * area + e] = T{};
        new_indices[used++] = static_cast<Index>(j);
      }
    copy_blocks(begin, end);
    new_indptr[i + 1] = static_cast<Index>(used);
  }
  a = matrix<T, R, C, Index>(a.shape(), std::move(new_data), std::move(new_indices), std::move(new_indptr),
                             block, padded);
}

/// value(e) is what element e of the diagonal becomes, 0 <= e < count.
template <class T, int R, int C, class Index, class Value>
void write_diagonal(matrix<T, R, C, Index>& a, std::int64_t k, std::int64_t count, const Value& value,
                    bool insert) {
  if ((k > 0 && k >= a.cols()) || (k < 0 && k <= -a.rows()))
    fail<shape_error>("bsr: setdiag: k exceeds array dimensions: ", k, " in a ", a.shape(), " matrix.");
  check_format_for("setdiag", a.pattern(), checks::full);
  const dims block = a.blocksize();
  diagonal_path<R, C> path(a.shape(), extent<R>(block.rows), extent<C>(block.cols), k);
  path.shorten(count);
  buffer<std::uint8_t> marks(most_blocks(path, a.block_rows()), uninitialized);
  if (insert) insert_missing(a, path, marks.data());
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  const std::int64_t area = block.rows * block.cols;
  // Which blocks of a row have been met: of duplicates the first gets the number, the others get zero.
  std::uint8_t* const met = marks.data();
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const auto part = path.run(i);
    const std::int64_t blocks = part.last_block - part.first_block;
    if (blocks == 0) continue;
    for (std::int64_t j = 0; j < blocks; ++j) met[j] = 0;
    for (std::int64_t n = indptr[i]; n < indptr[i + 1]; ++n) {
      const std::int64_t j = indices[n] - part.first_block;
      if (j < 0 || j >= blocks) continue;
      T* const values = a.data().data() + n * area;
      const bool first = met[j] == 0;
      met[j] = 1;
      path.for_each_in_block(i, part, indices[n], [&](std::int64_t row, std::int64_t at) {
        values[at] = first ? value(row - path.first()) : T{};
      });
    }
  }
}

template <class T, int R, int C, class Index, class Values>
void set_diagonal(matrix<T, R, C, Index>& a, const Values& values, std::int64_t k, bool insert) {
  if constexpr (vector_like<const Values&>) {
    const auto from = input(values);
    static_assert(copyable_to<typename decltype(from)::value_type, T>,
                  "bsr: setdiag(a, values): complex values do not fit into a matrix of real elements.");
    if (overlap(footprint_of(from), footprint_of(std::as_const(a).data())))
      fail<alias_error>("bsr: setdiag(a, values): values share memory with the elements of a.");
    write_diagonal(a, k, from.size(), [&](std::int64_t e) { return cast_scalar<T>(from(e)); }, insert);
  } else {
    static_assert(copyable_to<Values, T>,
                  "bsr: setdiag(a, value): a complex value does not fit into a matrix of real elements.");
    const T value = cast_scalar<T>(values);
    write_diagonal(a, k, (std::min)(a.rows(), a.cols()), [&](std::int64_t) { return value; }, insert);
  }
}

}  // namespace detail

/// Sets the elements (i, i + k): to values[0], values[1], ... from the top as far as both reach, or, when
/// `values` is a number, all to it. Where no block is stored, one is inserted, in order where the row is in
/// order; zeros are stored as any other number. With `where_stored` nothing is inserted, and the numbers for
/// other places are left out. Of blocks that are stored twice the first gets the number, the others zero, so
/// that the element is what was asked for.
///
///   setdiag(a, 1.0);
///   setdiag(a, diagonal, -1, where_stored);
///
/// Numbers become the element type as by static_cast. O(blocks + block rows + numbers), and the stored
/// elements when blocks are inserted. Strong guarantee. Throws shape_error ("k exceeds array dimensions", as
/// scipy; too many blocks for Index), alias_error (values lie in a), format_error (an index out of range).
/// scipy: a.setdiag(values, k).
template <class T, int R, int C, class Index, class Values>
  requires vector_like<const Values&> || scalar<Values>
void setdiag(matrix<T, R, C, Index>& a, const Values& values, std::int64_t k = 0) {
  detail::set_diagonal(a, values, k, true);
}
template <class T, int R, int C, class Index, class Values>
  requires vector_like<const Values&> || scalar<Values>
void setdiag(matrix<T, R, C, Index>& a, const Values& values, std::int64_t k, where_stored_t) {
  detail::set_diagonal(a, values, k, false);
}
template <class T, int R, int C, class Index, class Values>
  requires vector_like<const Values&> || scalar<Values>
void setdiag(matrix<T, R, C, Index>& a, const Values& values, where_stored_t) {
  detail::set_diagonal(a, values, 0, false);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
