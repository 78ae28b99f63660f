// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Sparse plus sparse in two steps: where the blocks of the sum are, and what they hold. For sums that are
// made many times; merge.hpp makes one in a single pass.
#include <cstdint>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/sparse/column_set.hpp"
#include "bsr/kernel/cpu/sparse/rows.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// indptr and indices of the union of a and b: every block row sorted, each column once. O(blocks).
/// Throws shape_error when the index type cannot count the blocks.
template <index Index>
std::pair<buffer<Index>, buffer<Index>> sum_structure(const index_view<Index>& a,
                                                      const index_view<Index>& b) {
  buffer<Index> indptr(a.rows + 1);
  buffer<Index> indices(std::int64_t{a.indptr[a.rows]} + b.indptr[b.rows] + list_slack, uninitialized);
  column_set<Index> set(a.cols);
  Index* first = indices.data();
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t k = a.indptr[i]; k < a.indptr[i + 1]; ++k) set.insert(a.indices[k]);
    for (std::int64_t k = b.indptr[i]; k < b.indptr[i + 1]; ++k) set.insert(b.indices[k]);
    first = set.take(first);
    const std::int64_t count = first - indices.data();
    indptr[i + 1] = static_cast<Index>(count);
    if (indptr[i + 1] != count)
      fail<shape_error>(
          "bsr: a + b: the sum has ", count,
          " blocks and more, which its index type cannot count. Use std::int64_t for the indices.");
  }
  indices.truncate(first - indices.data());
  return {std::move(indptr), std::move(indices)};
}

/// Where each block of a and of b goes in their sum.
template <index Index>
struct sum_places {
  row_shares shares;
  buffer<Index> a;
  buffer<Index> b;

  /// For sums into the structure c, which has every block of a and b; `nanoseconds` is what one takes, about.
  sum_places(const cpu& policy, const index_view<Index>& left, const index_view<Index>& right,
             const index_view<Index>& c, std::int64_t nanoseconds)
      : shares(policy, c.rows, nanoseconds), a(find(left, c)), b(find(right, c)) {}

 private:
  static buffer<Index> find(const index_view<Index>& x, const index_view<Index>& c) {
    buffer<Index> places(x.indptr[x.rows], uninitialized);
    buffer<Index> at(x.cols, uninitialized);
    for (std::int64_t i = 0; i < x.rows; ++i) {
      for (Index k = c.indptr[i]; k < c.indptr[i + 1]; ++k) at[c.indices[k]] = k;
      for (std::int64_t k = x.indptr[i]; k < x.indptr[i + 1]; ++k) places[k] = at[x.indices[k]];
    }
    return places;
  }
};

/// c = alpha * a + beta * b at the places of c; blocks have `area` elements. Duplicates add up in storage
/// order, a's before b's. Allocates nothing.
template <class T, index Index>
void sum_values(const cpu& policy, const sum_places<Index>& places, std::int64_t area, T alpha,
                const index_view<Index>& a, const T* a_data, T beta, const index_view<Index>& b,
                const T* b_data, const index_view<Index>& c, T* c_data) {
  const auto add_row = [&](const index_view<Index>& x, const T* data, const buffer<Index>& to, T factor,
                           std::int64_t i) {
    const T* from = data + x.indptr[i] * area;
    for (std::int64_t k = x.indptr[i]; k < x.indptr[i + 1]; ++k, from += area) {
      T* const at = c_data + to[k] * area;
      for (std::int64_t e = 0; e < area; ++e) at[e] = v0::add(at[e], multiply(factor, from[e]));
    }
  };
  for_each_piece(policy, places.shares.workers, [&](int worker) {
    places.shares.of(worker, [&](int, std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        for (std::int64_t e = c.indptr[i] * area; e < c.indptr[i + 1] * area; ++e) c_data[e] = T{};
        add_row(a, a_data, places.a, alpha, i);
        add_row(b, b_data, places.b, beta, i);
      }
    });
  });
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
