// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Matrices that have their blocks at the same places: averages of models, sums that keep the pattern.
#include <algorithm>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/kernel/cpu/sparse/merge.hpp"
#include "bsr/prune/gather.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/growing_buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/pattern.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// Whether a and b have the same shape, block size and blocks, stored in the same order. O(blocks).
template <class A, class B>
  requires sparse_like<const A&> && sparse_like<const B&>
bool same_pattern(const A& a, const B& b) {
  const auto x = input(a);
  const auto y = input(b);
  return x.shape() == y.shape() && x.blocksize() == y.blocksize() && x.num_blocks() == y.num_blocks() &&
         detail::same_blocks(x.block_rows(), x.indptr().data(), x.indices().data(), y.indptr().data(),
                             y.indices().data());
}

/// y += alpha x for matrices of one pattern, in place: the pattern is exactly what it was, zero blocks
/// included, and nothing is sorted or allocated. Each element is rounded once from double. Throws shape_error
/// when the patterns differ (y += alpha * x of <bsr/bsr.hpp> takes the union).
template <class A, class T, int R, int C, class Index>
  requires sparse_like<const A&>
void axpy(double alpha, const A& x, matrix<T, R, C, Index>& y) {
  if (!same_pattern(x, y))
    fail<shape_error>(
        "bsr: prune: axpy(alpha, x, y): x and y do not have the same blocks; y += alpha * x takes the "
        "union.");
  const auto from = input(x).data();
  const auto to = y.data();
  for (std::size_t k = 0; k < to.size(); ++k)
    to[k] = static_cast<T>(static_cast<double>(to[k]) + alpha * static_cast<double>(from[k]));
}

}  // namespace bsr::inline v0::inline BSR_TARGET::prune

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// The blocks that any of several matrices of one shape has, sorted.
template <class T, int R, int C, class Index>
pattern<R, C, Index> union_of_patterns(std::span<const matrix<T, R, C, Index>> all) {
  const auto& first = all.front();
  const std::int64_t m = first.block_rows(), n = first.block_cols();
  buffer<std::uint8_t> present(n + 64);
  buffer<Index> indptr(m + 1);
  storage_detail::growing_buffer<Index> indices;
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) present[j] = 0;
    for (const auto& a : all)
      for (auto k = a.indptr()[static_cast<std::size_t>(i)]; k < a.indptr()[static_cast<std::size_t>(i) + 1];
           ++k)
        present[a.indices()[static_cast<std::size_t>(k)]] = 1;
    indices.reserve(count, n + list_slack, i + 1, m);
    Index* const begin = indices.data() + count;
    count += list_marked(present.data(), n, Index{0}, begin) - begin;
    check_count_fits<Index>("prune: average", count, "blocks");
    indptr[i + 1] = static_cast<Index>(count);
  }
  return {first.shape(), indices.take(count), std::move(indptr), first.blocksize(), padded};
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// The weighted mean of several models' versions of one layer, sum of weights[i] a[i] / sum of weights (a
/// "soup": Wortsman et al. 2022, "Model soups", arXiv 2203.05482; of sparse models: Zimmer, Spiegel, Pokutta
/// 2023, arXiv 2306.16788). Matrices of one pattern give exactly that pattern, in its order and with its zero
/// blocks; others give the union, sorted. Sums are formed in double in the order of the list and rounded
/// once. Without weights all count the same. Throws shape_error when shapes or block sizes differ, or weights
/// are more or fewer; bsr::error when there is no matrix or the weights sum up to 0.
template <class T, int R, int C, class Index>
matrix<T, R, C, Index> average(std::span<const matrix<T, R, C, Index>> models,
                               std::span<const double> weights = {}) {
  if (models.empty()) fail<error>("bsr: prune: average: there is no matrix.");
  if (!weights.empty() && weights.size() != models.size())
    fail<shape_error>("bsr: prune: average: ", static_cast<std::int64_t>(weights.size()), " weights for ",
                      static_cast<std::int64_t>(models.size()), " matrices.");
  const auto& first = models.front();
  bool same = true;
  double total = 0;
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (models[i].shape() != first.shape() || models[i].blocksize() != first.blocksize())
      fail<shape_error>("bsr: prune: average: matrix 0 is ", first.shape(), " with blocks of ",
                        first.blocksize(), ", but matrix ", static_cast<std::int64_t>(i), " is ",
                        models[i].shape(), " with blocks of ", models[i].blocksize(), ".");
    detail::check_format_for("prune: average", models[i].view(), checks::full);
    same = same && same_pattern(first, models[i]);
    total += weights.empty() ? 1 : weights[i];
  }
  if (total == 0 || total != total) fail<error>("bsr: prune: average: the weights sum up to ", total, ".");
  matrix<T, R, C, Index> result = same ? matrix<T, R, C, Index>(first.pattern())
                                       : matrix<T, R, C, Index>(detail::union_of_patterns(models).view());
  buffer<double> sums(result.nnz());
  const std::int64_t area = first.blocksize().rows * first.blocksize().cols;
  detail::block_places<Index> places(first.block_cols());
  for (std::size_t m = 0; m < models.size(); ++m) {
    const double weight = weights.empty() ? 1 : weights[m];
    const T* const from = models[m].data().data();
    const auto add_blocks = [&](std::int64_t to, std::int64_t k, std::int64_t count) {
      for (std::int64_t e = 0; e < count; ++e)
        sums[to * area + e] += weight * static_cast<double>(from[k * area + e]);
    };
    if (same) {
      add_blocks(0, 0, sums.size());
      continue;
    }
    for (std::int64_t i = 0; i < result.block_rows(); ++i) {
      places.enter(result, i);
      const auto at = static_cast<std::size_t>(i);
      for (std::int64_t k = models[m].indptr()[at]; k < models[m].indptr()[at + 1]; ++k)
        add_blocks(places(models[m].indices()[static_cast<std::size_t>(k)]), k, area);
      places.leave(result, i);
    }
  }
  for (std::int64_t e = 0; e < sums.size(); ++e)
    result.data()[static_cast<std::size_t>(e)] = static_cast<T>(sums[e] / total);
  return result;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::prune
