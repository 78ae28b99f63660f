// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Learned parts of a score: low rank, rows, columns.
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/prune/block_fold.hpp"
#include "bsr/prune/score_table.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// sums(i, k) = the sum over the rows of block row i of x(row, k), from the top; with one row a block row x
/// itself. `along` are rows or columns of the matrix.
template <class View>
buffer<double> sum_over_blocks(const char* what, const View& x, std::int64_t along, std::int64_t block,
                               std::int64_t blocks) {
  if (x.rows() != along && x.rows() != blocks)
    fail<shape_error>("bsr: prune: ", what, " has ", x.rows(), " entries, but the matrix has ", along,
                      " of them in ", blocks, " blocks.");
  const std::int64_t step = x.rows() == blocks ? 1 : block;
  buffer<double> sums(blocks * x.cols());
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t k = 0; k < x.cols(); ++k) sums[i / step * x.cols() + k] += static_cast<double>(x(i, k));
  return sums;
}

template <class Vector>
auto as_column(const Vector& v) {
  using T = typename Vector::element_type;
  return dense_view<T, strided>(v.data(), v.size(), 1, v.stride(), 1);
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// Adds learned importance of low rank: S += alpha A B, A with one row for each block row and B with one
/// column for each block column. With a row for each row of the matrix (a column for each column) S gets the
/// sums of (A B) over each block. The low-rank part of PST's score |W| + alpha1 A B + alpha2 (r + c) (Li et
/// al. 2022, "Parameter-efficient sparsity for large language models fine-tuning", arXiv 2205.11005); for the
/// rest see add_rows, add_columns. Blocks that are absent stay so. Products are added in the order of the
/// rank. O(blocks * rank). Throws shape_error when the factors do not fit, bsr::error when a score becomes
/// NaN.
template <class A, class B>
  requires dense_like<const A&> && dense_like<const B&>
void add_low_rank(score_table& scores, const A& a, const B& b, double alpha = 1) {
  const auto left = input(a);
  const auto right = transpose(input(b));
  const std::int64_t rank = left.cols();
  if (right.cols() != rank)
    fail<shape_error>("bsr: prune: add_low_rank(scores, a, b): a is ", left.shape(), ", b is ",
                      dims(right.cols(), right.rows()), ".");
  const auto rows = detail::sum_over_blocks("add_low_rank: a column of a", left, scores.shape().rows,
                                            scores.blocksize().rows, scores.block_rows());
  const auto cols = detail::sum_over_blocks("add_low_rank: a row of b", right, scores.shape().cols,
                                            scores.blocksize().cols, scores.block_cols());
  score_table result = scores;
  for (std::int64_t i = 0; i < scores.block_rows(); ++i)
    for (std::int64_t j = 0; j < scores.block_cols(); ++j) {
      if (scores(i, j) == absent) continue;
      double sum = 0;
      for (std::int64_t k = 0; k < rank; ++k)
        sum += detail::rounded_product(rows[i * rank + k], cols[j * rank + k]);
      result(i, j) += detail::rounded_product(alpha, sum);
    }
  result.check("prune: add_low_rank");
  scores = std::move(result);
}

/// S(i, j) += alpha r(i), r with an entry for each block row, or, to be summed over each block, for each row.
template <class V>
  requires vector_like<const V&>
void add_rows(score_table& scores, const V& r, double alpha = 1) {
  const auto from = input(r);
  const auto sums =
      detail::sum_over_blocks("add_rows: the vector", detail::as_column(from), scores.shape().rows,
                              scores.blocksize().rows, scores.block_rows());
  score_table result = scores;
  for (std::int64_t i = 0; i < scores.block_rows(); ++i) {
    const double term = detail::rounded_product(alpha, sums[i]);
    for (std::int64_t j = 0; j < scores.block_cols(); ++j)
      if (scores(i, j) != absent) result(i, j) += term;
  }
  result.check("prune: add_rows");
  scores = std::move(result);
}
/// S(i, j) += alpha c(j), c with an entry for each block column, or, to be summed over each block, for each
/// column.
template <class V>
  requires vector_like<const V&>
void add_columns(score_table& scores, const V& c, double alpha = 1) {
  const auto from = input(c);
  const auto sums =
      detail::sum_over_blocks("add_columns: the vector", detail::as_column(from), scores.shape().cols,
                              scores.blocksize().cols, scores.block_cols());
  score_table result = scores;
  for (std::int64_t j = 0; j < scores.block_cols(); ++j) {
    const double term = detail::rounded_product(alpha, sums[j]);
    for (std::int64_t i = 0; i < scores.block_rows(); ++i)
      if (scores(i, j) != absent) result(i, j) += term;
  }
  result.check("prune: add_columns");
  scores = std::move(result);
}

/// scores += alpha * others, block by block: movement added up over steps, or two criteria weighed. A block
/// that is absent in one of them is absent. Throws shape_error when they are of different matrices,
/// bsr::error when a score becomes NaN; then nothing has changed.
inline void add_scores(score_table& scores, const score_table& others, double alpha = 1) {
  if (scores.shape() != others.shape() || scores.blocksize() != others.blocksize())
    fail<shape_error>("bsr: prune: add_scores: scores of a ", scores.shape(), " matrix with blocks of ",
                      scores.blocksize(), ", and of a ", others.shape(), " matrix with blocks of ",
                      others.blocksize(), ".");
  score_table result = scores;
  for (std::size_t p = 0; p < result.values().size(); ++p) {
    const double x = others.values()[p];
    double& s = result.values()[p];
    s = s == absent || x == absent ? absent : s + detail::rounded_product(alpha, x);
  }
  result.check("prune: add_scores");
  scores = std::move(result);
}

}  // namespace bsr::inline v0::inline BSR_TARGET::prune
