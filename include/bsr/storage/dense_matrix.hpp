// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The smallest owning dense matrix: what to_dense returns, and memory for those who have none.
#include <concepts>
#include <cstdint>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/space.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/dense_view.hpp"

namespace bsr::inline v0 {

/// A dense matrix that owns its elements, packed, zero at first. Assignment of an expression computes into it
/// and never changes its shape.
template <scalar T, class Layout = row_major, class Space = host>
class dense_matrix {
  static_assert(!std::same_as<Layout, strided>, "bsr: an owning dense matrix is row_major or col_major.");

 public:
  using value_type = T;
  using layout_type = Layout;
  using space = Space;

  BSR_INLINE dense_matrix() noexcept {}
  BSR_INLINE dense_matrix(const dense_matrix&) = default;
  BSR_INLINE dense_matrix& operator=(const dense_matrix&) = default;
  /// The moved-from dense_matrix is 0x0.
  BSR_INLINE dense_matrix(dense_matrix&& other) noexcept : dense_matrix() { swap(other); }
  BSR_INLINE dense_matrix& operator=(dense_matrix&& other) noexcept {
    dense_matrix gone(std::move(other));
    swap(gone);
    return *this;
  }
  BSR_INLINE ~dense_matrix() = default;
  BSR_INLINE void swap(dense_matrix& other) noexcept {
    std::swap(shape_, other.shape_);
    data_.swap(other.data_);
  }
  template <std::integral Rows, std::integral Cols>
  BSR_INLINE dense_matrix(Rows rows, Cols cols) : shape_(rows, cols), data_(count(shape_)) {}
  template <std::integral Rows, std::integral Cols>
  BSR_INLINE dense_matrix(Rows rows, Cols cols, uninitialized_t)
      : shape_(rows, cols), data_(count(shape_), uninitialized) {}

  BSR_INLINE T* data() { return data_.data(); }
  BSR_INLINE const T* data() const { return data_.data(); }
  BSR_INLINE dims shape() const { return shape_; }
  BSR_INLINE std::int64_t rows() const { return shape_.rows; }
  BSR_INLINE std::int64_t cols() const { return shape_.cols; }
  BSR_INLINE std::int64_t ld() const { return std::same_as<Layout, row_major> ? shape_.cols : shape_.rows; }
  BSR_INLINE T& operator()(std::int64_t i, std::int64_t j) { return data_[offset(i, j)]; }
  BSR_INLINE const T& operator()(std::int64_t i, std::int64_t j) const { return data_[offset(i, j)]; }

  BSR_INLINE dense_view<T, Layout, Space> view() { return {data(), rows(), cols(), ld()}; }
  BSR_INLINE dense_view<const T, Layout, Space> view() const { return {data(), rows(), cols(), ld()}; }

  template <storage_detail::assigned E>
  BSR_INLINE dense_matrix& operator=(const E& e) {
    view() = e;
    return *this;
  }
  template <storage_detail::assigned E>
  BSR_INLINE dense_matrix& operator+=(const E& e) {
    view() += e;
    return *this;
  }
  template <storage_detail::assigned E>
  BSR_INLINE dense_matrix& operator-=(const E& e) {
    view() -= e;
    return *this;
  }
  template <class Policy>
  BSR_INLINE auto on(Policy&& policy) {
    return view().on(std::forward<Policy>(policy));
  }
  template <class Plan, class Policy>
  BSR_INLINE auto on(Plan& plan, const Policy& policy) {
    return view().on(plan, policy);
  }

 private:
  BSR_INLINE static std::int64_t count(dims shape) {
    std::int64_t n = 0;
    if (shape.rows < 0 || shape.cols < 0 || __builtin_mul_overflow(shape.rows, shape.cols, &n))
      fail<shape_error>("bsr: dense_matrix: a ", shape, " matrix cannot exist.");
    return n;
  }
  BSR_INLINE std::int64_t offset(std::int64_t i, std::int64_t j) const {
    return std::same_as<Layout, row_major> ? i * shape_.cols + j : i + j * shape_.rows;
  }

  dims shape_;
  buffer<T, Space> data_;
};

}  // namespace bsr::inline v0
