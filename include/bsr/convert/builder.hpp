// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Assembly of a matrix from contributions that come in any order, as finite elements make them.
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/assemble.hpp"
#include "bsr/convert/assemble_triplets.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/convert/divider.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/storage/growing_buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// Positions with values, `area` values each, in the order in which they were added.
template <class T, index Index>
struct contributions {
  storage_detail::growing_buffer<Index> row;
  storage_detail::growing_buffer<Index> col;
  storage_detail::growing_buffer<T> values;
  std::int64_t count = 0;
  std::int64_t area = 1;

  contributions() = default;
  explicit contributions(std::int64_t values_each) : area(values_each) {}
  contributions(const contributions&) = default;
  contributions& operator=(const contributions&) = default;
  contributions(contributions&& other) : contributions(other.area) { swap(other); }
  contributions& operator=(contributions&& other) {
    contributions gone(std::move(other));
    gone.area = area;
    swap(gone);
    return *this;
  }
  ~contributions() = default;
  void swap(contributions& other) {
    row.swap(other.row);
    col.swap(other.col);
    values.swap(other.values);
    std::swap(count, other.count);
    std::swap(area, other.area);
  }

  void reserve(std::int64_t more) {
    row.reserve(count, more);
    col.reserve(count, more);
    std::int64_t elements = 0;
    if (__builtin_mul_overflow(more, area, &elements)) elements = INT64_MAX;
    values.reserve(count * area, elements);
  }
  /// Room must have been reserved. Returns where the values go.
  T* push(std::int64_t i, std::int64_t j) {
    row[count] = static_cast<Index>(i);
    col[count] = static_cast<Index>(j);
    return values.data() + count++ * area;
  }
};

/// A source for assemble(): what a builder has gathered, grouped by block row.
template <class T, index Index, index Position, int R, int C>
struct builder_source {
  const contributions<T, Index>& blocks;
  const contributions<T, Index>& scalars;
  const grouping<Position>& block_groups;
  const grouping<Position>& scalar_groups;
  const divider<C, Index>& column;
  extent<R> rows;
  extent<C> cols;
  dims shape;

  std::int64_t count(std::int64_t i) const {
    return (std::int64_t{block_groups.begin[i + 1]} - block_groups.begin[i]) +
           (std::int64_t{scalar_groups.begin[i + 1]} - scalar_groups.begin[i]);
  }
  template <class F>
  void columns(std::int64_t i, const F& f) const {
    for (Position p = block_groups.begin[i]; p < block_groups.begin[i + 1]; ++p)
      f(blocks.col[block_groups.order[p]]);
    for (Position p = scalar_groups.begin[i]; p < scalar_groups.begin[i + 1]; ++p)
      f(column(scalars.col[scalar_groups.order[p]]));
  }
  template <class At>
  void add(std::int64_t i, const At& at) const {
    const std::int64_t height = (std::min)(rows.value(), shape.rows - i * rows.value());
    for (Position p = block_groups.begin[i]; p < block_groups.begin[i + 1]; ++p) {
      const std::int64_t k = block_groups.order[p];
      const Index j = blocks.col[k];
      const std::int64_t width = (std::min)(cols.value(), shape.cols - j * cols.value());
      const T* const from = blocks.values.data() + k * rows.value() * cols.value();
      T* const to = at(j);
      const auto sum = [&](std::int64_t m, std::int64_t n) {
        for (std::int64_t r = 0; r < m; ++r)
          for (std::int64_t c = 0; c < n; ++c)
            to[r * cols.value() + c] = bsr::add(to[r * cols.value() + c], from[r * cols.value() + c]);
      };
      if (height == rows.value() && width == cols.value())
        sum(rows.value(), cols.value());
      else
        sum(height, width);
    }
    for (Position p = scalar_groups.begin[i]; p < scalar_groups.begin[i + 1]; ++p) {
      const std::int64_t k = scalar_groups.order[p];
      const Index j = column(scalars.col[k]);
      T& element =
          at(j)[(scalars.row[k] - i * rows.value()) * cols.value() + (scalars.col[k] - j * cols.value())];
      element = bsr::add(element, scalars.values[k]);
    }
  }
};

}  // namespace detail

/// Gathers blocks, elements and element matrices in any order and adds up what comes to the same place:
///
///   bsr::builder<double, 3> k({3 * nodes, 3 * nodes});
///   for (const auto& e : elements) k.add_element(e.nodes, stiffness(e));   // nodes: n numbers; stiffness:
///   3n x 3n bsr::matrix<double, 3> a = k.build();
///
/// Contributions are kept until build(), one after the other: block row, block column and values of each.
/// Adding costs O(1) for each value, amortised. Sums are formed in T (bool: or; integers wrap), blocks in the
/// order in which they were added, and then single elements in theirs, so the same calls give the same bits.
/// What lies outside the matrix throws shape_error with the position and the shape, and nothing of that call
/// is added.
template <scalar T, int R = dynamic, int C = R, index Index = std::int32_t>
class builder {
 public:
  using value_type = T;
  using matrix_type = matrix<T, R, C, Index>;

  explicit builder(dims shape)
    requires(R != dynamic && C != dynamic)
      : builder(shape, dims(R, C), false) {}
  builder(dims shape, padded_t)
    requires(R != dynamic && C != dynamic)
      : builder(shape, dims(R, C), true) {}
  builder(dims shape, dims blocksize) : builder(shape, blocksize, false) {}
  builder(dims shape, dims blocksize, padded_t) : builder(shape, blocksize, true) {}

  dims shape() const { return shape_; }
  dims blocksize() const { return {rows_.value(), cols_.value()}; }
  /// How many blocks have been added, those of element matrices included.
  std::int64_t num_blocks_added() const { return blocks_.count; }
  /// How many single elements have been added.
  std::int64_t num_elements_added() const { return scalars_.count; }

  /// Room for so many more blocks and single elements, to spare later moves. (An element matrix of n nodes is
  /// n * n blocks.)
  void reserve(std::int64_t blocks, std::int64_t elements = 0) {
    if (blocks > 0) blocks_.reserve(blocks);
    if (elements > 0) scalars_.reserve(elements);
  }
  /// Forgets all contributions; memory is kept.
  void clear() {
    blocks_.count = 0;
    scalars_.count = 0;
  }

  /// a(i, j) += value, i and j counted in elements.
  template <std::integral Row, std::integral Col>
  void add(Row i, Col j, const T& value) {
    const dims at(i, j);
    if (at.rows < 0 || at.cols < 0 || at.rows >= shape_.rows || at.cols >= shape_.cols)
      fail<shape_error>("bsr: builder: add: position (", i, ", ", j, ") is outside of a ", shape_,
                        " matrix.");
    scalars_.reserve(1);
    *scalars_.push(at.rows, at.cols) = value;
  }

  /// The block at block row i and block column j gets `values` added: R * C numbers, row-major, as a
  /// std::vector, array or span; or any dense matrix of R x C, of whatever layout. At the padded edge what
  /// lies outside the matrix is left out.
  template <std::integral Row, std::integral Col, class Values>
    requires dense_like<const Values&> || vector_like<const Values&>
  void add_block(Row i, Col j, const Values& values) {
    const auto from = input(values);
    check_block("add_block", dims(i, j));
    if constexpr (dense_like<const Values&>) {
      if (from.shape() != blocksize())
        fail<shape_error>("bsr: builder: add_block: the block is ", from.shape(), " instead of ", blocksize(),
                          ".");
      blocks_.reserve(1);
      copy_part(from, 0, 0, blocks_.push(i, j));
    } else {
      if (from.size() != blocks_.area)
        fail<shape_error>("bsr: builder: add_block: ", from.size(), " values are no block of ", blocksize(),
                          ".");
      blocks_.reserve(1);
      T* const to = blocks_.push(i, j);
      for (std::int64_t k = 0; k < blocks_.area; ++k) to[k] = detail::cast_scalar<T>(from[k]);
    }
  }
  template <std::integral Row, std::integral Col>
  void add_block(Row i, Col j, std::initializer_list<T> values) {
    add_block(i, j, vector_view<const T>(values.begin(), values.size()));
  }

  /// The matrix of a finite element with n nodes (n block rows and block columns): block (p, q) of `element`,
  /// which is n R x n C, is added at (nodes[p], nodes[q]). A node may come twice. `nodes` is any contiguous
  /// range of integers.
  template <class Nodes, class Element>
    requires vector_like<const Nodes&> && dense_like<const Element&>
  void add_element(const Nodes& nodes, const Element& element) {
    add_element(nodes, nodes, element);
  }
  /// The same with different nodes for rows and columns: `element` is row_nodes.size() R x col_nodes.size()
  /// C.
  template <class RowNodes, class ColNodes, class Element>
    requires vector_like<const RowNodes&> && vector_like<const ColNodes&> && dense_like<const Element&>
  void add_element(const RowNodes& row_nodes, const ColNodes& col_nodes, const Element& element) {
    const auto rows = input(row_nodes);
    const auto cols = input(col_nodes);
    const auto from = input(element);
    static_assert(std::integral<typename decltype(rows)::value_type> &&
                      std::integral<typename decltype(cols)::value_type>,
                  "bsr: add_element(nodes, element): nodes are integers.");
    const std::int64_t m = rows.size();
    const std::int64_t n = cols.size();
    if (from.rows() != m * rows_.value() || from.cols() != n * cols_.value())
      fail<shape_error>("bsr: builder: add_element: ", m, " and ", n, " nodes with blocks of ", blocksize(),
                        " need an element matrix of ", dims(m * rows_.value(), n * cols_.value()), ", not ",
                        from.shape(), ".");
    for (std::int64_t p = 0; p < m && n > 0; ++p) check_block("add_element", dims(rows[p], cols[0]));
    for (std::int64_t q = 0; q < n && m > 0; ++q) check_block("add_element", dims(rows[0], cols[q]));
    blocks_.reserve(m * n);
    for (std::int64_t p = 0; p < m; ++p)
      for (std::int64_t q = 0; q < n; ++q)
        copy_part(from, p * rows_.value(), q * cols_.value(),
                  blocks_.push(static_cast<std::int64_t>(rows[p]), static_cast<std::int64_t>(cols[q])));
  }

  /// Adds everything that another builder of the same shape has gathered, after what is here: for assembly by
  /// several threads with a builder each.
  void append(const builder& other) {
    if (other.shape_ != shape_ || other.blocksize() != blocksize())
      fail<shape_error>("bsr: builder: append: a builder for ", other.shape_, " with blocks of ",
                        other.blocksize(), " to one for ", shape_, " with blocks of ", blocksize(), ".");
    const std::int64_t blocks = other.blocks_.count;
    const std::int64_t scalars = other.scalars_.count;
    blocks_.reserve(blocks);
    scalars_.reserve(scalars);
    append(other.blocks_, blocks, blocks_);
    append(other.scalars_, scalars, scalars_);
  }

  /// The matrix: every place that was touched is stored once, zero or not; block rows are sorted (canonical
  /// format). The contributions stay, so more can be added and the next build() contains both.
  /// O(contributions + block rows + block columns + stored elements), and b log b for the b blocks of each
  /// row.
  matrix_type build() const {
    const std::int64_t m = storage_detail::ceil_div(shape_.rows, rows_.value());
    const std::int64_t n = storage_detail::ceil_div(shape_.cols, cols_.value());
    const detail::divider<R, Index> row_of(rows_.value());
    const detail::divider<C, Index> column_of(cols_.value());
    auto arrays = detail::with_position((std::max)(blocks_.count, scalars_.count), [&](auto zero) {
      using Position = decltype(zero);
      const auto block_groups =
          detail::group_entries<Position>(blocks_.count, m, [&](std::int64_t k) { return blocks_.row[k]; });
      const auto scalar_groups = detail::group_entries<Position>(
          scalars_.count, m, [&](std::int64_t k) { return row_of(scalars_.row[k]); });
      const detail::builder_source<T, Index, Position, R, C> source{
          blocks_, scalars_, block_groups, scalar_groups, column_of, rows_, cols_, shape_};
      return detail::assemble<detail::block_order::sorted, T, Index>("builder: build", m, n, rows_, cols_,
                                                                     source);
    });
    return matrix_type(shape_, std::move(arrays.data), std::move(arrays.indices), std::move(arrays.indptr),
                       blocksize(), padded);
  }

 private:
  builder(dims shape, dims blocksize, bool may_pad)
      : shape_(shape), rows_(blocksize.rows), cols_(blocksize.cols) {
    storage_detail::check_static_blocksize<R, C>("builder", blocksize);
    storage_detail::check_blocksize("builder", shape, blocksize, may_pad);
    detail::check_range_fits<Index>("builder", shape.rows, "rows");
    detail::check_range_fits<Index>("builder", shape.cols, "columns");
    blocks_.area = storage_detail::count_elements("builder", 1, blocksize);
  }

  void check_block(const char* who, dims at) const {
    const dims blocks(storage_detail::ceil_div(shape_.rows, rows_.value()),
                      storage_detail::ceil_div(shape_.cols, cols_.value()));
    if (at.rows < 0 || at.cols < 0 || at.rows >= blocks.rows || at.cols >= blocks.cols)
      fail<shape_error>("bsr: builder: ", who, ": block (", at.rows, ", ", at.cols, ") is outside of ",
                        blocks, " blocks: the matrix is ", shape_, ", blocksize is ", blocksize(), ".");
  }

  /// The R x C elements of x from (i, j) on, row-major.
  template <class View>
  void copy_part(const View& x, std::int64_t i, std::int64_t j, T* to) const {
    for (std::int64_t r = 0; r < rows_.value(); ++r)
      for (std::int64_t c = 0; c < cols_.value(); ++c)
        to[r * cols_.value() + c] = detail::cast_scalar<T>(x(i + r, j + c));
  }

  static void append(const detail::contributions<T, Index>& from, std::int64_t count,
                     detail::contributions<T, Index>& to) {
    for (std::int64_t k = 0; k < count; ++k) {
      T* const values = to.push(from.row[k], from.col[k]);
      for (std::int64_t e = 0; e < to.area; ++e) values[e] = from.values[k * to.area + e];
    }
  }

  dims shape_;
  [[no_unique_address]] extent<R> rows_;
  [[no_unique_address]] extent<C> cols_;
  detail::contributions<T, Index> blocks_;
  detail::contributions<T, Index> scalars_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET
