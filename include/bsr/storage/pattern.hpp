// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Where the blocks are, without their values.
#include <cstdint>
#include <span>
#include <utility>

#include "bsr/base/extent.hpp"
#include "bsr/base/space.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0 {

namespace storage_detail {
/// The default block size of a constructor: {R, C} when both are numbers. A dynamic structure has none.
template <int R, int C>
inline constexpr bool has_static_blocks = R != dynamic && C != dynamic;
}  // namespace storage_detail

/// The structure of a block-sparse-row matrix in someone else's memory, as scipy lays it out: the block
/// columns of block row i are indices[indptr[i]] .. indices[indptr[i + 1] - 1]. They may be unsorted and may
/// repeat.
///
/// Constructors check in O(1) what scipy's check_format(full_check=False) checks, and that the shape is a
/// multiple of the block size unless `padded` is passed: shape_error, format_error. Indices beyond indptr[-1]
/// are left out.
template <int R = dynamic, int C = R, index Index = std::int32_t, class Space = host>
class pattern_view : public storage_detail::structure<pattern_view<R, C, Index, Space>, R, C, Index> {
 public:
  using space = Space;

  BSR_INLINE pattern_view(dims shape, std::span<const Index> indices, std::span<const Index> indptr)
    requires storage_detail::has_static_blocks<R, C>
      : pattern_view("pattern_view", shape, indices, indptr, dims(R, C), false) {}
  BSR_INLINE pattern_view(dims shape, std::span<const Index> indices, std::span<const Index> indptr, padded_t)
    requires storage_detail::has_static_blocks<R, C>
      : pattern_view("pattern_view", shape, indices, indptr, dims(R, C), true) {}
  BSR_INLINE pattern_view(dims shape, std::span<const Index> indices, std::span<const Index> indptr,
                          dims blocksize)
      : pattern_view("pattern_view", shape, indices, indptr, blocksize, false) {}
  BSR_INLINE pattern_view(dims shape, std::span<const Index> indices, std::span<const Index> indptr,
                          dims blocksize, padded_t)
      : pattern_view("pattern_view", shape, indices, indptr, blocksize, true) {}
  pattern_view(const pattern_view&) = default;
  pattern_view& operator=(const pattern_view&) = delete;
  /// A static block size is a dynamic one that happens to be known.
  BSR_INLINE operator pattern_view<dynamic, dynamic, Index, Space>() const
    requires(R != dynamic || C != dynamic)
  {
    return {this->trusted(), shape_, indices(), indptr(), this->blocksize()};
  }

  BSR_INLINE constexpr dims shape() const { return shape_; }
  BSR_INLINE constexpr std::span<const Index> indices() const {
    return {indices_, static_cast<std::size_t>(num_blocks_)};
  }
  BSR_INLINE constexpr std::span<const Index> indptr() const {
    return {indptr_, static_cast<std::size_t>(this->block_rows() + 1)};
  }
  BSR_INLINE constexpr dims stored_blocksize() const { return {block_rows_.value(), block_cols_.value()}; }

  /// For the library: arguments that have been checked already.
  struct checked {};
  BSR_INLINE pattern_view(checked, dims shape, std::span<const Index> indices, std::span<const Index> indptr,
                          dims blocksize)
      : shape_(shape),
        indices_(indices.data()),
        indptr_(indptr.data()),
        num_blocks_(static_cast<std::int64_t>(indices.size())),
        block_rows_(blocksize.rows),
        block_cols_(blocksize.cols) {}

 protected:
  BSR_INLINE pattern_view(const char* who, dims shape, std::span<const Index> indices,
                          std::span<const Index> indptr, dims blocksize, bool may_pad)
      : shape_(shape),
        indices_(indices.data()),
        indptr_(indptr.data()),
        block_rows_(blocksize.rows),
        block_cols_(blocksize.cols) {
    storage_detail::check_static_blocksize<R, C>(who, blocksize);
    num_blocks_ = storage_detail::check_structure(who, shape, blocksize, indptr.data(),
                                                  static_cast<std::int64_t>(indptr.size()), indices.data(),
                                                  static_cast<std::int64_t>(indices.size()), may_pad);
  }

 private:
  BSR_INLINE static auto trusted() {
    return typename pattern_view<dynamic, dynamic, Index, Space>::checked{};
  }

  dims shape_;
  const Index* indices_;
  const Index* indptr_;
  std::int64_t num_blocks_ = 0;
  [[no_unique_address]] extent<R> block_rows_;
  [[no_unique_address]] extent<C> block_cols_;
};

/// The structure of a block-sparse-row matrix that owns its index arrays. Default: 0x0.
template <int R = dynamic, int C = R, index Index = std::int32_t, class Space = host>
class pattern : public storage_detail::structure<pattern<R, C, Index, Space>, R, C, Index> {
 public:
  using space = Space;
  using view_type = pattern_view<R, C, Index, Space>;

  BSR_INLINE pattern() noexcept {}
  BSR_INLINE pattern(const pattern&) = default;
  BSR_INLINE pattern& operator=(const pattern&) = default;
  /// The moved-from pattern is 0x0.
  BSR_INLINE pattern(pattern&& other) noexcept : pattern() { swap(other); }
  BSR_INLINE pattern& operator=(pattern&& other) noexcept {
    pattern gone(std::move(other));
    swap(gone);
    return *this;
  }
  BSR_INLINE ~pattern() = default;
  BSR_INLINE void swap(pattern& other) noexcept {
    std::swap(shape_, other.shape_);
    indices_.swap(other.indices_);
    indptr_.swap(other.indptr_);
    std::swap(block_rows_, other.block_rows_);
    std::swap(block_cols_, other.block_cols_);
  }
  BSR_INLINE pattern(dims shape, buffer<Index, Space> indices, buffer<Index, Space> indptr)
    requires storage_detail::has_static_blocks<R, C>
      : pattern(shape, std::move(indices), std::move(indptr), dims(R, C), false) {}
  BSR_INLINE pattern(dims shape, buffer<Index, Space> indices, buffer<Index, Space> indptr, padded_t)
    requires storage_detail::has_static_blocks<R, C>
      : pattern(shape, std::move(indices), std::move(indptr), dims(R, C), true) {}
  BSR_INLINE pattern(dims shape, buffer<Index, Space> indices, buffer<Index, Space> indptr, dims blocksize)
      : pattern(shape, std::move(indices), std::move(indptr), blocksize, false) {}
  BSR_INLINE pattern(dims shape, buffer<Index, Space> indices, buffer<Index, Space> indptr, dims blocksize,
                     padded_t)
      : pattern(shape, std::move(indices), std::move(indptr), blocksize, true) {}
  /// A copy of a view.
  BSR_INLINE explicit pattern(view_type v)
      : shape_(v.shape()),
        indices_(v.indices()),
        indptr_(v.indptr()),
        block_rows_(v.blocksize().rows),
        block_cols_(v.blocksize().cols) {}

  BSR_INLINE dims shape() const { return shape_; }
  BSR_INLINE std::span<Index> indices() { return indices_.span(); }
  BSR_INLINE std::span<Index> indptr() { return storage_detail::indptr_span(indptr_); }
  BSR_INLINE std::span<const Index> indices() const { return indices_.span(); }
  BSR_INLINE std::span<const Index> indptr() const { return storage_detail::indptr_span(indptr_); }
  BSR_INLINE dims stored_blocksize() const { return {block_rows_.value(), block_cols_.value()}; }
  BSR_INLINE view_type view() const {
    return {typename view_type::checked{}, shape_, indices_.span(), indptr(), this->blocksize()};
  }
  BSR_INLINE operator view_type() const { return view(); }

 private:
  BSR_INLINE pattern(dims shape, buffer<Index, Space>&& indices, buffer<Index, Space>&& indptr,
                     dims blocksize, bool may_pad)
      : shape_(shape),
        indices_(std::move(indices)),
        indptr_(std::move(indptr)),
        block_rows_(blocksize.rows),
        block_cols_(blocksize.cols) {
    storage_detail::check_static_blocksize<R, C>("pattern", blocksize);
    indices_.truncate(storage_detail::check_structure("pattern", shape, blocksize, indptr_.data(),
                                                      indptr_.size(), indices_.data(), indices_.size(),
                                                      may_pad));
  }

  dims shape_;
  buffer<Index, Space> indices_;
  buffer<Index, Space> indptr_;
  [[no_unique_address]] extent<R> block_rows_;
  [[no_unique_address]] extent<C> block_cols_;
};

}  // namespace bsr::inline v0
