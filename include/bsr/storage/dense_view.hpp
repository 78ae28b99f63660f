// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Dense operands where they lie: rank 2 (dense_view) and rank 1 (vector_view).
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/space.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/destination.hpp"

namespace bsr::inline v0 {

/// Element (i, j) lies at data + i * ld + j. NumPy's default ("C order").
struct row_major {};
/// Element (i, j) lies at data + i + j * ld. Eigen's and Fortran's default.
struct col_major {};
/// Element (i, j) lies at data + i * row_stride + j * col_stride; strides are positive.
struct strided {};

namespace storage_detail {
template <class Layout>
inline constexpr bool is_layout =
    std::same_as<Layout, row_major> || std::same_as<Layout, col_major> || std::same_as<Layout, strided>;
template <class Layout>
struct transposed_layout {
  using type = strided;
};
template <>
struct transposed_layout<row_major> {
  using type = col_major;
};
template <>
struct transposed_layout<col_major> {
  using type = row_major;
};
}  // namespace storage_detail

/// A dense matrix of rows x cols elements in someone else's memory. Copies are shallow; `const` is shallow as
/// in std::span, `T const` elements make it read-only. Copy assignment does not exist, because `c = e`
/// computes e into c: copy(b, c) copies elements, a new view looks elsewhere. Throws shape_error when a size
/// is negative, ld is shorter than a row (column), or data is null and the view not empty.
template <scalar T, class Layout = row_major, class Space = host>
class dense_view : public assignable<dense_view<T, Layout, Space>> {
  static_assert(storage_detail::is_layout<Layout>,
                "bsr: the layout of a dense_view is row_major, col_major or strided.");

 public:
  using value_type = std::remove_const_t<T>;
  using element_type = T;
  using layout_type = Layout;
  using space = Space;
  using assignable<dense_view>::operator=;

  /// Rows (columns, when column-major) lie one after the other.
  template <std::integral Rows, std::integral Cols>
    requires(!std::same_as<Layout, strided>)
  BSR_INLINE constexpr dense_view(T* data, Rows rows, Cols cols)
      : dense_view(data, rows, cols,
                   std::same_as<Layout, row_major> ? static_cast<std::int64_t>(cols)
                                                   : static_cast<std::int64_t>(rows)) {}
  /// Consecutive rows (columns, when column-major) lie `ld` elements apart.
  template <std::integral Rows, std::integral Cols, std::integral Ld>
    requires(!std::same_as<Layout, strided>)
  BSR_INLINE constexpr dense_view(T* data, Rows rows, Cols cols, Ld ld)
      : data_(data), shape_(rows, cols), row_stride_(static_cast<std::int64_t>(ld)) {
    const std::int64_t width = row_major_ ? shape_.cols : shape_.rows;
    const std::int64_t count = row_major_ ? shape_.rows : shape_.cols;
    if (width < 0 || count < 0 || (row_stride_ < width && count > 1))
      fail<shape_error>("bsr: dense_view: a ", shape_, " matrix cannot have a leading dimension of ",
                        row_stride_, ".");
    check_data();
  }
  /// Any two positive strides, counted in elements.
  template <std::integral Rows, std::integral Cols, std::integral RowStride, std::integral ColStride>
    requires std::same_as<Layout, strided>
  BSR_INLINE constexpr dense_view(T* data, Rows rows, Cols cols, RowStride row_stride, ColStride col_stride)
      : data_(data),
        shape_(rows, cols),
        row_stride_(static_cast<std::int64_t>(row_stride)),
        col_stride_(static_cast<std::int64_t>(col_stride)) {
    const bool empty = shape_.rows == 0 || shape_.cols == 0;  // between no elements any stride will do
    if (shape_.rows < 0 || shape_.cols < 0 ||
        (!empty && ((row_stride_ < 1 && shape_.rows > 1) || (col_stride_ < 1 && shape_.cols > 1))))
      fail<shape_error>("bsr: dense_view: a ", shape_, " matrix cannot have strides ", row_stride_, " and ",
                        col_stride_, ".");
    check_data();
  }
  dense_view(const dense_view&) = default;
  dense_view& operator=(const dense_view&) = delete;
  /// Elements become read-only.
  BSR_INLINE constexpr operator dense_view<const T, Layout, Space>() const
    requires(!std::is_const_v<T>)
  {
    if constexpr (strided_)
      return {data_, rows(), cols(), row_stride(), col_stride()};
    else
      return {data_, rows(), cols(), ld()};
  }

  BSR_INLINE constexpr T* data() const { return data_; }
  BSR_INLINE constexpr dims shape() const { return shape_; }
  BSR_INLINE constexpr std::int64_t rows() const { return shape_.rows; }
  BSR_INLINE constexpr std::int64_t cols() const { return shape_.cols; }
  /// The leading dimension: elements from one row (column, when column-major) to the next.
  BSR_INLINE constexpr std::int64_t ld() const
    requires(!std::same_as<Layout, strided>)
  {
    return row_stride_;
  }
  BSR_INLINE constexpr std::int64_t row_stride() const {
    return std::same_as<Layout, col_major> ? std::int64_t{1} : row_stride_;
  }
  BSR_INLINE constexpr std::int64_t col_stride() const {
    if constexpr (strided_)
      return col_stride_;
    else
      return row_major_ ? std::int64_t{1} : row_stride_;
  }
  BSR_INLINE constexpr T& operator()(std::int64_t i, std::int64_t j) const {
    return data_[i * row_stride() + j * col_stride()];
  }
  /// The rows x cols elements that start at (i, j), in the same memory. Throws shape_error outside the
  /// matrix.
  BSR_INLINE constexpr dense_view block(std::int64_t i, std::int64_t j, std::int64_t rows,
                                        std::int64_t cols) const {
    if (i < 0 || j < 0 || rows < 0 || cols < 0 || i > shape_.rows - rows || j > shape_.cols - cols)
      fail<shape_error>("bsr: block: ", dims(rows, cols), " elements at (", i, ", ", j, ") are not inside a ",
                        shape_, " matrix.");
    T* const first = data_ == nullptr ? nullptr : data_ + i * row_stride() + j * col_stride();
    if constexpr (strided_)
      return {first, rows, cols, row_stride_, col_stride_};
    else
      return {first, rows, cols, row_stride_};
  }

 private:
  static constexpr bool row_major_ = std::same_as<Layout, row_major>;
  static constexpr bool strided_ = std::same_as<Layout, strided>;
  BSR_INLINE constexpr void check_data() const {
    if (data_ == nullptr && shape_.rows > 0 && shape_.cols > 0)
      fail<shape_error>("bsr: dense_view: a ", shape_, " matrix has no memory (its pointer is null).");
  }

  struct no_stride {
    BSR_INLINE constexpr no_stride() = default;
  };
  T* data_;
  dims shape_;
  std::int64_t row_stride_;  // of a column-major view: its leading dimension
  [[no_unique_address]] std::conditional_t<strided_, std::int64_t, no_stride> col_stride_{};
};

template <class T, std::integral Rows, std::integral Cols>
dense_view(T*, Rows, Cols) -> dense_view<T>;
template <class T, std::integral Rows, std::integral Cols, std::integral Ld>
dense_view(T*, Rows, Cols, Ld) -> dense_view<T>;

/// A vector in someone else's memory: element i lies at data + i * stride, stride >= 1.
/// Throws shape_error when size is negative, stride is below 1, or data is null and the vector not empty.
template <scalar T, class Space = host>
class vector_view : public assignable<vector_view<T, Space>> {
 public:
  using value_type = std::remove_const_t<T>;
  using element_type = T;
  using space = Space;
  using assignable<vector_view>::operator=;

  template <std::integral Size>
  BSR_INLINE constexpr vector_view(T* data, Size size) : vector_view(data, size, 1) {}
  template <std::integral Size, std::integral Stride>
  BSR_INLINE constexpr vector_view(T* data, Size size, Stride stride)
      : data_(data), size_(static_cast<std::int64_t>(size)), stride_(static_cast<std::int64_t>(stride)) {
    if (size_ < 0 || stride_ < 1 || (data_ == nullptr && size_ > 0))
      fail<shape_error>("bsr: vector_view: ", size_, " elements with stride ", stride_, " at a ",
                        data_ == nullptr ? "null" : "valid", " pointer are no vector.");
  }
  vector_view(const vector_view&) = default;
  vector_view& operator=(const vector_view&) = delete;
  BSR_INLINE constexpr operator vector_view<const T, Space>() const
    requires(!std::is_const_v<T>)
  {
    return {data_, size_, stride_};
  }

  BSR_INLINE constexpr T* data() const { return data_; }
  BSR_INLINE constexpr std::int64_t size() const { return size_; }
  BSR_INLINE constexpr std::int64_t stride() const { return stride_; }
  BSR_INLINE constexpr T& operator()(std::int64_t i) const { return data_[i * stride_]; }
  BSR_INLINE constexpr T& operator[](std::int64_t i) const { return data_[i * stride_]; }

 private:
  T* data_;
  std::int64_t size_;
  std::int64_t stride_;
};

template <class T, std::integral Size>
vector_view(T*, Size) -> vector_view<T>;
template <class T, std::integral Size, std::integral Stride>
vector_view(T*, Size, Stride) -> vector_view<T>;

/// The same memory with rows and columns exchanged; nothing moves. O(1).
template <class T, class Layout, class Space>
BSR_INLINE constexpr auto transpose(dense_view<T, Layout, Space> x)
    -> dense_view<T, typename storage_detail::transposed_layout<Layout>::type, Space> {
  if constexpr (std::same_as<Layout, strided>)
    return {x.data(), x.cols(), x.rows(), x.col_stride(), x.row_stride()};
  else
    return {x.data(), x.cols(), x.rows(), x.ld()};
}

}  // namespace bsr::inline v0
