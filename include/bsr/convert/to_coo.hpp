// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Anything to coordinates. scipy: tocoo.
#include <algorithm>
#include <cstdint>
#include <utility>

#include "bsr/base/target.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/to_csr.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/compressed.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/coo.hpp"
#include "bsr/storage/csc.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

template <class Index, class View>
void check_shape_fits(const char* who, const View& a, std::int64_t stored) {
  if (stored == 0) return;
  check_range_fits<Index>(who, a.rows(), "rows");
  check_range_fits<Index>(who, a.cols(), "columns");
}

template <class Asked, class T, int R, int C, class From>
auto make_coo(const matrix_view<const T, R, C, From>& a) {
  using Index = result_index_t<Asked, From>;
  check_format_for("to_coo", a, checks::full);
  const dims block = a.blocksize();
  const From* const indptr = a.indptr().data();
  const From* const indices = a.indices().data();
  check_shape_fits<Index>("to_coo", a, indptr[a.block_rows()]);

  std::int64_t stored = 0;
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const std::int64_t height = (std::min)(block.rows, a.rows() - i * block.rows);
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k)
      stored += height * (std::min)(block.cols, a.cols() - indices[k] * block.cols);
  }
  buffer<T> data(stored, uninitialized);
  buffer<Index> row(stored, uninitialized);
  buffer<Index> col(stored, uninitialized);
  std::int64_t at = 0;
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const std::int64_t first_row = i * block.rows;
    const std::int64_t height = (std::min)(block.rows, a.rows() - first_row);
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
      const std::int64_t first_col = indices[k] * block.cols;
      const std::int64_t width = (std::min)(block.cols, a.cols() - first_col);
      const T* values = a.data().data() + k * block.rows * block.cols;
      for (std::int64_t r = 0; r < height; ++r, values += block.cols)
        for (std::int64_t c = 0; c < width; ++c, ++at) {
          row[at] = static_cast<Index>(first_row + r);
          col[at] = static_cast<Index>(first_col + c);
          data[at] = values[c];
        }
    }
  }
  return coo<T, Index>(a.shape(), std::move(data), std::move(row), std::move(col));
}

/// For every entry of a compressed matrix the row it is in, or for CSC the column.
template <index Index, index From>
buffer<Index> expand_indptr(const compressed<From>& a) {
  // As many at a time as fill a few registers; what is too much the next row overwrites.
  constexpr std::int64_t step = 16;
  const std::int64_t stored = a.indptr[a.rows];
  buffer<Index> line(stored + step, uninitialized);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t k = a.indptr[i]; k < a.indptr[i + 1]; k += step)
      for (std::int64_t e = 0; e < step; ++e) line[k + e] = static_cast<Index>(i);
  line.truncate(stored);
  return line;
}

template <class Asked, class T, class From>
auto make_coo(const csr_view<const T, From>& a) {
  using Index = result_index_t<Asked, From>;
  const auto from = index_arrays(a);
  check_indptr("to_coo", from);
  const std::int64_t stored = a.indptr()[static_cast<std::size_t>(a.rows())];
  check_shape_fits<Index>("to_coo", a, stored);
  return coo<T, Index>(a.shape(), copy_values(a.data().data(), stored), expand_indptr<Index>(from),
                       copy_columns<Index>("to_coo", from));
}

template <class Asked, class T, class From>
auto make_coo(const csc_view<const T, From>& a) {
  using Index = result_index_t<Asked, From>;
  const auto from = index_arrays(a);
  check_indptr("to_coo", from);
  const std::int64_t stored = a.indptr()[static_cast<std::size_t>(a.cols())];
  check_shape_fits<Index>("to_coo", a, stored);
  return coo<T, Index>(a.shape(), copy_values(a.data().data(), stored), copy_columns<Index>("to_coo", from),
                       expand_indptr<Index>(from));
}

template <class Asked, class T, class From>
auto make_coo(const coo_view<const T, From>& a) {
  using Index = result_index_t<Asked, From>;
  check_format_for("to_coo", a, checks::full);
  check_shape_fits<Index>("to_coo", a, a.nnz());
  return coo<T, Index>(a.shape(), copy_values(a.data().data(), a.nnz()),
                       copy_indices<Index>(a.row().data(), a.nnz()),
                       copy_indices<Index>(a.col().data(), a.nnz()));
}

template <class Asked, class T, class Layout>
auto make_coo(const dense_view<const T, Layout>& a) {
  using Index = result_index_t<Asked, std::int32_t>;
  const auto rows = to_csr<Index>(a);
  return make_coo<Index>(input(rows));
}

}  // namespace detail

/// x as a coo<T, Index>; a copy. Index: that of x (std::int32_t for a dense x), or what is asked for:
/// to_coo<std::int64_t>(x).
///   BSR    every element of every block, block by block as they are stored, explicit zeros and duplicates
///   included;
///          padding is cut off. Coordinates are computed in 64 bits.
///   CSR    every entry in its order; CSC likewise.
///   dense  what is not zero, row by row: 0 and -0.0 are left out, NaN is not.
///   COO    a copy.
/// O(nnz); of a dense x O(m n). Throws format_error when x has an index out of range, shape_error when a row
/// or a column does not fit Index. scipy: tocoo.
template <class Index = void, class X>
  requires matrix_like<const X&> && detail::index_choice<Index>
auto to_coo(const X& x) {
  return detail::make_coo<Index>(input(x));
}

}  // namespace bsr::inline v0::inline BSR_TARGET
