// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Compressed sparse columns: what Matlab, Julia and many solvers keep. For conversion; products are made with
// blocks.
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0 {

/// A CSC matrix over scipy's arrays, in its order (data, indices, indptr), where they lie: the rows of column
/// j are indices[indptr[j]] .. indices[indptr[j + 1] - 1]. They may be unsorted and may repeat. Checks in
/// O(1): shape_error, format_error.
template <scalar T, index Index = std::int32_t>
class csc_view {
 public:
  using value_type = std::remove_const_t<T>;
  using index_type = Index;
  BSR_INLINE csc_view(dims shape, std::span<T> data, std::span<const Index> indices,
                      std::span<const Index> indptr)
      : shape_(shape), data_(data), indices_(indices), indptr_(indptr) {
    if (shape.rows < 0 || shape.cols < 0) fail<shape_error>("bsr: csc_view: invalid shape ", shape, ".");
    const auto size = static_cast<std::int64_t>(indptr.size());
    if (size != shape.cols + 1)
      fail<shape_error>("bsr: csc_view: index pointer size (", size, ") should be (", shape.cols + 1,
                        "): shape is ", shape, ", and every column has a place in it.");
    // The same structure as that of the transposed matrix, row by row.
    const auto n = static_cast<std::size_t>(storage_detail::check_structure(
        "csc_view", dims(shape.cols, shape.rows), dims(1, 1), indptr.data(), size, indices.data(),
        static_cast<std::int64_t>(indices.size()), false));
    storage_detail::check_data_size("csc_view", static_cast<std::int64_t>(data.size()),
                                    static_cast<std::int64_t>(indices.size()), dims(1, 1));
    data_ = data_.first(n);
    indices_ = indices_.first(n);
  }
  csc_view(const csc_view&) = default;
  csc_view& operator=(const csc_view&) = delete;
  BSR_INLINE operator csc_view<const T, Index>() const
    requires(!std::is_const_v<T>)
  {
    return {shape_, data_, indices_, indptr_};
  }
  BSR_INLINE dims shape() const { return shape_; }
  BSR_INLINE std::int64_t rows() const { return shape_.rows; }
  BSR_INLINE std::int64_t cols() const { return shape_.cols; }
  BSR_INLINE std::int64_t nnz() const { return static_cast<std::int64_t>(data_.size()); }
  BSR_INLINE std::span<T> data() const { return data_; }
  BSR_INLINE std::span<const Index> indices() const { return indices_; }
  BSR_INLINE std::span<const Index> indptr() const { return indptr_; }

 private:
  dims shape_;
  std::span<T> data_;
  std::span<const Index> indices_;
  std::span<const Index> indptr_;
};

/// A CSC matrix that owns its arrays. Default: 0x0.
template <scalar T, index Index = std::int32_t>
class csc {
 public:
  using value_type = T;
  using index_type = Index;
  BSR_INLINE csc() noexcept {}
  BSR_INLINE csc(const csc&) = default;
  BSR_INLINE csc& operator=(const csc&) = default;
  /// The moved-from csc is 0x0.
  BSR_INLINE csc(csc&& other) noexcept : csc() { swap(other); }
  BSR_INLINE csc& operator=(csc&& other) noexcept {
    csc gone(std::move(other));
    swap(gone);
    return *this;
  }
  BSR_INLINE ~csc() = default;
  BSR_INLINE void swap(csc& other) noexcept {
    std::swap(shape_, other.shape_);
    data_.swap(other.data_);
    indices_.swap(other.indices_);
    indptr_.swap(other.indptr_);
  }
  BSR_INLINE csc(dims shape, buffer<T> data, buffer<Index> indices, buffer<Index> indptr)
      : shape_(shape), data_(std::move(data)), indices_(std::move(indices)), indptr_(std::move(indptr)) {
    truncate(view().nnz());
  }
  BSR_INLINE dims shape() const { return shape_; }
  BSR_INLINE std::int64_t rows() const { return shape_.rows; }
  BSR_INLINE std::int64_t cols() const { return shape_.cols; }
  BSR_INLINE std::int64_t nnz() const { return data_.size(); }
  BSR_INLINE std::span<T> data() { return data_.span(); }
  BSR_INLINE std::span<const T> data() const { return data_.span(); }
  BSR_INLINE std::span<Index> indices() { return indices_.span(); }
  BSR_INLINE std::span<const Index> indices() const { return indices_.span(); }
  BSR_INLINE std::span<Index> indptr() { return storage_detail::indptr_span(indptr_); }
  BSR_INLINE std::span<const Index> indptr() const { return storage_detail::indptr_span(indptr_); }
  BSR_INLINE csc_view<T, Index> view() { return {shape_, data_.span(), indices_.span(), indptr()}; }
  BSR_INLINE csc_view<const T, Index> view() const {
    return {shape_, data_.span(), indices_.span(), indptr()};
  }

  /// Forgets the entries from n on, after indptr has been changed to end at n. Memory is kept.
  BSR_INLINE void truncate(std::int64_t n) {
    data_.truncate(n);
    indices_.truncate(n);
  }

 private:
  dims shape_;
  buffer<T> data_;
  buffer<Index> indices_;
  buffer<Index> indptr_;
};

}  // namespace bsr::inline v0
