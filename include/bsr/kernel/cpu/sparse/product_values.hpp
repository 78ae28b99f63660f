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

/// Block rows first ... end - 1 of product_values(). A function of its own: the inner loop needs every
/// register.
template <class Product, class T, index Index>
[[gnu::noinline]] void product_rows(std::int64_t first, std::int64_t end, T alpha,
                                    product_sizes run_time_sizes, const index_view<Index> a, const T* a_data,
                                    const index_view<Index> b, const T* b_data, const index_view<Index> c,
                                    T* c_data, T* BSR_RESTRICT sums, Index* BSR_RESTRICT slot) {
  const product_sizes sizes = Product::sizes(run_time_sizes);
  const std::int64_t a_area = sizes.rows * sizes.depth, b_area = sizes.depth * sizes.cols,
                     c_area = sizes.rows * sizes.cols, step = Product::stride(sizes);
  const std::int64_t last_of_b = std::int64_t{b.indptr[b.rows]} - 1;
  Product block(sizes);
  // While one row of B is added, the next one is asked for, block by block; rows of larger blocks the
  // hardware follows by itself. Of rows of smaller blocks, which are soon added, the beginning of the next
  // but one.
  const std::int64_t b_bytes = b_area * static_cast<std::int64_t>(sizeof(T));
  const int lines = b_bytes >= 48 && b_bytes <= 512 ? static_cast<int>((b_bytes + 63) / 64) : 0;
  const std::int64_t num_a = a.indptr[a.rows];
  const auto row_after = [&](std::int64_t p, int ahead) {
    return std::int64_t{b.indptr[p + ahead < num_a ? a.indices[p + ahead] : 0]};
  };
  const auto prefetch = [](const auto* from, int count) {
    for (int line = 0; line < count; ++line)
      __builtin_prefetch(reinterpret_cast<const char*>(from) + 64 * line);
  };
  for (std::int64_t i = first; i < end; ++i) {
    const Index* const columns = c.indices + c.indptr[i];
    const std::int64_t count = std::int64_t{c.indptr[i + 1]} - c.indptr[i];
    for (std::int64_t k = 0; k < count; ++k) slot[columns[k]] = static_cast<Index>(k);
    for (std::int64_t e = 0; e < count * step; ++e) sums[e] = T{};
    // While the row is computed, the memory that it goes to is brought in, a part with each row of B.
    const char* soon = reinterpret_cast<const char*>(c_data + std::int64_t{c.indptr[i]} * c_area);
    const std::int64_t row_bytes = count * c_area * static_cast<std::int64_t>(sizeof(T)),
                       rows_of_b = std::int64_t{a.indptr[i + 1]} - a.indptr[i],
                       part = rows_of_b == 0 ? 0 : row_bytes / rows_of_b + 1;
    for (std::int64_t p = a.indptr[i]; p < a.indptr[i + 1]; ++p) {
      const std::int64_t row = a.indices[p];
      for (const char* const enough = soon + part; soon < enough; soon += 64) __builtin_prefetch(soon);
      block.load(a_data + p * a_area);
      const std::int64_t n = std::int64_t{b.indptr[row + 1]} - b.indptr[row];
      const Index* at = b.indices + b.indptr[row];
      const T* from = b_data + b.indptr[row] * b_area;
      const char* ahead = reinterpret_cast<const char*>(b_data + row_after(p, 1) * b_area);
      if (b_bytes < 48) {
        prefetch(b.indices + row_after(p, 2), 2);
        prefetch(b_data + row_after(p, 2) * b_area, 3);
      }
      const bool is_last = Product::reads_beyond && n > 0 && b.indptr[row + 1] > last_of_b;
      for (const Index* const stop = at + n - is_last; at != stop; ++at, from += b_area, ahead += b_bytes) {
        prefetch(ahead, lines);
        block.add(from, sums + std::int64_t{slot[*at]} * step);
      }
      if constexpr (Product::reads_beyond)
        if (is_last) block.add_last(from, sums + std::int64_t{slot[*at]} * step);
    }
    T* to = c_data + std::int64_t{c.indptr[i]} * c_area;
    for (std::int64_t k = 0; k < count; ++k, to += c_area) block.write(sums + k * step, alpha, to);
  }
}

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
  for_each_piece(policy, work.shares.workers, [&](int worker) {
    T* const sums = work.sums.data() + worker * work.length;
    Index* const slot = work.slots.data() + worker * c.cols;
    work.shares.of(worker, [&](int, std::int64_t first, std::int64_t end) {
      product_rows<Product>(first, end, alpha, sizes, a, a_data, b, b_data, c, c_data, sums, slot);
    });
  });
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
