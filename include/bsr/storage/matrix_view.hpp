// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A block-sparse-row matrix in someone else's memory.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <type_traits>

#include "bsr/base/scalar.hpp"
#include "bsr/base/space.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/destination.hpp"
#include "bsr/storage/pattern.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0 {

template <scalar T, int R, int C, index Index, class Space>
class block_row;

/// A block-sparse-row matrix over scipy's three arrays, used where they lie; torch and cuSPARSE lay them out
/// alike.
///
///   A[i * R + r, indices[k] * C + c] += data[(k * R + r) * C + c]   for indptr[i] <= k < indptr[i + 1]
///
/// Block columns may be unsorted and may repeat; blocks that repeat add up. Block sizes are compile-time
/// numbers or `dynamic`; a dynamic view is told its block size. Copies are shallow, copy assignment does not
/// exist. The constructors check in O(1) (shape_error, format_error) what scipy checks and that the shape is
/// a multiple of the block size; check_format(a) checks every index. Blocks beyond indptr[-1] are left out,
/// as in scipy.
template <scalar T, int R = dynamic, int C = R, index Index = std::int32_t, class Space = host>
class matrix_view : public pattern_view<R, C, Index, Space> {
  using base = pattern_view<R, C, Index, Space>;

 public:
  using value_type = std::remove_const_t<T>;
  using element_type = T;

  /// scipy's order: (data, indices, indptr).
  BSR_INLINE matrix_view(dims shape, std::span<T> data, std::span<const Index> indices,
                         std::span<const Index> indptr)
    requires storage_detail::has_static_blocks<R, C>
      : matrix_view(shape, data, indices, indptr, dims(R, C), false) {}
  BSR_INLINE matrix_view(dims shape, std::span<T> data, std::span<const Index> indices,
                         std::span<const Index> indptr, padded_t)
    requires storage_detail::has_static_blocks<R, C>
      : matrix_view(shape, data, indices, indptr, dims(R, C), true) {}
  BSR_INLINE matrix_view(dims shape, std::span<T> data, std::span<const Index> indices,
                         std::span<const Index> indptr, dims blocksize)
      : matrix_view(shape, data, indices, indptr, blocksize, false) {}
  BSR_INLINE matrix_view(dims shape, std::span<T> data, std::span<const Index> indices,
                         std::span<const Index> indptr, dims blocksize, padded_t)
      : matrix_view(shape, data, indices, indptr, blocksize, true) {}

  /// Raw pointers: num_blocks blocks at data, their columns at indices; indptr has one more entry than block
  /// rows.
  template <std::integral Count>
    requires storage_detail::has_static_blocks<R, C>
  BSR_INLINE matrix_view(dims shape, T* data, const Index* indices, const Index* indptr, Count num_blocks)
      : matrix_view(shape, data, indices, indptr, static_cast<std::int64_t>(num_blocks), dims(R, C), false) {}
  template <std::integral Count>
  BSR_INLINE matrix_view(dims shape, T* data, const Index* indices, const Index* indptr, Count num_blocks,
                         dims blocksize)
      : matrix_view(shape, data, indices, indptr, static_cast<std::int64_t>(num_blocks), blocksize, false) {}
  template <std::integral Count>
  BSR_INLINE matrix_view(dims shape, T* data, const Index* indices, const Index* indptr, Count num_blocks,
                         dims blocksize, padded_t)
      : matrix_view(shape, data, indices, indptr, static_cast<std::int64_t>(num_blocks), blocksize, true) {}

  matrix_view(const matrix_view&) = default;
  matrix_view& operator=(const matrix_view&) = delete;
  /// The values of an expression at the places that are there: c = a * b. A view keeps its structure;
  /// shape_error when the expression has a block where the view has none. `const` of a view is shallow.
  template <sparse_expression E>
    requires(!std::is_const_v<T>)
  BSR_INLINE const matrix_view& operator=(const E& e) const {
    assign(*this, e, std::integral_constant<update, update::set>{});
    return *this;
  }
  /// s += sddmm(s, x, y).
  template <sampled_expression E>
    requires(!std::is_const_v<T>)
  BSR_INLINE const matrix_view& operator+=(const E& e) const {
    assign(*this, e, std::integral_constant<update, update::add>{});
    return *this;
  }
  template <sampled_expression E>
    requires(!std::is_const_v<T>)
  BSR_INLINE const matrix_view& operator-=(const E& e) const {
    assign(*this, e, std::integral_constant<update, update::subtract>{});
    return *this;
  }
  template <class Policy>
    requires(!std::is_const_v<T>)
  BSR_INLINE constexpr sparse_destination<const matrix_view, Policy> on(Policy&& policy) const {
    return {*this, std::forward<Policy>(policy)};
  }
  BSR_INLINE operator matrix_view<const T, R, C, Index, Space>() const
    requires(!std::is_const_v<T>)
  {
    return {typename base::checked{}, *this, data_};
  }
  /// A static block size is a dynamic one that happens to be known.
  template <class U>
    requires((std::same_as<U, T> || std::same_as<U, const T>) && (R != dynamic || C != dynamic))
  BSR_INLINE operator matrix_view<U, dynamic, dynamic, Index, Space>() const {
    return {typename pattern_view<dynamic, dynamic, Index, Space>::checked{}, *this, data_};
  }

  /// nnz() elements: block after block, each row-major.
  BSR_INLINE constexpr std::span<T> data() const { return {data_, static_cast<std::size_t>(this->nnz())}; }
  /// Block k in storage order, R x C, row-major.
  BSR_INLINE constexpr dense_view<T, row_major, Space> block(std::int64_t k) const {
    const dims size = this->blocksize();
    return {data_ + k * size.rows * size.cols, size.rows, size.cols};
  }
  /// The blocks of block row i: for (auto block : a.row(i)) block.col(), block(r, c).
  BSR_INLINE block_row<T, R, C, Index, Space> row(std::int64_t i) const { return {*this, i}; }

  /// For the library: a structure that has been checked already, and its elements.
  BSR_INLINE matrix_view(typename base::checked, const base& where, T* data) : base(where), data_(data) {}

 private:
  BSR_INLINE matrix_view(dims shape, std::span<T> data, std::span<const Index> indices,
                         std::span<const Index> indptr, dims blocksize, bool may_pad)
      : base("matrix_view", shape, indices, indptr, blocksize, may_pad), data_(data.data()) {
    storage_detail::check_data_size("matrix_view", static_cast<std::int64_t>(data.size()),
                                    static_cast<std::int64_t>(indices.size()), blocksize);
  }
  BSR_INLINE matrix_view(dims shape, T* data, const Index* indices, const Index* indptr,
                         std::int64_t num_blocks, dims blocksize, bool may_pad)
      : base(
            "matrix_view", shape, storage_detail::make_span("matrix_view", indices, num_blocks),
            storage_detail::make_span("matrix_view", indptr,
                                      storage_detail::count_indptr("matrix_view", shape, blocksize, may_pad)),
            blocksize, may_pad),
        data_(data) {
    if (data == nullptr && this->nnz() > 0)
      fail<shape_error>("bsr: matrix_view: data is null, and there are ", this->num_blocks(), " blocks.");
    (void)storage_detail::count_elements("matrix_view", num_blocks, blocksize);
  }

  T* data_;
};

/// One stored block: where it is and what it holds.
template <scalar T, class Space = host>
class block_entry {
 public:
  BSR_INLINE block_entry(std::int64_t row, std::int64_t col, std::int64_t index,
                         dense_view<T, row_major, Space> values)
      : row_(row), col_(col), index_(index), values_(values) {}
  /// Block row and block column.
  BSR_INLINE std::int64_t row() const { return row_; }
  BSR_INLINE std::int64_t col() const { return col_; }
  /// Position in storage order: a.block(index()).
  BSR_INLINE std::int64_t index() const { return index_; }
  /// The elements, R x C, row-major.
  BSR_INLINE dense_view<T, row_major, Space> values() const { return values_; }
  BSR_INLINE T& operator()(std::int64_t r, std::int64_t c) const { return values_(r, c); }

 private:
  std::int64_t row_, col_, index_;
  dense_view<T, row_major, Space> values_;
};

/// The stored blocks of one block row, a range to iterate over. Refers to the matrix's memory, not to the
/// view.
template <scalar T, int R, int C, index Index, class Space>
class block_row {
  using matrix_type = matrix_view<T, R, C, Index, Space>;

 public:
  class iterator {
   public:
    using value_type = block_entry<T, Space>;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using reference = value_type;
    using pointer = void;
    BSR_INLINE iterator(const matrix_type* a, std::int64_t row, std::int64_t k) : a_(a), row_(row), k_(k) {}
    BSR_INLINE value_type operator*() const {
      return {row_, static_cast<std::int64_t>(a_->indices()[static_cast<std::size_t>(k_)]), k_,
              a_->block(k_)};
    }
    BSR_INLINE iterator& operator++() {
      ++k_;
      return *this;
    }
    BSR_INLINE iterator operator++(int) {
      iterator before(*this);
      ++k_;
      return before;
    }
    BSR_INLINE bool operator==(const iterator& other) const { return k_ == other.k_; }

   private:
    const matrix_type* a_;
    std::int64_t row_;
    std::int64_t k_;
  };

  BSR_INLINE block_row(const matrix_type& a, std::int64_t row) : a_(a), row_(row) {
    if (row < 0 || row >= a.block_rows())
      fail<shape_error>("bsr: row(", row, "): the matrix has ", a.block_rows(), " block rows.");
  }
  BSR_INLINE iterator begin() const { return {&a_, row_, at(row_)}; }
  BSR_INLINE iterator end() const { return {&a_, row_, at(row_ + 1)}; }
  BSR_INLINE std::int64_t size() const { return at(row_ + 1) - at(row_); }

 private:
  BSR_INLINE std::int64_t at(std::int64_t i) const { return a_.indptr()[static_cast<std::size_t>(i)]; }
  matrix_type a_;
  std::int64_t row_;
};

}  // namespace bsr::inline v0
