// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The blocks of op(A), copied in the order and with the layout that a product reads quickest.
#include <cstdint>
#include <cstring>
#include <span>

#include "bsr/base/extent.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/pack_columns.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/kernel/transposed_index.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// How a block of op(A) lies: its columns in the direction of memory, as in a matrix; or its rows; or rows,
/// and blocks ordered by chunks of columns of op(A), which is for blocks of one row.
enum class packed_layout { by_row, turned, chunks };

/// A block of one row among others of its chunk.
template <class Index>
struct chunk_block {
  Index row;  ///< of op(A)
  Index top;  ///< first row of B that it multiplies, counted from the chunk's first
};

/// op(A) with blocks of R x C, its structure and its values: a snapshot. Order within a block row is A's.
template <class T, int R, int C, class Index>
class packed_blocks {
 public:
  using view_type = matrix_view<const T, R, C, Index>;

  explicit packed_blocks(packed_layout layout) : layout_(layout) {}

  packed_layout layout() const { return layout_; }
  std::int64_t num_blocks() const { return num_blocks_; }
  dims shape() const { return shape_; }
  dims block() const { return block_; }
  std::span<const T> values() const {
    return {values_.data(), size(num_blocks_ * block_.rows * block_.cols)};
  }
  std::span<const Index> indptr() const { return {list_indptr(), size(block_rows() + 1)}; }
  std::span<const Index> indices() const { return {list_indices(), size(num_blocks_)}; }

  /// layout by_row: op(A) as a matrix.
  view_type view() const {
    return {typename pattern_view<R, C, Index>::checked{},
            pattern_view<R, C, Index>(typename pattern_view<R, C, Index>::checked{}, shape_, indices(),
                                      indptr(), block_),
            values_.data()};
  }
  /// The other layouts: op(A) as a list.
  block_list<T, Index> list() const {
    return {values_.data(),
            list_indptr(),
            list_indices(),
            layout_ == packed_layout::chunks ? from_.data() : nullptr,
            shape_,
            block_,
            1,
            block_.rows};
  }
  /// layout chunks: blocks in the order of their values, chunk after chunk, rows in order; padding is zero.
  const chunk_block<Index>* chunked() const { return chunked_.data(); }
  /// Chunk c holds the blocks [first, last).
  Index chunk_begin(std::int64_t chunk) const { return chunk_begin_[chunk]; }
  std::int64_t num_chunks() const { return storage_detail::ceil_div(shape_.cols, chunk_rows()); }
  /// Rows of B that belong to a chunk.
  std::int64_t chunk_rows() const { return block_.cols * (chunk_height / block_.cols); }
  static constexpr std::int64_t chunk_height = packed_chunk_rows;

  /// Takes structure and values of A. O(nnz). Allocates only when there are more blocks than ever before.
  template <op Op, class A>
  void update(const cpu& policy, const A& a) {
    constexpr bool turned = Op == op::transpose;
    const dims block = a.blocksize();
    shape_ = turned ? dims(a.cols(), a.rows()) : a.shape();
    block_ = turned ? dims(block.cols, block.rows) : block;
    num_blocks_ = a.num_blocks();
    if (values_.size() < a.nnz()) values_ = buffer<T>(a.nnz(), uninitialized);
    if constexpr (turned) {
      index_.update(a);
    } else {
      copy(indptr_, a.indptr());
      copy(indices_, a.indices());
    }
    if (layout_ == packed_layout::chunks) order_chunks();
    const std::int64_t area = block.rows * block.cols;
    const int pieces = thread_count(policy, a.nnz() / 4);
    const T* const data = a.data().data();
    // Transposed A's blocks lie as the turned layout wants them.
    const bool exchange = (layout_ == packed_layout::by_row) == turned;
    for_each_piece(policy, pieces, [&](int piece) {
      for (std::int64_t k = share(num_blocks_, piece, pieces); k < share(num_blocks_, piece + 1, pieces);
           ++k) {
        const T* const source = data + (turned ? static_cast<std::int64_t>(index_.from()[k]) : k) * area;
        T* const to = values_.data() + (layout_ == packed_layout::chunks ? std::int64_t{from_[k]} : k) * area;
        if (exchange && block.rows > 1 && block.cols > 1)
          exchange_block(source, block, to);
        else
          std::memcpy(static_cast<void*>(to), source, size(area) * sizeof(T));
        if (layout_ == packed_layout::chunks) clear_padding(list_indices()[k], to);
      }
    });
  }

 private:
  static std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }
  std::int64_t block_rows() const { return storage_detail::ceil_div(shape_.rows, block_.rows); }
  const Index* list_indptr() const { return indptr_.empty() ? index_.indptr() : indptr_.data(); }
  const Index* list_indices() const { return indptr_.empty() ? index_.indices() : indices_.data(); }

  static void copy(buffer<Index>& to, std::span<const Index> from) {
    const auto n = static_cast<std::int64_t>(from.size());
    if (to.size() < n) to = buffer<Index>(n, uninitialized);
    for (std::int64_t k = 0; k < n; ++k) to[k] = from[size(k)];
  }
  /// to[c * rows + r] = block[r * cols + c].
  static void exchange_block(const T* from, dims block, T* to) {
    if constexpr (detail::has_vectors<T> && sizeof(T) >= 4)
      if (block.rows % simd::pack<T>::size == 0)
        return detail::pack_columns(from, block.cols, block.cols, block.rows, block.rows, to);
    for (std::int64_t r = 0; r < block.rows; ++r)
      for (std::int64_t c = 0; c < block.cols; ++c) to[c * block.rows + r] = from[r * block.cols + c];
  }
  /// The kernel of chunks reads blocks to their end.
  void clear_padding(std::int64_t block_col, T* block) const {
    const std::int64_t valid = shape_.cols - block_col * block_.cols;
    for (std::int64_t c = valid; c < block_.cols; ++c) block[c] = T{};
  }
  /// Counts, then places: rows stay in order because they are visited in order.
  void order_chunks() {
    const std::int64_t chunks = num_chunks(), per_chunk = chunk_rows() / block_.cols;
    if (chunk_begin_.size() < chunks + 1) chunk_begin_ = buffer<Index>(chunks + 1, uninitialized);
    if (from_.size() < num_blocks_) {
      from_ = buffer<Index>(num_blocks_, uninitialized);
      chunked_ = buffer<chunk_block<Index>>(num_blocks_, uninitialized);
    }
    const Index* const indices = list_indices();
    const Index* const indptr = list_indptr();
    for (std::int64_t c = 0; c <= chunks; ++c) chunk_begin_[c] = 0;
    for (std::int64_t k = 0; k < num_blocks_; ++k) ++chunk_begin_[indices[k] / per_chunk];
    Index begin = 0;
    for (std::int64_t c = 0; c <= chunks; ++c) {
      const Index count = chunk_begin_[c];
      chunk_begin_[c] = begin;
      begin = static_cast<Index>(begin + count);
    }
    for (std::int64_t i = 0; i < block_rows(); ++i)
      for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
        const std::int64_t chunk = indices[k] / per_chunk;
        const Index to = chunk_begin_[chunk]++;
        from_[k] = to;
        chunked_[to] = {static_cast<Index>(i),
                        static_cast<Index>((indices[k] - chunk * per_chunk) * block_.cols)};
      }
    for (std::int64_t c = chunks; c > 0; --c) chunk_begin_[c] = chunk_begin_[c - 1];
    chunk_begin_[0] = 0;
  }

  packed_layout layout_;
  dims shape_{0, 0};
  dims block_{1, 1};
  std::int64_t num_blocks_ = 0;
  buffer<T> values_;
  buffer<Index> indptr_, indices_;  // op none
  transposed_index<Index> index_;   // op transpose
  buffer<Index> from_;              // chunks: where block k of the list lies
  buffer<Index> chunk_begin_;
  buffer<chunk_block<Index>> chunked_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET
