// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The block-sparse-row matrix that owns its memory.
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "bsr/base/scalar.hpp"
#include "bsr/base/space.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/destination.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/pattern.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0 {

/// A block-sparse-row matrix with blocks of R x C elements of type T, laid out as scipy.sparse.bsr_array is:
/// data (num_blocks x R x C, row-major), indices (block columns), indptr (block_rows + 1). See matrix_view.
///
/// Copies are deep. Constructors check in O(1) what scipy checks (shape_error, format_error); check_format(a)
/// checks every index. Default: 0x0.
template <scalar T, int R = dynamic, int C = R, index Index = std::int32_t, class Space = host>
class matrix : public storage_detail::structure<matrix<T, R, C, Index, Space>, R, C, Index> {
 public:
  using value_type = T;
  using space = Space;
  using view_type = matrix_view<T, R, C, Index, Space>;
  using const_view_type = matrix_view<const T, R, C, Index, Space>;
  using pattern_view_type = pattern_view<R, C, Index, Space>;

  BSR_INLINE matrix() noexcept {}
  /// No blocks. A dynamic matrix without a block size has blocks of 1x1, as in scipy.
  BSR_INLINE explicit matrix(dims shape) : matrix(shape, default_blocksize()) {}
  BSR_INLINE matrix(dims shape, padded_t) : matrix(shape, default_blocksize(), padded) {}
  BSR_INLINE matrix(dims shape, dims blocksize) : matrix(shape, blocksize, false) {}
  BSR_INLINE matrix(dims shape, dims blocksize, padded_t) : matrix(shape, blocksize, true) {}
  /// Zero blocks at every place of a pattern.
  BSR_INLINE explicit matrix(pattern_view_type p)
      : shape_(p.shape()),
        data_(storage_detail::count_elements("matrix", p.num_blocks(), p.blocksize())),
        indices_(p.indices()),
        indptr_(p.indptr()),
        block_rows_(p.blocksize().rows),
        block_cols_(p.blocksize().cols) {}
  /// scipy's three arrays, in its order; moved in, or copied from a vector. Blocks beyond indptr[-1] are
  /// dropped.
  BSR_INLINE matrix(dims shape, buffer<T, Space> data, buffer<Index, Space> indices,
                    buffer<Index, Space> indptr)
    requires storage_detail::has_static_blocks<R, C>
      : matrix(shape, std::move(data), std::move(indices), std::move(indptr), dims(R, C), false) {}
  BSR_INLINE matrix(dims shape, buffer<T, Space> data, buffer<Index, Space> indices,
                    buffer<Index, Space> indptr, padded_t)
    requires storage_detail::has_static_blocks<R, C>
      : matrix(shape, std::move(data), std::move(indices), std::move(indptr), dims(R, C), true) {}
  BSR_INLINE matrix(dims shape, buffer<T, Space> data, buffer<Index, Space> indices,
                    buffer<Index, Space> indptr, dims blocksize)
      : matrix(shape, std::move(data), std::move(indices), std::move(indptr), blocksize, false) {}
  BSR_INLINE matrix(dims shape, buffer<T, Space> data, buffer<Index, Space> indices,
                    buffer<Index, Space> indptr, dims blocksize, padded_t)
      : matrix(shape, std::move(data), std::move(indices), std::move(indptr), blocksize, true) {}
  /// For the library: arrays that have been checked already.
  BSR_INLINE matrix(typename pattern_view_type::checked, dims shape, buffer<T, Space> data,
                    buffer<Index, Space> indices, buffer<Index, Space> indptr, dims blocksize)
      : shape_(shape),
        data_(std::move(data)),
        indices_(std::move(indices)),
        indptr_(std::move(indptr)),
        block_rows_(blocksize.rows),
        block_cols_(blocksize.cols) {}
  /// A copy of what a view shows.
  BSR_INLINE explicit matrix(const_view_type v)
      : shape_(v.shape()),
        data_(v.data()),
        indices_(v.indices()),
        indptr_(v.indptr()),
        block_rows_(v.blocksize().rows),
        block_cols_(v.blocksize().cols) {}

  /// The value of an expression: matrix c = a * b. Its structure is the expression's; memory is allocated.
  template <sparse_expression E>
  BSR_INLINE matrix(const E& e) : matrix(evaluate(e, std::type_identity<matrix>())) {}
  /// The same in place of what the matrix was, which stays as it is if the expression throws; where memory is
  /// short, it may become 0x0. c = a * b, c = a + b, c = transpose(a), time after time, compute into the
  /// memory that c has where it fits and no operand lies there. s = alpha * sddmm(s, x, y) + beta * s is
  /// computed in place, and allocates nothing, where the matrix has the blocks of the pattern.
  template <sparse_expression E>
  BSR_INLINE matrix& operator=(const E& e) {
    assign(*this, e, std::integral_constant<update, update::set>{});
    return *this;
  }

  BSR_INLINE matrix(const matrix&) = default;
  BSR_INLINE matrix& operator=(const matrix&) = default;
  /// The moved-from matrix is 0x0.
  BSR_INLINE matrix(matrix&& other) noexcept : matrix() { swap(other); }
  BSR_INLINE matrix& operator=(matrix&& other) noexcept {
    matrix gone(std::move(other));
    swap(gone);
    return *this;
  }
  BSR_INLINE ~matrix() = default;

  /// This matrix as a destination under an execution policy: c.on(cpu{.threads = 4}) = a * b.
  template <class Policy>
  BSR_INLINE constexpr sparse_destination<matrix, Policy> on(Policy&& policy) {
    return {*this, std::forward<Policy>(policy)};
  }
  /// c += alpha * a, c -= alpha * transpose(a): in place where both have the same structure, else c takes the
  /// union.
  template <storage_detail::assigned E>
  BSR_INLINE matrix& operator+=(const E& e) {
    assign(*this, e, std::integral_constant<update, update::add>{});
    return *this;
  }
  template <storage_detail::assigned E>
  BSR_INLINE matrix& operator-=(const E& e) {
    assign(*this, e, std::integral_constant<update, update::subtract>{});
    return *this;
  }

  BSR_INLINE void swap(matrix& other) noexcept {
    std::swap(shape_, other.shape_);
    data_.swap(other.data_);
    indices_.swap(other.indices_);
    indptr_.swap(other.indptr_);
    std::swap(block_rows_, other.block_rows_);
    std::swap(block_cols_, other.block_cols_);
  }

  BSR_INLINE dims shape() const { return shape_; }
  BSR_INLINE std::span<T> data() { return data_.span(); }
  BSR_INLINE std::span<const T> data() const { return data_.span(); }
  BSR_INLINE std::span<Index> indices() { return indices_.span(); }
  BSR_INLINE std::span<const Index> indices() const { return indices_.span(); }
  BSR_INLINE std::span<Index> indptr() { return storage_detail::indptr_span(indptr_); }
  BSR_INLINE std::span<const Index> indptr() const { return storage_detail::indptr_span(indptr_); }
  BSR_INLINE dims stored_blocksize() const { return {block_rows_.value(), block_cols_.value()}; }

  /// Block k in storage order, R x C, row-major.
  BSR_INLINE dense_view<T, row_major, Space> block(std::int64_t k) { return view().block(k); }
  BSR_INLINE dense_view<const T, row_major, Space> block(std::int64_t k) const { return view().block(k); }
  /// The blocks of block row i: for (auto block : a.row(i)) block.col(), block(r, c).
  BSR_INLINE auto row(std::int64_t i) { return view().row(i); }
  BSR_INLINE auto row(std::int64_t i) const { return view().row(i); }

  BSR_INLINE view_type view() { return {typename pattern_view_type::checked{}, pattern(), data_.data()}; }
  BSR_INLINE const_view_type view() const {
    return {typename pattern_view_type::checked{}, pattern(), data_.data()};
  }
  BSR_INLINE pattern_view_type pattern() const {
    return {typename pattern_view_type::checked{}, shape_, indices_.span(), indptr(), this->blocksize()};
  }

  /// scipy's three arrays, for somebody else to own.
  struct arrays {
    buffer<T, Space> data;
    buffer<Index, Space> indices;
    buffer<Index, Space> indptr;
  };
  /// How many elements and how many indices there is memory for.
  BSR_INLINE std::int64_t data_capacity() const { return data_.capacity(); }
  BSR_INLINE std::int64_t indices_capacity() const { return indices_.capacity(); }
  /// Gives its arrays away; the matrix becomes 0x0.
  BSR_INLINE arrays release() noexcept {
    matrix gone(std::move(*this));
    return {std::move(gone.data_), std::move(gone.indices_), std::move(gone.indptr_)};
  }

  /// Another shape for the same blocks: block row i holds the blocks indptr[i] .. indptr[i + 1] - 1 of those
  /// stored, and those from indptr[-1] on are forgotten. Memory of blocks is kept. Checks as the constructors
  /// do, before anything changes; the shape may be padded.
  BSR_INLINE void restructure(dims shape, buffer<Index, Space> indptr) {
    const std::int64_t n =
        storage_detail::check_structure("matrix: restructure", shape, this->blocksize(), indptr.data(),
                                        indptr.size(), indices_.data(), indices_.size(), true);
    shape_ = shape;
    indptr_.swap(indptr);
    truncate_blocks(n);
  }
  /// Forgets the blocks from n on, after indptr has been changed to end at n. Memory is kept.
  BSR_INLINE void truncate_blocks(std::int64_t n) {
    indices_.truncate(n);
    data_.truncate(n * this->blocksize().rows * this->blocksize().cols);
  }

 private:
  BSR_INLINE static constexpr dims default_blocksize() {
    return {R == dynamic ? 1 : R, C == dynamic ? 1 : C};
  }

  BSR_INLINE matrix(dims shape, dims blocksize, bool may_pad)
      : shape_(shape),
        indptr_(storage_detail::count_indptr("matrix", shape, blocksize, may_pad)),
        block_rows_(blocksize.rows),
        block_cols_(blocksize.cols) {
    storage_detail::check_static_blocksize<R, C>("matrix", blocksize);
  }
  BSR_INLINE matrix(dims shape, buffer<T, Space>&& data, buffer<Index, Space>&& indices,
                    buffer<Index, Space>&& indptr, dims blocksize, bool may_pad)
      : shape_(shape),
        data_(std::move(data)),
        indices_(std::move(indices)),
        indptr_(std::move(indptr)),
        block_rows_(blocksize.rows),
        block_cols_(blocksize.cols) {
    storage_detail::check_static_blocksize<R, C>("matrix", blocksize);
    const std::int64_t n =
        storage_detail::check_structure("matrix", shape, blocksize, indptr_.data(), indptr_.size(),
                                        indices_.data(), indices_.size(), may_pad);
    storage_detail::check_data_size("matrix", data_.size(), indices_.size(), blocksize);
    truncate_blocks(n);
  }

  dims shape_;
  buffer<T, Space> data_;
  buffer<Index, Space> indices_;
  buffer<Index, Space> indptr_;
  [[no_unique_address]] extent<R> block_rows_;
  [[no_unique_address]] extent<C> block_cols_;
};

template <sparse_expression E>
matrix(const E&) -> matrix<typename E::matrix_type::value_type, E::matrix_type::static_rows,
                           E::matrix_type::static_cols, typename E::matrix_type::index_type>;

}  // namespace bsr::inline v0
