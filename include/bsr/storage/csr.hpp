// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Compressed sparse rows: the format that most matrices come in. For conversion; products are made with
// blocks.
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0 {

/// A CSR matrix over scipy's arrays, in its order (data, indices, indptr), where they lie. Columns may be
/// unsorted and may repeat. Checks in O(1): shape_error, format_error.
template <scalar T, index Index = std::int32_t>
class csr_view {
 public:
  using value_type = std::remove_const_t<T>;
  using index_type = Index;
  BSR_INLINE csr_view(dims shape, std::span<T> data, std::span<const Index> indices,
                      std::span<const Index> indptr)
      : shape_(shape), data_(data), indices_(indices), indptr_(indptr) {
    const auto n = static_cast<std::size_t>(storage_detail::check_structure(
        "csr_view", shape, dims(1, 1), indptr.data(), static_cast<std::int64_t>(indptr.size()),
        indices.data(), static_cast<std::int64_t>(indices.size()), false));
    storage_detail::check_data_size("csr_view", static_cast<std::int64_t>(data.size()),
                                    static_cast<std::int64_t>(indices.size()), dims(1, 1));
    data_ = data_.first(n);
    indices_ = indices_.first(n);
  }
  csr_view(const csr_view&) = default;
  csr_view& operator=(const csr_view&) = delete;
  BSR_INLINE operator csr_view<const T, Index>() const
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

/// A CSR matrix that owns its arrays. Default: 0x0.
template <scalar T, index Index = std::int32_t>
class csr {
 public:
  using value_type = T;
  using index_type = Index;
  BSR_INLINE csr() noexcept {}
  BSR_INLINE csr(const csr&) = default;
  BSR_INLINE csr& operator=(const csr&) = default;
  /// The moved-from csr is 0x0.
  BSR_INLINE csr(csr&& other) noexcept : csr() { swap(other); }
  BSR_INLINE csr& operator=(csr&& other) noexcept {
    csr gone(std::move(other));
    swap(gone);
    return *this;
  }
  BSR_INLINE ~csr() = default;
  BSR_INLINE void swap(csr& other) noexcept {
    std::swap(shape_, other.shape_);
    data_.swap(other.data_);
    indices_.swap(other.indices_);
    indptr_.swap(other.indptr_);
  }
  BSR_INLINE csr(dims shape, buffer<T> data, buffer<Index> indices, buffer<Index> indptr)
      : shape_(shape), data_(std::move(data)), indices_(std::move(indices)), indptr_(std::move(indptr)) {
    const auto n = view().nnz();
    data_.truncate(n);
    indices_.truncate(n);
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
  BSR_INLINE csr_view<T, Index> view() { return {shape_, data_.span(), indices_.span(), indptr()}; }
  BSR_INLINE csr_view<const T, Index> view() const {
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
