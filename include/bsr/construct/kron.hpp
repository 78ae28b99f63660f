// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The Kronecker product. scipy: kron.
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/result_type.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/result_size.hpp"
#include "bsr/convert/to_bsr.hpp"
#include "bsr/format/sum_duplicates.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// The arrays of kron(a, b) for canonical a and b whose format is in order, b not padded.
template <class T, index Index, class U, int AR, int AC, class AIndex, class V, int BR, int BC, class BIndex>
matrix<T, BR, BC, Index> multiply_blocks(const matrix_view<const U, AR, AC, AIndex>& a,
                                         const matrix_view<const V, BR, BC, BIndex>& b, dims shape) {
  const dims from = a.blocksize();
  const dims block = b.blocksize();
  const std::int64_t b_rows = b.block_rows();
  const std::int64_t b_cols = b.block_cols();
  const AIndex* const a_indptr = a.indptr().data();
  const AIndex* const a_indices = a.indices().data();
  const BIndex* const b_indptr = b.indptr().data();
  const BIndex* const b_indices = b.indices().data();
  const std::int64_t b_blocks = b_indptr[b_rows];
  const std::int64_t last_width = a.cols() - (a.block_cols() - 1) * from.cols;

  // Scalar row i of a and block row p of b make block row i * b_rows + p.
  buffer<Index> indptr(size_product("kron", a.rows(), b_rows, "block rows") + 1, uninitialized);
  indptr[0] = 0;
  Index* ends = indptr.data() + 1;
  std::int64_t stored = 0;
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const std::int64_t begin = a_indptr[i];
    const std::int64_t end = a_indptr[i + 1];
    // The last block of a canonical row is the only one that may reach beyond the edge.
    std::int64_t elements = (end - begin) * from.cols;
    if (end > begin && a_indices[end - 1] == a.block_cols() - 1) elements -= from.cols - last_width;
    const std::int64_t height = (std::min)(from.rows, a.rows() - i * from.rows);
    const std::int64_t all =
        size_product("kron", size_product("kron", elements, height, "elements"), b_blocks, "blocks");
    check_count_fits<Index>("kron", size_sum("kron", stored, all, "blocks"), "blocks");
    for (std::int64_t r = 0; r < height; ++r)
      for (std::int64_t p = 0; p < b_rows; ++p) {
        stored += elements * (std::int64_t{b_indptr[p + 1]} - b_indptr[p]);
        *ends++ = static_cast<Index>(stored);
      }
  }

  const std::int64_t area = block.rows * block.cols;
  buffer<Index> indices(stored, uninitialized);
  buffer<T> data(storage_detail::count_elements("kron", stored, block), uninitialized);
  Index* out_index = indices.data();
  T* out = data.data();
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const std::int64_t height = (std::min)(from.rows, a.rows() - i * from.rows);
    for (std::int64_t r = 0; r < height; ++r)
      for (std::int64_t p = 0; p < b_rows; ++p) {
        const std::int64_t begin = b_indptr[p];
        const std::int64_t count = b_indptr[p + 1] - begin;
        const V* const factor = b.data().data() + begin * area;
        for (std::int64_t k = a_indptr[i]; k < a_indptr[i + 1]; ++k) {
          const U* const values = a.data().data() + (k * from.rows + r) * from.cols;
          const std::int64_t first = a_indices[k] * from.cols;
          const std::int64_t width = (std::min)(from.cols, a.cols() - first);
          for (std::int64_t c = 0; c < width; ++c) {
            const T x = cast_scalar<T>(values[c]);
            const std::int64_t left = (first + c) * b_cols;
            for (std::int64_t q = 0; q < count; ++q)
              out_index[q] = static_cast<Index>(left + b_indices[begin + q]);
            for (std::int64_t e = 0; e < count * area; ++e)
              out[e] = bsr::multiply(x, cast_scalar<T>(factor[e]));
            out_index += count;
            out += count * area;
          }
        }
      }
  }
  return matrix<T, BR, BC, Index>(shape, std::move(data), std::move(indices), std::move(indptr), block);
}

}  // namespace detail

/// The Kronecker product, (rows of a * rows of b) x (columns of a * columns of b), in blocks of b's size:
///
///   (a kron b)(i * b.rows + p, j * b.cols + q) = a(i, j) * b(p, q)
///
/// Every stored element of a makes one copy of b's blocks, also when it is an explicit zero (scipy too; to
/// leave them out, a can be to_bsr<1>(a) after eliminate_zeros). Canonical. Elements: result_type_t of both.
/// The index type is that of the operands, std::int64_t if one has it. O(stored elements of a * stored
/// elements of b). Throws shape_error (sizes or blocks that cannot be counted) and format_error (an index out
/// of range). scipy: kron(a, b, format='bsr'), which has blocks of b's shape where b is half full.
template <class A, class B>
  requires sparse_like<const A&> && sparse_like<const B&>
auto kron(const A& a, const B& b) {
  const auto left = input(a);
  const auto right = input(b);
  using source = decltype(right);
  using T = result_type_t<typename decltype(left)::value_type, typename source::value_type>;
  using Index = wider_index_t<typename decltype(left)::index_type, typename source::index_type>;
  const detail::without_duplicates x("kron", left);
  const detail::without_duplicates y("kron", right);
  const dims shape(detail::size_product("kron", left.rows(), right.rows(), "rows"),
                   detail::size_product("kron", left.cols(), right.cols(), "columns"));
  const auto multiply_with = [&](const auto& factor) {
    detail::check_range_fits<Index>("kron", storage_detail::ceil_div(shape.cols, factor.blocksize().cols),
                                    "block columns");
    return detail::multiply_blocks<T, Index>(x.view(), factor, shape);
  };
  if (!right.is_padded()) return multiply_with(y.view());
  // The copies of a padded b do not begin at block boundaries.
  const auto elements = to_bsr<1>(y.view());
  return to_bsr<source::static_rows, source::static_cols>(multiply_with(input(elements)), right.blocksize(),
                                                          padded);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
