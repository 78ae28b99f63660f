// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The values of the product of two sparse matrices, where its structure is known. Gustavson's algorithm on
// blocks.
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/sparse/block_product.hpp"
#include "bsr/kernel/cpu/sparse/rows.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Memory for the values of a product: a row of sums, and the place of each block column, for every worker.
template <class T, index Index>
struct product_workspace {
  row_shares shares;
  std::int64_t length;  ///< elements of a row of sums
  buffer<T> sums;
  buffer<Index> slots;

  /// For products into the structure c by blocks with `stride` elements of sums.
  product_workspace(const cpu& policy, const index_view<Index>& c, std::int64_t stride,
                    std::int64_t nanoseconds)
      : shares(policy, c.rows, nanoseconds), length(longest_row(c) * stride) {
    if (length == 0) return;
    sums = buffer<T>(length * shares.workers, uninitialized);
    // Zeros: a structure that was changed behind a plan's back makes wrong numbers, not wild accesses.
    slots = buffer<Index>(c.cols * shares.workers);
  }

 private:
  static std::int64_t longest_row(const index_view<Index>& c) {
    std::int64_t longest = 0;
    for (std::int64_t i = 0; i < c.rows; ++i) {
      const std::int64_t row = std::int64_t{c.indptr[i + 1]} - c.indptr[i];
      longest = row > longest ? row : longest;
    }
    return longest;
  }
};

/// c = alpha * a * b at the places of c, which hold every block of the product; the others become zero. Of
/// several blocks at one place the last takes the sum. A sum runs through the blocks of a's row in storage
/// order.
///
/// One row of c at a time: its sums lie side by side in a scratch row, in the layout of Product, and are
/// written once. Allocates nothing.
template <class Product, class T, index Index>
void product_values(const cpu& policy, product_workspace<T, Index>& work, T alpha, product_sizes sizes,
                    const index_view<Index>& a, const T* a_data, const index_view<Index>& b, const T* b_data,
                    const index_view<Index>& c, T* c_data) {
  if (work.length == 0) return;
  const std::int64_t last_of_b = std::int64_t{b.indptr[b.rows]} - 1;
  for_each_piece(policy, work.shares.workers, [&](int worker) {
    T* const sums = work.sums.data() + worker * work.length;
    Index* const slot = work.slots.data() + worker * c.cols;
    Product block(sizes);
    // Copies, so that the compiler need not look behind references in the inner loop.
    const std::int64_t a_area = sizes.rows * sizes.depth, b_area = sizes.depth * sizes.cols,
                       c_area = sizes.rows * sizes.cols, step = Product::stride(sizes);
    const Index *const a_indptr = a.indptr, *const a_indices = a.indices, *const b_indptr = b.indptr,
                       *const b_indices = b.indices, *const c_indptr = c.indptr, *const c_indices = c.indices;
    const T *const a_values = a_data, *const b_values = b_data;
    work.shares.of(worker, [&](int, std::int64_t first, std::int64_t end) {
      for (std::int64_t i = first; i < end; ++i) {
        const Index* const columns = c_indices + c_indptr[i];
        const std::int64_t count = std::int64_t{c_indptr[i + 1]} - c_indptr[i];
        for (std::int64_t k = 0; k < count; ++k) slot[columns[k]] = static_cast<Index>(k);
        for (std::int64_t e = 0; e < count * step; ++e) sums[e] = T{};
        for (std::int64_t p = a_indptr[i]; p < a_indptr[i + 1]; ++p) {
          const std::int64_t row = a_indices[p];
          block.load(a_values + p * a_area);
          std::int64_t q = b_indptr[row];
          const std::int64_t last = b_indptr[row + 1], safe = last <= last_of_b ? last : last_of_b;
          const T* from = b_values + q * b_area;
          for (; q < safe; ++q, from += b_area)
            block.add(from, sums + std::int64_t{slot[b_indices[q]]} * step);
          if (q < last) block.add_last(from, sums + std::int64_t{slot[b_indices[q]]} * step);
        }
        T* const to = c_data + std::int64_t{c_indptr[i]} * c_area;
        for (std::int64_t k = 0; k < count; ++k) block.write(sums + k * step, alpha, to + k * c_area);
      }
    });
  });
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
