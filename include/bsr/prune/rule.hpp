// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Which blocks stay: rules that choose from scores.
//
// A rule is a function object with
//   void operator()(const score_table& scores, std::uint8_t* keep) const
// that writes 1 for every block that stays and 0 for every other one, row-major, and is told about by
// select(). It never keeps a block that is `absent`. Among equal scores the lower row-major index stays.
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/mark_blocks.hpp"
#include "bsr/prune/cut.hpp"
#include "bsr/prune/score_table.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/pattern.hpp"

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// How many of n blocks go at this sparsity: floor(sparsity * n). Throws bsr::error outside [0, 1].
inline std::int64_t count_removed(double sparsity, std::int64_t n) {
  if (!(sparsity >= 0 && sparsity <= 1))
    fail<error>("bsr: prune: a sparsity lies between 0 and 1, and is not ", sparsity, ".");
  return static_cast<std::int64_t>(std::floor(sparsity * static_cast<double>(n)));
}
/// How many of n blocks stay at this density: n - floor((1 - density) * n). Throws bsr::error outside [0, 1].
inline std::int64_t count_kept(double density, std::int64_t n) {
  if (!(density >= 0 && density <= 1))
    fail<error>("bsr: prune: a density lies between 0 and 1, and is not ", density, ".");
  return n - static_cast<std::int64_t>(std::floor((1.0 - density) * static_cast<double>(n)));
}

/// The highest scores of the whole matrix, count_kept(density, blocks) of them.
struct keep_density {
  double density;
  std::int64_t count(std::int64_t n) const { return count_kept(density, n); }
  void operator()(const score_table& s, std::uint8_t* keep) const {
    detail::mark_highest(s.values(), count(s.size()), keep);
  }
};
/// The same, said the other way round: floor(sparsity * blocks) go. Of 1000 blocks sparsity{0.1}
/// keeps 900 and keep_density{0.9} 901, because 1 - 0.9 is less than 0.1 in floating point.
struct sparsity {
  double fraction;
  std::int64_t count(std::int64_t n) const { return n - count_removed(fraction, n); }
  void operator()(const score_table& s, std::uint8_t* keep) const {
    detail::mark_highest(s.values(), count(s.size()), keep);
  }
};
/// The `blocks` highest scores of the whole matrix. Throws bsr::error when there are not that many blocks.
struct keep_blocks {
  std::int64_t blocks;
  std::int64_t count(std::int64_t n) const {
    if (blocks < 0 || blocks > n) fail<error>("bsr: prune: ", blocks, " blocks cannot be kept of ", n, ".");
    return blocks;
  }
  void operator()(const score_table& s, std::uint8_t* keep) const {
    detail::mark_highest(s.values(), count(s.size()), keep);
  }
};
/// The highest scores of every block row, count_kept(density, block columns) in each.
struct keep_density_per_row {
  double density;
  void operator()(const score_table& s, std::uint8_t* keep) const {
    const std::int64_t kept = count_kept(density, s.block_cols());
    detail::cut_space space;
    for (std::int64_t i = 0; i < s.block_rows(); ++i)
      detail::mark_highest(s.row(i), kept, keep + i * s.block_cols(), space);
  }
};
/// The `blocks` highest scores of every block row: every row costs the same. Throws bsr::error when a row
/// does not have that many.
struct keep_per_row {
  std::int64_t blocks;
  void operator()(const score_table& s, std::uint8_t* keep) const {
    if (blocks < 0 || blocks > s.block_cols())
      fail<error>("bsr: prune: keep_per_row{", blocks, "}: a block row has ", s.block_cols(), " blocks.");
    detail::cut_space space;
    for (std::int64_t i = 0; i < s.block_rows(); ++i)
      detail::mark_highest(s.row(i), blocks, keep + i * s.block_cols(), space);
  }
};
/// Scores of `threshold` or more: a block goes when its score is below. Throws bsr::error for NaN.
struct at_least {
  double threshold;
  void operator()(const score_table& s, std::uint8_t* keep) const {
    if (threshold != threshold) fail<error>("bsr: prune: at_least: the threshold is NaN.");
    const auto values = s.values();
    for (std::size_t p = 0; p < values.size(); ++p) keep[p] = values[p] >= threshold && values[p] != absent;
  }
};
/// Of every m neighbouring blocks of a block row the n highest scores. With blocks of 1x1 this is N:M
/// sparsity of a whole matrix; inside the blocks of a matrix it is prune::n_of_m. Throws bsr::error unless 0
/// < n <= m, shape_error unless m divides the number of block columns.
struct keep_n_of_m {
  std::int64_t n;
  std::int64_t m;
  void operator()(const score_table& s, std::uint8_t* keep) const {
    if (n < 1 || n > m) fail<error>("bsr: prune: keep_n_of_m{", n, ", ", m, "}: n lies between 1 and m.");
    if (s.block_cols() % m != 0)
      fail<shape_error>("bsr: prune: keep_n_of_m{", n, ", ", m, "}: ", s.block_cols(),
                        " block columns are no multiple of ", m, ".");
    // Groups are short: a block stays when fewer than n others of its group come before it.
    const double* const values = s.values().data();
    for (std::int64_t first = 0; first < s.size(); first += m)
      for (std::int64_t p = 0; p < m; ++p)
        keep[first + p] = detail::place_in_group(values + first, m, p) < n && values[first + p] != absent;
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::prune

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// The pattern of the blocks that are marked.
template <int R, int C, index Index>
pattern<R, C, Index> marked_pattern(const prune::score_table& scores, const std::uint8_t* keep) {
  storage_detail::check_static_blocksize<R, C>("prune: select", scores.blocksize());
  const std::int64_t m = scores.block_rows(), n = scores.block_cols();
  check_range_fits<Index>("prune: select", n, "block columns");
  std::int64_t count = 0;
  for (std::int64_t p = 0; p < m * n; ++p) count += keep[p];
  if (count == 0)
    fail<error>("bsr: prune: select: none of the ", m * n, " blocks of a ", scores.shape(),
                " matrix would stay. An empty layer is rather left out.");
  check_count_fits<Index>("prune: select", count, "blocks");
  buffer<Index> indices(count + list_slack, uninitialized);
  buffer<Index> indptr(m + 1);
  Index* end = indices.data();
  for (std::int64_t i = 0; i < m; ++i) {
    end = list_marked(keep + i * n, n, Index{0}, end);
    indptr[i + 1] = static_cast<Index>(end - indices.data());
  }
  indices.truncate(count);
  return {scores.shape(), std::move(indices), std::move(indptr), scores.blocksize(), padded};
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// The blocks that a rule keeps, sorted: select<16>(scores, keep_density{0.1}). R and C must be the block
/// size of the scores; without them it is a number of run time. The choice depends on the scores alone: not
/// on the instruction set and not on threads. O(blocks). Throws bsr::error when no block would stay, and what
/// the rule throws.
template <int R = dynamic, int C = R, index Index = std::int32_t, class Rule>
pattern<R, C, Index> select(const score_table& scores, const Rule& rule) {
  buffer<std::uint8_t> keep(scores.size(), uninitialized);
  rule(scores, keep.data());
  return detail::marked_pattern<R, C, Index>(scores, keep.data());
}

/// One choice among the blocks of several layers, by scores that are comparable: select(tables,
/// sparsity{0.9}) is global pruning. The rule is keep_density, sparsity, keep_blocks or at_least. Of equal
/// scores those of the earlier layer stay. Throws as select does, also when a whole layer would go.
template <int R = dynamic, int C = R, index Index = std::int32_t, class Rule>
std::vector<pattern<R, C, Index>> select(std::span<const score_table> layers, const Rule& rule) {
  std::int64_t size = 0;
  for (const score_table& s : layers) size += s.size();
  buffer<std::uint8_t> keep(size, uninitialized);
  if constexpr (requires { rule.count(size); }) {
    buffer<double> all(size, uninitialized);
    double* to = all.data();
    for (const score_table& s : layers)
      for (const double x : s.values()) *to++ = x;
    detail::mark_highest(all.span(), rule.count(size), keep.data());
  } else {
    static_assert(
        std::same_as<Rule, at_least>,
        "bsr: a choice among several layers is made by keep_density, sparsity, keep_blocks or at_least.");
    std::int64_t first = 0;
    for (const score_table& s : layers) {
      rule(s, keep.data() + first);
      first += s.size();
    }
  }
  std::vector<pattern<R, C, Index>> result;
  const std::uint8_t* from = keep.data();
  for (const score_table& s : layers) {
    result.push_back(detail::marked_pattern<R, C, Index>(s, from));
    from += s.size();
  }
  return result;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::prune
