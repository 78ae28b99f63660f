// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Anything to block-sparse rows. scipy: tobsr, and bsr_array of a dense array.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/assemble.hpp"
#include "bsr/convert/assemble_triplets.hpp"
#include "bsr/convert/divider.hpp"
#include "bsr/convert/gather_blocks.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/to_csr.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/storage/csc.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// A source for assemble(): the entries of a CSR matrix.
template <class T, index Index, index From, int R, int C>
struct csr_source {
  const csr_view<const T, From>& a;
  const extent<R>& rows;
  const divider<C, From>& cols;

  std::int64_t begin(std::int64_t i) const { return a.indptr()[static_cast<std::size_t>(i * rows.value())]; }
  std::int64_t end(std::int64_t i) const {
    return a.indptr()[static_cast<std::size_t>((std::min)((i + 1) * rows.value(), a.rows()))];
  }
  std::int64_t count(std::int64_t i) const { return end(i) - begin(i); }
  template <class F>
  void columns(std::int64_t i, const F& f) const {
    const From* const indices = a.indices().data();
    const std::int64_t last = end(i);
    for (std::int64_t k = begin(i); k < last; ++k) f(static_cast<Index>(cols(indices[k])));
  }
  template <class At>
  void add(std::int64_t i, const At& at) const {
    const From* const indices = a.indices().data();
    const From* const indptr = a.indptr().data();
    const T* const data = a.data().data();
    const std::int64_t first_row = i * rows.value();
    const std::int64_t height = (std::min)(rows.value(), a.rows() - first_row);
    for (std::int64_t r = 0; r < height; ++r)
      for (std::int64_t k = indptr[first_row + r]; k < indptr[first_row + r + 1]; ++k) {
        const From j = cols(indices[k]);
        T& element = at(static_cast<Index>(j))[r * cols.value() + (indices[k] - j * cols.value())];
        element = bsr::add(element, data[k]);
      }
  }

  // Where the matrix was made of full blocks, its rows come in groups of equal ones: comparing them takes
  // less than looking every entry up.
  std::int64_t full_blocks(std::int64_t i, Index* out) const {
    const From* const indptr = a.indptr().data() + i * rows.value();
    const std::int64_t width = cols.value();
    const std::int64_t length = std::int64_t{indptr[1]} - indptr[0];
    if (a.rows() - i * rows.value() < rows.value() || length % width != 0) return -1;
    const From* const columns = a.indices().data() + indptr[0];
    for (std::int64_t r = 1; r < rows.value(); ++r) {
      if (std::int64_t{indptr[r + 1]} - indptr[r] != length) return -1;
      if (length > 0 &&
          std::memcmp(columns, columns + r * length, static_cast<std::size_t>(length) * sizeof(From)) != 0)
        return -1;
    }
    From previous = -1;
    for (std::int64_t k = 0; k < length; k += width) {
      const From left = columns[k];
      const From j = cols(left);
      bool other = (left != j * width) | (j <= previous);
      for (std::int64_t c = 1; c < width; ++c) other |= columns[k + c] - left != c;
      if (other) return -1;
      *out++ = static_cast<Index>(j);
      previous = j;
    }
    return length / width;
  }
  void copy_full(std::int64_t i, std::int64_t count, T* BSR_RESTRICT to) const {
    const std::int64_t height = rows.value();
    const std::int64_t width = cols.value();
    const T* BSR_RESTRICT const from = a.data().data() + begin(i);
    for (std::int64_t k = 0; k < count; ++k)
      for (std::int64_t r = 0; r < height; ++r)
        for (std::int64_t c = 0; c < width; ++c)  // added to 0 as add() does: -0.0 becomes 0.0
          to[(k * height + r) * width + c] = bsr::add(T{}, from[(r * count + k) * width + c]);
  }
};

/// A source for assemble(): the elements of a BSR matrix with another block size.
template <class T, index Index, int FromR, int FromC, index From, int R, int C>
struct block_source {
  const matrix_view<const T, FromR, FromC, From>& a;
  const extent<R>& rows;
  const divider<C, std::int64_t>& cols;

  /// The block rows of a that scalar rows of block row i of the result lie in: [first, last].
  std::int64_t first(std::int64_t i) const { return i * rows.value() / a.blocksize().rows; }
  std::int64_t last(std::int64_t i) const {
    return ((std::min)((i + 1) * rows.value(), a.rows()) - 1) / a.blocksize().rows;
  }
  std::int64_t count(std::int64_t i) const {
    const From* const indptr = a.indptr().data();
    return (std::int64_t{indptr[last(i) + 1]} - indptr[first(i)]) * (a.blocksize().cols / cols.value() + 2);
  }
  template <class F>
  void columns(std::int64_t i, const F& f) const {
    const dims block = a.blocksize();
    const From* const indptr = a.indptr().data();
    for (std::int64_t k = indptr[first(i)]; k < indptr[last(i) + 1]; ++k) {
      const std::int64_t left = a.indices()[static_cast<std::size_t>(k)] * block.cols;
      const std::int64_t right = cols((std::min)(left + block.cols, a.cols()) - 1);
      for (std::int64_t j = cols(left); j <= right; ++j) f(static_cast<Index>(j));
    }
  }
  template <class At>
  void add(std::int64_t i, const At& at) const {
    const dims block = a.blocksize();
    const From* const indptr = a.indptr().data();
    const std::int64_t first_row = i * rows.value();
    const std::int64_t height = (std::min)(rows.value(), a.rows() - first_row);
    for (std::int64_t r = 0; r < height; ++r) {
      const std::int64_t from_row = (first_row + r) / block.rows;
      const std::int64_t from_r = (first_row + r) % block.rows;
      for (std::int64_t k = indptr[from_row]; k < indptr[from_row + 1]; ++k) {
        const T* const values = a.data().data() + (k * block.rows + from_r) * block.cols;
        const std::int64_t left = a.indices()[static_cast<std::size_t>(k)] * block.cols;
        const std::int64_t right = (std::min)(left + block.cols, a.cols());
        for (std::int64_t col = left; col < right;) {
          const std::int64_t j = cols(col);
          const std::int64_t stop = (std::min)((j + 1) * cols.value(), right);
          T* const to = at(static_cast<Index>(j)) + r * cols.value();
          for (; col < stop; ++col) {
            T& element = to[col - j * cols.value()];
            element = bsr::add(element, values[col - left]);
          }
        }
      }
    }
  }
};

/// The arrays of a BSR matrix with blocks of `block` and the elements of a.
template <int R, int C, class Asked, class T, class From>
auto make_blocks(const char* who, const csr_view<const T, From>& a, dims block) {
  using Index = result_index_t<Asked, From>;
  // A CSR matrix is one with blocks of 1x1: nothing moves, nothing is added up.
  if (block == dims(1, 1)) return row_arrays<Index>(who, a);
  check_format_for(who, a, checks::full);
  const extent<R> rows(block.rows);
  const divider<C, From> cols(block.cols);
  return assemble<block_order::first_appearance, T, Index>(
      who, storage_detail::ceil_div(a.rows(), block.rows), storage_detail::ceil_div(a.cols(), block.cols),
      rows, extent<C>(block.cols), csr_source<T, Index, From, R, C>{a, rows, cols});
}

template <int R, int C, class Asked, class T, int FromR, int FromC, class From>
auto make_blocks(const char* who, const matrix_view<const T, FromR, FromC, From>& a, dims block) {
  using Index = result_index_t<Asked, From>;
  if (block == dims(1, 1) && a.blocksize() != block) return row_arrays<Index>(who, a);
  check_format_for(who, a, checks::full);
  if (a.blocksize() == block) {
    const std::int64_t num_blocks = a.indptr()[static_cast<std::size_t>(a.block_rows())];
    if constexpr (sizeof(Index) < sizeof(From)) {
      check_count_fits<Index>(who, num_blocks, "blocks");
      check_range_fits<Index>(who, a.block_cols(), "block columns");
    }
    return block_arrays<T, Index>{copy_values(a.data().data(), num_blocks * block.rows * block.cols),
                                  copy_indices<Index>(a.indices().data(), num_blocks),
                                  copy_indices<Index>(a.indptr().data(), a.block_rows() + 1)};
  }
  const extent<R> rows(block.rows);
  const divider<C, std::int64_t> cols(block.cols);
  return assemble<block_order::first_appearance, T, Index>(
      who, storage_detail::ceil_div(a.rows(), block.rows), storage_detail::ceil_div(a.cols(), block.cols),
      rows, extent<C>(block.cols), block_source<T, Index, FromR, FromC, From, R, C>{a, rows, cols});
}

template <int R, int C, class Asked, class T, class From>
auto make_blocks(const char* who, const coo_view<const T, From>& a, dims block) {
  if (block == dims(1, 1)) return row_arrays<Asked>(who, a);
  return assemble_triplets<R, C, result_index_t<Asked, From>>(who, a, extent<R>(block.rows),
                                                              extent<C>(block.cols));
}

template <int R, int C, class Asked, class T, class Layout>
auto make_blocks(const char* who, const dense_view<const T, Layout>& a, dims block) {
  return gather_blocks<result_index_t<Asked, std::int32_t>>(who, a, extent<R>(block.rows),
                                                            extent<C>(block.cols));
}

template <int R, int C, class Asked, class T, class From>
auto make_blocks(const char* who, const csc_view<const T, From>& a, dims block) {
  auto arrays = row_arrays<Asked>(who, a);
  using Index = typename decltype(arrays)::index_type;
  if (block == dims(1, 1)) return arrays;
  const csr<T, Index> rows(a.shape(), std::move(arrays.data), std::move(arrays.indices),
                           std::move(arrays.indptr));
  return make_blocks<R, C, Asked>(who, rows.view(), block);
}

template <int R, int C, class Asked, class View>
auto make_bsr(const View& a, dims block, bool may_pad) {
  storage_detail::check_static_blocksize<R, C>("to_bsr", block);
  storage_detail::check_blocksize("to_bsr", a.shape(), block, may_pad);
  auto arrays = make_blocks<R, C, Asked>("to_bsr", a, block);
  using made = decltype(arrays);
  return matrix<typename made::value_type, R, C, typename made::index_type>(
      a.shape(), std::move(arrays.data), std::move(arrays.indices), std::move(arrays.indptr), block, padded);
}

}  // namespace detail

/// x as a block-sparse-row matrix, a copy: to_bsr<3>(x), to_bsr<2, 4>(x), to_bsr(x, {2, 4}), with
/// std::int64_t indices to_bsr<3, 3, std::int64_t>(x). The index type is that of x, and std::int32_t for a
/// dense x.
///
///   CSR    blocks in the order of their first appearance in the block row; explicit zeros make blocks,
///   duplicates add up.
///          Blocks of 1x1 keep the order and the duplicates. O(nnz + block columns + stored elements).
///   CSC    as from CSR, into which it is converted first.
///   COO    block rows sorted, duplicates add up, explicit zeros make blocks. O(nnz + block columns + stored
///   elements),
///          and b log b for the b blocks of each row.
///   dense  blocks that hold anything but 0 and -0.0 (NaN is not zero), sorted. O(m n).
///   BSR    the same block size: a copy, order and duplicates kept. Another one: as from CSR.
///
/// The shape must be a multiple of the block size, or `padded` must be passed; the last blocks then are
/// filled up with zeros. Sums are formed in T: bool is "or", integers wrap. Throws shape_error (block size
/// and shape do not fit, Index too narrow) and format_error (an index of x out of range). scipy:
/// csr_array.tobsr, coo_array.tobsr, bsr_array(dense), bsr_array.tobsr.
template <int R, int C = R, class Index = void, class X>
  requires matrix_like<const X&> && (R != dynamic) && (C != dynamic) && detail::index_choice<Index>
auto to_bsr(const X& x) {
  return detail::make_bsr<R, C, Index>(input(x), dims(R, C), false);
}
template <int R, int C = R, class Index = void, class X>
  requires matrix_like<const X&> && (R != dynamic) && (C != dynamic) && detail::index_choice<Index>
auto to_bsr(const X& x, padded_t) {
  return detail::make_bsr<R, C, Index>(input(x), dims(R, C), true);
}
template <int R = dynamic, int C = R, class Index = void, class X>
  requires matrix_like<const X&> && detail::index_choice<Index>
auto to_bsr(const X& x, dims blocksize) {
  return detail::make_bsr<R, C, Index>(input(x), blocksize, false);
}
template <int R = dynamic, int C = R, class Index = void, class X>
  requires matrix_like<const X&> && detail::index_choice<Index>
auto to_bsr(const X& x, dims blocksize, padded_t) {
  return detail::make_bsr<R, C, Index>(input(x), blocksize, true);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
