// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A matrix from its diagonals. scipy: diags_array.
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <ranges>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/result_size.hpp"
#include "bsr/format/diagonal_run.hpp"
#include "bsr/format/eliminate_zeros.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/growing_buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// The diagonals that a matrix is made of; their numbers stay where they are.
template <class From, int R, int C>
class diagonal_list {
 public:
  struct entry {
    diagonal_path<R, C> path;
    const From* values;
    std::int64_t stride;  // 0: one number for all places
    BSR_INLINE const From& value(std::int64_t row) const { return values[(row - path.first()) * stride]; }
  };

  diagonal_list(dims shape, extent<R> rows, extent<C> cols) : shape_(shape), rows_(rows), cols_(cols) {}
  std::int64_t size() const { return size_; }
  const entry& operator[](std::int64_t d) const { return entries_[d]; }

  /// The numbers of diagonal k: as many as it has places, or more, or one for all of them.
  void add(std::int64_t k, vector_view<const From> values) {
    if (k > shape_.cols || k < -shape_.rows)
      fail<shape_error>("bsr: diags: Offset ", k, " (index ", size_, ") out of bounds of a ", shape_,
                        " matrix.");
    for (std::int64_t d = 0; d < size_; ++d)
      if (entries_[d].path.offset() == k)
        fail<shape_error>("bsr: diags: offset array contains duplicate values: ", k, " at index ", d, " and ",
                          size_, ".");
    const diagonal_path<R, C> path(shape_, rows_, cols_, k);
    const std::int64_t length = path.length();
    const std::int64_t count = values.size();
    if (count < length && count != 1)
      fail<shape_error>("bsr: diags: Diagonal length (index ", size_, ": ", count, " at offset ", k,
                        ") does not agree with array size ", shape_, ", which has ", length,
                        " places there.");
    entries_.reserve(size_, 1);
    entries_[size_++] = {path, values.data(), count == 1 ? 0 : values.stride()};
  }

  /// By offset.
  void sort() {
    std::sort(entries_.data(), entries_.data() + size_,
              [](const entry& x, const entry& y) { return x.path.offset() < y.path.offset(); });
  }

 private:
  dims shape_;
  extent<R> rows_;
  extent<C> cols_;
  std::int64_t size_ = 0;
  storage_detail::growing_buffer<entry> entries_;
};

/// Blocks of one element.
template <class T, int R, int C, index Index, class From>
matrix<T, R, C, Index> join_elements_of(const diagonal_list<From, R, C>& diagonals, dims shape) {
  std::int64_t room = 0;
  for (std::int64_t d = 0; d < diagonals.size(); ++d)
    room = size_sum("diags", room, diagonals[d].path.length(), "elements");
  check_count_fits<Index>("diags", room, "blocks");
  buffer<Index> indptr(shape.rows + 1, uninitialized);
  buffer<Index> indices(room, uninitialized);
  buffer<T> data(room, uninitialized);
  indptr[0] = 0;
  std::int64_t used = 0;
  for (std::int64_t i = 0; i < shape.rows; ++i) {
    for (std::int64_t d = 0; d < diagonals.size(); ++d) {
      const auto& diagonal = diagonals[d];
      if (i < diagonal.path.first() || i >= diagonal.path.last()) continue;
      const T value = cast_scalar<T>(diagonal.value(i));
      indices[used] = static_cast<Index>(i + diagonal.path.offset());
      data[used] = value;
      used += value != T{} ? 1 : 0;
    }
    indptr[i + 1] = static_cast<Index>(used);
  }
  return matrix<T, R, C, Index>(shape, std::move(data), std::move(indices), std::move(indptr), dims(1, 1));
}

/// Larger blocks. Stored are first those that a diagonal runs through; where all its numbers are zero they go
/// in the end.
template <class T, int R, int C, index Index, class From>
matrix<T, R, C, Index> join_runs_of(const diagonal_list<From, R, C>& diagonals, dims shape, dims block) {
  const std::int64_t rows = storage_detail::ceil_div(shape.rows, block.rows);
  // The offsets rise, so the parts of the diagonals in a block row begin and end ever farther to the right:
  // what a part adds to those before it lies behind them.
  buffer<Index> indptr(rows + 1, uninitialized);
  indptr[0] = 0;
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    std::int64_t next = 0;
    for (std::int64_t d = 0; d < diagonals.size(); ++d) {
      const auto part = diagonals[d].path.run(i);
      next = (std::max)(next, part.first_block);
      if (part.last_block <= next) continue;
      count += part.last_block - next;
      next = part.last_block;
    }
    check_count_fits<Index>("diags", count, "blocks");
    indptr[i + 1] = static_cast<Index>(count);
  }
  const std::int64_t area = extent<R>(block.rows).value() * extent<C>(block.cols).value();
  buffer<Index> indices(count, uninitialized);
  buffer<T> data(storage_detail::count_elements("diags", count, block), uninitialized);
  unsigned any_zero = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t begin = indptr[i];
    const std::int64_t row_elements = (indptr[i + 1] - begin) * area;
    if (row_elements > 0)
      std::memset(static_cast<void*>(data.data() + begin * area), 0,
                  static_cast<std::size_t>(row_elements) * sizeof(T));
    std::int64_t next = 0;
    std::int64_t used = begin;
    std::int64_t k = begin;  // block of the first column that the present diagonal meets
    for (std::int64_t d = 0; d < diagonals.size(); ++d) {
      const auto& diagonal = diagonals[d];
      const auto part = diagonal.path.run(i);
      if (part.first >= part.last) continue;
      next = (std::max)(next, part.first_block);
      for (; next < part.last_block; ++next) indices[used++] = static_cast<Index>(next);
      while (indices[k] < part.first_block) ++k;
      diagonal.path.for_each(i, part, [&](std::int64_t row, std::int64_t at) {
        const T value = cast_scalar<T>(diagonal.value(row));
        data[k * area + at] = value;
        any_zero |= value == T{} ? 1u : 0u;
      });
    }
  }
  matrix<T, R, C, Index> result(shape, std::move(data), std::move(indices), std::move(indptr), block, padded);
  if (any_zero != 0) eliminate_zeros(result);
  return result;
}

/// What diags takes as its values: a range of vectors, of which it is told the number.
template <class Values>
concept list_of_vectors =
    std::ranges::sized_range<const Values> && vector_like<std::ranges::range_reference_t<const Values>>;

template <class T, int R, int C, index Index, class Values>
matrix<T, R, C, Index> make_diags(const Values& values, vector_view<const std::int64_t> offsets, dims shape,
                                  dims block, bool may_pad) {
  storage_detail::check_blocksize("diags", shape, block, may_pad);
  const extent<R> rows(block.rows);
  const extent<C> cols(block.cols);
  const auto count = static_cast<std::int64_t>(std::ranges::size(values));
  if (count != offsets.size())
    fail<shape_error>("bsr: diags: Different number of diagonals and offsets: ", count, " and ",
                      offsets.size(), ".");
  using From = typename input_t<std::ranges::range_reference_t<const Values>>::value_type;
  static_assert(copyable_to<From, T>,
                "bsr: diags<T>(values, ...): complex values do not fit into a matrix of real elements.");
  diagonal_list<From, R, C> diagonals(shape, rows, cols);
  std::int64_t d = 0;
  for (auto&& diagonal : values)
    diagonals.add(offsets[d++], input(std::forward<decltype(diagonal)>(diagonal)));
  diagonals.sort();
  check_range_fits<Index>("diags", storage_detail::ceil_div(shape.cols, block.cols), "block columns");
  return block == dims(1, 1) ? join_elements_of<T, R, C, Index>(diagonals, shape)
                             : join_runs_of<T, R, C, Index>(diagonals, shape, block);
}

/// Offsets of any integer type as std::int64_t.
template <class Offsets>
buffer<std::int64_t> wide_offsets(const Offsets& offsets) {
  const auto from = input(offsets);
  static_assert(std::integral<typename decltype(from)::value_type>, "bsr: diags: offsets are integers.");
  buffer<std::int64_t> to(from.size(), uninitialized);
  for (std::int64_t d = 0; d < from.size(); ++d) to[d] = static_cast<std::int64_t>(from(d));
  return to;
}

}  // namespace detail

/// The matrix whose diagonal offsets[d], the elements (i, i + offsets[d]), holds values[d]:
///
///   bsr::diags<double, 2>({{-1.0}, {2.0}, {-1.0}}, {-1, 0, 1}, {6, 6})            // one number: everywhere
///   bsr::diags<double>(vectors, offsets, {6, 6}, {2, 2})
///
/// values is a range of vectors (std::vector<std::vector<double>>, std::array<bsr::buffer<float>, 3>, ...);
/// its numbers become a T as by static_cast. A diagonal has as many numbers as places, or more, which are
/// left out, or one, which is repeated. Stored are the blocks that hold anything but 0 and -0.0, sorted.
/// O(numbers + block rows * diagonals + stored elements). Throws shape_error: as many offsets as diagonals
/// are needed, each once and within the matrix, enough numbers, a block size that divides the shape (unless
/// `padded` is passed), an Index that is wide enough. scipy: diags_array(values, offsets=,
/// shape=).tobsr(blocksize).
template <scalar T, int R, int C = R, index Index = std::int32_t, class Values, class Offsets>
  requires(R != dynamic && C != dynamic) && detail::list_of_vectors<Values> && vector_like<const Offsets&>
matrix<T, R, C, Index> diags(const Values& values, const Offsets& offsets, dims shape) {
  const auto wide = detail::wide_offsets(offsets);
  return detail::make_diags<T, R, C, Index>(values, view(wide), shape, dims(R, C), false);
}
template <scalar T, int R, int C = R, index Index = std::int32_t, class Values, class Offsets>
  requires(R != dynamic && C != dynamic) && detail::list_of_vectors<Values> && vector_like<const Offsets&>
matrix<T, R, C, Index> diags(const Values& values, const Offsets& offsets, dims shape, padded_t) {
  const auto wide = detail::wide_offsets(offsets);
  return detail::make_diags<T, R, C, Index>(values, view(wide), shape, dims(R, C), true);
}
template <scalar T, index Index = std::int32_t, class Values, class Offsets>
  requires detail::list_of_vectors<Values> && vector_like<const Offsets&>
matrix<T, dynamic, dynamic, Index> diags(const Values& values, const Offsets& offsets, dims shape,
                                         dims block) {
  const auto wide = detail::wide_offsets(offsets);
  return detail::make_diags<T, dynamic, dynamic, Index>(values, view(wide), shape, block, false);
}
template <scalar T, index Index = std::int32_t, class Values, class Offsets>
  requires detail::list_of_vectors<Values> && vector_like<const Offsets&>
matrix<T, dynamic, dynamic, Index> diags(const Values& values, const Offsets& offsets, dims shape, dims block,
                                         padded_t) {
  const auto wide = detail::wide_offsets(offsets);
  return detail::make_diags<T, dynamic, dynamic, Index>(values, view(wide), shape, block, true);
}
/// The same for numbers in braces.
template <scalar T, int R, int C = R, index Index = std::int32_t>
  requires(R != dynamic && C != dynamic)
matrix<T, R, C, Index> diags(std::initializer_list<std::initializer_list<T>> values,
                             std::initializer_list<std::int64_t> offsets, dims shape) {
  return detail::make_diags<T, R, C, Index>(
      values, vector_view<const std::int64_t>(offsets.begin(), offsets.size()), shape, dims(R, C), false);
}
template <scalar T, index Index = std::int32_t>
matrix<T, dynamic, dynamic, Index> diags(std::initializer_list<std::initializer_list<T>> values,
                                         std::initializer_list<std::int64_t> offsets, dims shape,
                                         dims block) {
  return detail::make_diags<T, dynamic, dynamic, Index>(
      values, vector_view<const std::int64_t>(offsets.begin(), offsets.size()), shape, block, false);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
