// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The values of the product of two sparse matrices, where its structure is known. Gustavson's algorithm on blocks.
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/sparse/block_product.hpp"
#include "bsr/kernel/cpu/sparse/product_structure.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// c = alpha * a * b at the places of c, which hold every block of the product; the others become zero. Of several
/// blocks at one place the last takes the sum. A sum runs through the blocks of a's row in storage order.
///
/// One row of c at a time: its sums lie side by side in a scratch row, in the layout of Product, and are written once.
/// Scratch for each piece: 4 or 8 bytes a block column, and the sums of the longest row.
template <class Product, class T, index Index>
void product_values(const cpu& policy, T alpha, product_sizes sizes, const index_view<Index>& a, const T* a_data,
                    const index_view<Index>& b, const T* b_data, const index_view<Index>& c, T* c_data) {
  const std::int64_t a_area = sizes.rows * sizes.depth, b_area = sizes.depth * sizes.cols,
                     c_area = sizes.rows * sizes.cols, stride = Product::stride(sizes);
  std::int64_t longest = 0;
  for (std::int64_t i = 0; i < c.rows; ++i) {
    const std::int64_t length = std::int64_t{c.indptr[i + 1]} - c.indptr[i];
    longest = length > longest ? length : longest;
  }
  if (longest == 0) return;
  const std::int64_t last_of_b = std::int64_t{b.indptr[b.rows]} - 1;
  const int pieces = product_pieces(policy, c.rows, std::int64_t{c.indptr[c.rows]} * c_area);
  for_each_piece(policy, pieces, [&](int piece) {
    buffer<T> scratch(longest * stride, uninitialized);
    buffer<Index> slot_of(c.cols, uninitialized);
    Index* const slot = slot_of.data();
    T* const sums = scratch.data();
    Product block(sizes);
    // Copies, so that the compiler need not look behind references in the inner loop.
    const Index *const a_indptr = a.indptr, *const a_indices = a.indices, *const b_indptr = b.indptr,
                *const b_indices = b.indices, *const c_indptr = c.indptr, *const c_indices = c.indices;
    const std::int64_t area = b_area, step = stride;
    const T* const b_values = b_data;
    const std::int64_t end = share(c.rows, piece + 1, pieces);
    for (std::int64_t i = share(c.rows, piece, pieces); i < end; ++i) {
      const Index* const columns = c_indices + c_indptr[i];
      const std::int64_t count = std::int64_t{c_indptr[i + 1]} - c_indptr[i];
      for (std::int64_t k = 0; k < count; ++k) slot[columns[k]] = static_cast<Index>(k);
      for (std::int64_t e = 0; e < count * step; ++e) sums[e] = T{};
      for (std::int64_t p = a_indptr[i]; p < a_indptr[i + 1]; ++p) {
        const std::int64_t row = a_indices[p];
        block.load(a_data + p * a_area);
        std::int64_t q = b_indptr[row];
        const std::int64_t last = b_indptr[row + 1], safe = last <= last_of_b ? last : last_of_b;
        const T* from = b_values + q * area;
        for (; q < safe; ++q, from += area) block.add(from, sums + std::int64_t{slot[b_indices[q]]} * step);
        if (q < last) block.add_last(from, sums + std::int64_t{slot[b_indices[q]]} * step);
      }
      T* const to = c_data + std::int64_t{c_indptr[i]} * c_area;
      for (std::int64_t k = 0; k < count; ++k) block.write(sums + k * step, alpha, to + k * c_area);
    }
  });
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
