// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Coordinates: one (row, column, value) an entry, in any order.
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0 {

/// A matrix in coordinate form over scipy's arrays, in its order (data, row, col), where they lie. Entries
/// that repeat add up. Checks in O(1) that the three arrays have one length (shape_error); conversions check
/// every coordinate.
template <scalar T, index Index = std::int32_t>
class coo_view {
 public:
  using value_type = std::remove_const_t<T>;
  using index_type = Index;
  BSR_INLINE coo_view(dims shape, std::span<T> data, std::span<const Index> row, std::span<const Index> col)
      : shape_(shape), data_(data), row_(row), col_(col) {
    if (shape.rows < 0 || shape.cols < 0) fail<shape_error>("bsr: coo_view: invalid shape ", shape, ".");
    if (row.size() != data.size() || col.size() != data.size())
      fail<shape_error>("bsr: coo_view: row, column, and data array must all be the same length: they have ",
                        row.size(), ", ", col.size(), " and ", data.size(), " elements.");
  }
  coo_view(const coo_view&) = default;
  coo_view& operator=(const coo_view&) = delete;
  BSR_INLINE operator coo_view<const T, Index>() const
    requires(!std::is_const_v<T>)
  {
    return {shape_, data_, row_, col_};
  }
  BSR_INLINE dims shape() const { return shape_; }
  BSR_INLINE std::int64_t rows() const { return shape_.rows; }
  BSR_INLINE std::int64_t cols() const { return shape_.cols; }
  BSR_INLINE std::int64_t nnz() const { return static_cast<std::int64_t>(data_.size()); }
  BSR_INLINE std::span<T> data() const { return data_; }
  BSR_INLINE std::span<const Index> row() const { return row_; }
  BSR_INLINE std::span<const Index> col() const { return col_; }

 private:
  dims shape_;
  std::span<T> data_;
  std::span<const Index> row_;
  std::span<const Index> col_;
};

/// A matrix in coordinate form that owns its arrays. Default: 0x0.
template <scalar T, index Index = std::int32_t>
class coo {
 public:
  using value_type = T;
  using index_type = Index;
  BSR_INLINE coo() noexcept {}
  BSR_INLINE coo(const coo&) = default;
  BSR_INLINE coo& operator=(const coo&) = default;
  /// The moved-from coo is 0x0.
  BSR_INLINE coo(coo&& other) noexcept : coo() { swap(other); }
  BSR_INLINE coo& operator=(coo&& other) noexcept {
    coo gone(std::move(other));
    swap(gone);
    return *this;
  }
  BSR_INLINE ~coo() = default;
  BSR_INLINE void swap(coo& other) noexcept {
    std::swap(shape_, other.shape_);
    data_.swap(other.data_);
    row_.swap(other.row_);
    col_.swap(other.col_);
  }
  BSR_INLINE coo(dims shape, buffer<T> data, buffer<Index> row, buffer<Index> col)
      : shape_(shape), data_(std::move(data)), row_(std::move(row)), col_(std::move(col)) {
    (void)view();
  }
  BSR_INLINE dims shape() const { return shape_; }
  BSR_INLINE std::int64_t rows() const { return shape_.rows; }
  BSR_INLINE std::int64_t cols() const { return shape_.cols; }
  BSR_INLINE std::int64_t nnz() const { return data_.size(); }
  BSR_INLINE std::span<T> data() { return data_.span(); }
  BSR_INLINE std::span<const T> data() const { return data_.span(); }
  BSR_INLINE std::span<const Index> row() const { return row_.span(); }
  BSR_INLINE std::span<const Index> col() const { return col_.span(); }
  BSR_INLINE coo_view<T, Index> view() { return {shape_, data_.span(), row_.span(), col_.span()}; }
  BSR_INLINE coo_view<const T, Index> view() const {
    return {shape_, data_.span(), row_.span(), col_.span()};
  }

 private:
  dims shape_;
  buffer<T> data_;
  buffer<Index> row_;
  buffer<Index> col_;
};

}  // namespace bsr::inline v0
