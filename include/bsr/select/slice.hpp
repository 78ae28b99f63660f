// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Rectangles along the block boundaries. (scipy's A[a:b, c:d] is not implemented for BSR.)
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/check_order.hpp"
#include "bsr/format/compressed.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "bsr/format/sort_indices.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Consecutive block rows of another matrix, whose elements and column indices it shows where they lie; only
/// the index pointer is its own. block_row_slice(a, first, last) makes it. An operand of everything that
/// takes a matrix (it is sparse_like); it must not outlive the matrix, whose structure must not change.
template <scalar T, int R, int C, index Index>
class row_slice {
 public:
  using value_type = std::remove_const_t<T>;
  using view_type = matrix_view<T, R, C, Index>;

  /// Block rows first .. last - 1 of `a`, which are in order and in range.
  row_slice(const view_type& a, std::int64_t first, std::int64_t last)
      : shape_((std::min)(last * a.blocksize().rows, a.rows()) - first * a.blocksize().rows, a.cols()),
        block_rows_(a.blocksize().rows),
        block_cols_(a.blocksize().cols),
        indptr_(last - first + 1, uninitialized) {
    // An empty slice past a padded last block row would have less than no rows.
    if (first == last) shape_.rows = 0;
    const Index* const indptr = a.indptr().data() + first;
    for (std::int64_t i = 0; i <= last - first; ++i) indptr_[i] = indptr[i] - indptr[0];
    indices_ = a.indices().data() + indptr[0];
    data_ = a.data().data() + indptr[0] * a.blocksize().rows * a.blocksize().cols;
  }

  dims shape() const { return shape_; }
  /// Throws shape_error when the slice has been moved from.
  view_type view() const {
    const Index stored = indptr_.empty() ? Index{0} : indptr_[indptr_.size() - 1];
    return {shape_, data_, indices_, indptr_.data(), stored, dims(block_rows_.value(), block_cols_.value()),
            padded};
  }

 private:
  dims shape_;
  [[no_unique_address]] extent<R> block_rows_;
  [[no_unique_address]] extent<C> block_cols_;
  buffer<Index> indptr_;
  const Index* indices_ = nullptr;
  T* data_ = nullptr;
};

}  // namespace bsr::inline v0::inline BSR_TARGET

namespace bsr::inline v0 {

template <class T, int R, int C, class Index>
struct foreign_view<row_slice<T, R, C, Index>> {
  BSR_INLINE static matrix_view<T, R, C, Index> view(const row_slice<T, R, C, Index>& x) { return x.view(); }
};

}  // namespace bsr::inline v0

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// Throws shape_error unless first .. last is a range of [0, size). `what` is a plural: "block rows".
inline void check_range(const char* who, std::int64_t first, std::int64_t last, std::int64_t size,
                        const char* what) {
  if (first < 0 || last < first || last > size)
    fail<shape_error>("bsr: ", who, ": ", what, " ", first, " to ", last, " are no part of ", size, ".");
}

/// Block rows or columns from first to before last.
struct block_interval {
  std::int64_t first;
  std::int64_t last;
};

/// A range of elements as one of blocks. Throws shape_error unless it begins and ends on a block boundary; it
/// may also end where the matrix does.
inline block_interval block_range(std::int64_t first, std::int64_t last, std::int64_t size,
                                  std::int64_t block, const char* what) {
  check_range("slice", first, last, size, what);
  if (first % block != 0 || (last % block != 0 && last != size))
    fail<shape_error>("bsr: slice: ", what, " ", first, " to ", last,
                      " are not on block boundaries, which are multiples of ", block, ".");
  return {first / block, storage_detail::ceil_div(last, block)};
}

/// How many of the columns [begin, end) lie in [first, first + width). Branch-free.
template <index Index>
std::int64_t count_columns(const Index* columns, std::int64_t begin, std::int64_t end, std::int64_t first,
                           std::int64_t width) {
  using Unsigned = std::make_unsigned_t<Index>;
  constexpr std::int64_t largest = (std::numeric_limits<Index>::max)();
  if (first > largest) return 0;
  const auto low = static_cast<Unsigned>(first);
  const Unsigned range =
      width > largest ? static_cast<Unsigned>(Unsigned(largest) + 1u) : static_cast<Unsigned>(width);
  Unsigned count = 0;
  for (std::int64_t k = begin; k < end; ++k)
    count += static_cast<Unsigned>(static_cast<Unsigned>(columns[k]) - low) < range ? 1u : 0u;
  return static_cast<std::int64_t>(count);
}

/// The first place in [begin, end), whose columns are sorted, that holds `column` or a larger one, else end.
template <index Index>
std::int64_t first_not_below(const Index* columns, std::int64_t begin, std::int64_t end,
                             std::int64_t column) {
  while (begin < end) {
    const std::int64_t middle = begin + (end - begin) / 2;
    if (columns[middle] < column)
      begin = middle + 1;
    else
      end = middle;
  }
  return begin;
}

}  // namespace detail

/// Block rows first .. last - 1 of a, without copying an element: a row_slice, which shares data and column
/// indices with a and can be used wherever a matrix can:
///
///   const auto top = block_row_slice(a, 0, 10);
///   y = top * x;
///
/// What is written through view(slice) is written to a, unless a is const. Order and duplicates are those of
/// a. O(block rows of a, blocks). Throws shape_error unless 0 <= first <= last <= block rows, format_error
/// when an index is out of range.
template <sparse_like A, std::integral First, std::integral Last>
auto block_row_slice(A&& a, First first, Last last) {
  const auto from = view(std::forward<A>(a));
  using source = decltype(from);
  detail::check_format_for("block_row_slice", from, checks::full);
  const dims range(first, last);
  detail::check_range("block_row_slice", range.rows, range.cols, from.block_rows(), "block rows");
  return row_slice<typename source::element_type, source::static_rows, source::static_cols,
                   typename source::index_type>(from, range.rows, range.cols);
}

/// Rows row0 .. row1 - 1 and columns col0 .. col1 - 1 as a matrix of its own, with the same blocks: all four
/// numbers count elements and are multiples of the block size; row1 and col1 may also be the end of a padded
/// matrix. Order and duplicates are those of a, as in scipy's slices of CSR. O(blocks + stored elements of
/// the result). Throws shape_error (range, boundaries) and format_error (an index out of range).
template <class A, std::integral Row0, std::integral Row1, std::integral Col0, std::integral Col1>
  requires sparse_like<const A&>
auto slice(const A& a, Row0 row0, Row1 row1, Col0 col0, Col1 col1) {
  const auto from = input(a);
  using source = decltype(from);
  using T = typename source::value_type;
  using Index = typename source::index_type;
  const bool ascending = detail::check_format_and_order("slice", detail::index_arrays(from));
  const dims block = from.blocksize();
  const dims start(row0, col0);
  const dims stop(row1, col1);
  const auto down = detail::block_range(start.rows, stop.rows, from.rows(), block.rows, "rows");
  const auto across = detail::block_range(start.cols, stop.cols, from.cols(), block.cols, "columns");

  const Index* const indptr = from.indptr().data() + down.first;
  const Index* const indices = from.indices().data();
  const T* const data = from.data().data();
  const std::int64_t rows = down.last - down.first;
  buffer<Index> new_indptr(rows + 1, uninitialized);
  // Where the columns of a sorted row begin that stay; they are neighbours. -1 for a row that is not sorted.
  buffer<Index> starts(rows, uninitialized);
  new_indptr[0] = 0;
  Index count = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t begin = indptr[i];
    const std::int64_t end = indptr[i + 1];
    if (ascending || detail::ascends<false>(indices, begin, end)) {
      const std::int64_t kept = detail::first_not_below(indices, begin, end, across.first);
      starts[i] = static_cast<Index>(kept);
      count += static_cast<Index>(detail::first_not_below(indices, kept, end, across.last) - kept);
    } else {
      starts[i] = -1;
      count += static_cast<Index>(
          detail::count_columns(indices, begin, end, across.first, across.last - across.first));
    }
    new_indptr[i + 1] = count;
  }
  const std::int64_t area = block.rows * block.cols;
  buffer<Index> new_indices(count, uninitialized);
  buffer<T> new_data(count * area, uninitialized);
  std::int64_t used = 0;
  const auto append = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t k = begin; k < end; ++k)
      new_indices[used + (k - begin)] = static_cast<Index>(indices[k] - across.first);
    detail::copy_elements_of_block(data + begin * area, new_data.data() + used * area, (end - begin) * area);
    used += end - begin;
  };
  for (std::int64_t i = 0; i < rows; ++i) {
    if (starts[i] >= 0) {
      append(starts[i], starts[i] + (new_indptr[i + 1] - new_indptr[i]));
      continue;
    }
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k)
      if (indices[k] >= across.first && indices[k] < across.last) append(k, k + 1);
  }
  return matrix<T, source::static_rows, source::static_cols, Index>(
      dims(stop.rows - start.rows, stop.cols - start.cols), std::move(new_data), std::move(new_indices),
      std::move(new_indptr), block, padded);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
