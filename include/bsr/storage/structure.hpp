// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What patterns and matrices have in common: the checks of a block-sparse-row structure, and its readers.
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0 {

/// Tag argument of constructors and to_bsr: the shape need not be a multiple of the block size. The blocks at
/// the lower and right edge then reach beyond the matrix; what they hold there is padding, which no operation
/// reads as a value and for which no element of an operand is read or written. Without the tag such a shape
/// is refused.
struct padded_t {};
inline constexpr padded_t padded{};

namespace storage_detail {

BSR_INLINE constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0); }

}  // namespace storage_detail
}  // namespace bsr::inline v0

// The checks are functions of the target, as the sentences of its errors are, and not always_inline: they
// would be repeated wherever a matrix is made.
namespace bsr::inline v0::inline BSR_TARGET::detail {

/// A block size given at run time must agree with the static one.
template <int R, int C>
void check_static_blocksize(const char* who, dims block) {
  if ((R != dynamic && block.rows != R) || (C != dynamic && block.cols != C))
    fail<shape_error>("bsr: ", who, ": mismatching blocksize=", block, " vs ", dims(R, C), " of the type.");
}

/// Blocks of size `block` and a shape of `shape`: do they fit?
inline void check_blocksize(const char* who, dims shape, dims block, bool may_pad) {
  if (block.rows < 1 || block.cols < 1) fail<shape_error>("bsr: ", who, ": invalid blocksize ", block, ".");
  if (shape.rows < 0 || shape.cols < 0) fail<shape_error>("bsr: ", who, ": invalid shape ", shape, ".");
  if (!may_pad && (shape.rows % block.rows != 0 || shape.cols % block.cols != 0))
    fail<shape_error>("bsr: ", who, ": shape must be multiple of blocksize: shape is ", shape,
                      ", blocksize is ", block,
                      "; pass bsr::padded if the last blocks shall reach beyond the edge.");
}

/// scipy's check_format(full_check=False). Returns the number of blocks, indptr[-1].
template <index Index>
std::int64_t check_structure(const char* who, dims shape, dims block, const Index* indptr,
                             std::int64_t num_indptr, const Index* indices, std::int64_t num_indices,
                             bool may_pad) {
  check_blocksize(who, shape, block, may_pad);
  const std::int64_t block_rows = storage_detail::ceil_div(shape.rows, block.rows);
  if (num_indptr != block_rows + 1)
    fail<shape_error>("bsr: ", who, ": index pointer size (", num_indptr, ") should be (", block_rows + 1,
                      "): shape is ", shape, ", blocksize is ", block, ".");
  if (indptr == nullptr || (indices == nullptr && num_indices > 0))
    fail<shape_error>("bsr: ", who, ": the ", indptr == nullptr ? "index pointer" : "array of indices",
                      " is null.");
  if (indptr[0] != 0)
    fail<format_error>("bsr: ", who, ": index pointer should start with 0, not ", indptr[0], ".");
  const auto last = static_cast<std::int64_t>(indptr[block_rows]);
  if (last > num_indices || last < 0)
    fail<format_error>(
        "bsr: ", who,
        ": Last value of index pointer should be less than the size of index and data arrays: it is ", last,
        ", and there are ", num_indices, " indices.");
  return last;
}

/// num_blocks blocks of size `block` need this many elements; does that number exist?
inline std::int64_t count_elements(const char* who, std::int64_t num_blocks, dims block) {
  std::int64_t per_block = 0;
  std::int64_t all = 0;
  if (__builtin_mul_overflow(block.rows, block.cols, &per_block) ||
      __builtin_mul_overflow(num_blocks, per_block, &all))
    fail<shape_error>("bsr: ", who, ": ", num_blocks, " blocks of ", block,
                      " elements are more than can be counted.");
  return all;
}

inline void check_data_size(const char* who, std::int64_t num_data, std::int64_t num_indices, dims block) {
  if (num_data != count_elements(who, num_indices, block))
    fail<shape_error>("bsr: ", who, ": indices and data should have the same size: ", num_indices,
                      " indices need ", num_indices, " blocks of ", block, " elements, and data has ",
                      num_data, " elements.");
}

/// The length of the index pointer of such a matrix.
inline std::int64_t count_indptr(const char* who, dims shape, dims block, bool may_pad) {
  check_blocksize(who, shape, block, may_pad);
  return storage_detail::ceil_div(shape.rows, block.rows) + 1;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail

namespace bsr::inline v0 {
namespace storage_detail {

using detail::check_blocksize;
using detail::check_data_size;
using detail::check_static_blocksize;
using detail::check_structure;
using detail::count_elements;
using detail::count_indptr;

/// A span over a raw pointer whose length someone claims.
template <class T>
BSR_INLINE std::span<const T> make_span(const char* who, const T* data, std::int64_t size) {
  if (size < 0 || (data == nullptr && size > 0))
    fail<shape_error>("bsr: ", who, ": ", size, " elements at a ", data == nullptr ? "null" : "valid",
                      " pointer are no array.");
  return {data, static_cast<std::size_t>(size)};
}

/// The index pointer of a matrix without rows: owners that are empty or moved from need no memory for it.
/// Always 0.
template <index Index>
inline Index no_rows[1] = {0};

/// The index pointer in a buffer, or the one of a matrix without rows.
template <class Buffer>
BSR_INLINE auto indptr_span(Buffer& stored) {
  using element = std::remove_reference_t<decltype(*stored.data())>;
  return stored.empty() ? std::span<element>(no_rows<std::remove_const_t<element>>, 1) : stored.span();
}

/// Readers shared by pattern_view, pattern, matrix_view and matrix. Derived gives shape(), extents(),
/// indices(), indptr().
template <class Derived, int R, int C, index Index>
class structure {
 public:
  using index_type = Index;
  static constexpr int static_rows = R;
  static constexpr int static_cols = C;

  /// True rows and columns, without padding.
  BSR_INLINE constexpr std::int64_t rows() const { return self().shape().rows; }
  BSR_INLINE constexpr std::int64_t cols() const { return self().shape().cols; }
  /// Rows and columns of every block. Constant expressions when R and C are numbers.
  BSR_INLINE constexpr dims blocksize() const {
    if constexpr (R != dynamic && C != dynamic)
      return {R, C};
    else
      return self().stored_blocksize();
  }
  BSR_INLINE constexpr std::int64_t block_rows() const { return ceil_div(rows(), blocksize().rows); }
  BSR_INLINE constexpr std::int64_t block_cols() const { return ceil_div(cols(), blocksize().cols); }
  /// Stored blocks, explicit zeros and duplicates included. scipy: len(indices).
  BSR_INLINE constexpr std::int64_t num_blocks() const {
    return static_cast<std::int64_t>(self().indices().size());
  }
  /// Stored elements, explicit zeros and duplicates included. scipy: nnz.
  BSR_INLINE constexpr std::int64_t nnz() const { return num_blocks() * blocksize().rows * blocksize().cols; }
  /// Whether the last blocks reach beyond the edge of the matrix.
  BSR_INLINE constexpr bool is_padded() const {
    return rows() % blocksize().rows != 0 || cols() % blocksize().cols != 0;
  }

 private:
  BSR_INLINE constexpr const Derived& self() const { return static_cast<const Derived&>(*this); }
};

}  // namespace storage_detail
}  // namespace bsr::inline v0
