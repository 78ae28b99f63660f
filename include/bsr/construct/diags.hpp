// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A matrix from its diagonals. scipy: diags_array.
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <ranges>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/assemble.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/format/diagonal_run.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/growing_buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// The diagonals that a matrix is made of: their values one after the other, each as long as it is in the
/// matrix.
template <class T, int R, int C>
class diagonal_list {
 public:
  struct entry {
    diagonal_path<R, C> path;
    std::int64_t begin;  // of its values
  };

  diagonal_list(dims shape, extent<R> rows, extent<C> cols) : shape_(shape), rows_(rows), cols_(cols) {}
  std::int64_t size() const { return size_; }
  const entry& operator[](std::int64_t d) const { return entries_[d]; }
  /// The value of diagonal d in `row`.
  const T& value(const entry& d, std::int64_t row) const { return values_[d.begin + (row - d.path.first())]; }

  /// values(e) for 0 <= e < count are the values of diagonal k: as many as it has places, or more, or one for
  /// all of them.
  template <class Values>
  void add(std::int64_t k, std::int64_t count, const Values& values) {
    if (k > shape_.cols || k < -shape_.rows)
      fail<shape_error>("bsr: diags: Offset ", k, " (index ", size_, ") out of bounds of a ", shape_,
                        " matrix.");
    for (std::int64_t d = 0; d < size_; ++d)
      if (entries_[d].path.offset() == k)
        fail<shape_error>("bsr: diags: offset array contains duplicate values: ", k, " at index ", d, " and ",
                          size_, ".");
    const entry made{diagonal_path<R, C>(shape_, rows_, cols_, k), used_};
    const std::int64_t length = made.path.length();
    if (count < length && count != 1)
      fail<shape_error>("bsr: diags: Diagonal length (index ", size_, ": ", count, " at offset ", k,
                        ") does not agree with array size ", shape_, ", which has ", length,
                        " places there.");
    entries_.reserve(size_, 1);
    values_.reserve(used_, length);
    T* const to = values_.data() + used_;
    for (std::int64_t e = 0; e < length; ++e) to[e] = values(count == 1 ? 0 : e);
    entries_[size_++] = made;
    used_ += length;
  }

 private:
  dims shape_;
  extent<R> rows_;
  extent<C> cols_;
  std::int64_t size_ = 0;
  std::int64_t used_ = 0;
  storage_detail::growing_buffer<entry> entries_;
  storage_detail::growing_buffer<T> values_;
};

/// A source for assemble(): what is not zero on the diagonals.
template <class T, index Index, int R, int C>
struct diagonal_source {
  const diagonal_list<T, R, C>& diagonals;

  std::int64_t count(std::int64_t i) const {
    std::int64_t sum = 0;
    for (std::int64_t d = 0; d < diagonals.size(); ++d) {
      const auto part = diagonals[d].path.run(i);
      sum += part.last_block - part.first_block;
    }
    return sum;
  }
  /// f(block column, place in the block, value) for every number that is not zero.
  template <class F>
  BSR_INLINE void for_each(std::int64_t i, const F& f) const {
    for (std::int64_t d = 0; d < diagonals.size(); ++d) {
      const auto& diagonal = diagonals[d];
      const auto part = diagonal.path.run(i);
      for (std::int64_t j = part.first_block; j < part.last_block; ++j)
        diagonal.path.for_each_in_block(i, part, j, [&](std::int64_t row, std::int64_t at) {
          const T& value = diagonals.value(diagonal, row);
          if (value != T{}) f(static_cast<Index>(j), at, value);
        });
    }
  }
  template <class F>
  void columns(std::int64_t i, const F& f) const {
    for_each(i, [&](Index j, std::int64_t, const T&) { f(j); });
  }
  template <class At>
  void add(std::int64_t i, const At& at) const {
    for_each(i, [&](Index j, std::int64_t place, const T& value) { at(j)[place] = value; });
  }
};

/// What diags takes as its values: a range of vectors, of which it is told the number.
template <class Values>
concept list_of_vectors = requires(const Values& values) {
  std::ranges::size(values);
  requires vector_like<std::ranges::range_reference_t<const Values>> ||
               vector_like<const std::ranges::range_value_t<Values>&>;
};

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
  diagonal_list<T, R, C> diagonals(shape, rows, cols);
  std::int64_t d = 0;
  for (const auto& diagonal : values) {
    const auto from = input(diagonal);
    static_assert(copyable_to<typename decltype(from)::value_type, T>,
                  "bsr: diags<T>(values, ...): complex values do not fit into a matrix of real elements.");
    diagonals.add(offsets[d++], from.size(), [&](std::int64_t e) { return cast_scalar<T>(from(e)); });
  }
  auto arrays =
      assemble<block_order::sorted, T, Index>("diags", storage_detail::ceil_div(shape.rows, block.rows),
                                              storage_detail::ceil_div(shape.cols, block.cols), rows, cols,
                                              diagonal_source<T, Index, R, C>{diagonals});
  return matrix<T, R, C, Index>(shape, std::move(arrays.data), std::move(arrays.indices),
                                std::move(arrays.indptr), block, padded);
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
/// O(numbers + block columns + stored elements). Throws shape_error: as many offsets as diagonals are needed,
/// each once and within the matrix, enough numbers, a block size that divides the shape (unless `padded` is
/// passed), an Index that is wide enough. scipy: diags_array(values, offsets=, shape=).tobsr(blocksize).
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
