// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What a block-sparse layer costs beside the dense one: parameters, bytes, operations, time.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/kernel/machine.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// The cost of a block-sparse matrix and of the dense one of its shape.
struct layer_account {
  dims shape;
  dims blocksize;
  std::int64_t blocks = 0;            ///< stored
  std::int64_t all_blocks = 0;        ///< in a dense matrix
  std::int64_t parameters = 0;        ///< stored elements inside the matrix, without padding
  std::int64_t dense_parameters = 0;  ///< rows * columns
  std::int64_t bytes = 0;             ///< values, indices and index pointer
  std::int64_t dense_bytes = 0;
  buffer<double> row_density;     ///< of each block row: stored blocks / block columns
  buffer<double> column_density;  ///< of each block column

  /// The share of parameters that are stored.
  double density() const {
    return dense_parameters == 0 ? 0
                                 : static_cast<double>(parameters) / static_cast<double>(dense_parameters);
  }
  /// How many times smaller than dense: 1 / (d (1 + s_index / (R C s_value)) + (M / R + 1) s_index / (M N
  /// s_value)).
  double compression() const {
    return bytes == 0 ? 0 : static_cast<double>(dense_bytes) / static_cast<double>(bytes);
  }
  /// Floating-point operations of a product with a dense matrix of k columns: 2 for each stored element and
  /// column.
  double flops(std::int64_t k) const {
    return 2.0 * static_cast<double>(parameters) * static_cast<double>(k);
  }
  double dense_flops(std::int64_t k) const {
    return 2.0 * static_cast<double>(dense_parameters) * static_cast<double>(k);
  }
};

/// Counts what `a` stores. O(blocks). Throws format_error when an index is out of range.
template <class A>
  requires sparse_like<const A&>
layer_account account(const A& a) {
  const auto from = input(a);
  using View = std::remove_cvref_t<decltype(from)>;
  detail::check_format_for("prune: account", from, checks::full);
  layer_account result;
  const dims block = from.blocksize();
  const auto value = static_cast<std::int64_t>(sizeof(typename View::value_type));
  const auto entry = static_cast<std::int64_t>(sizeof(typename View::index_type));
  result.shape = from.shape();
  result.blocksize = block;
  result.blocks = from.num_blocks();
  result.all_blocks = from.block_rows() * from.block_cols();
  result.dense_parameters = from.rows() * from.cols();
  result.bytes = from.nnz() * value + from.num_blocks() * entry + (from.block_rows() + 1) * entry;
  result.dense_bytes = result.dense_parameters * value;
  result.row_density = buffer<double>(from.block_rows());
  result.column_density = buffer<double>(from.block_cols());
  for (std::int64_t i = 0; i < from.block_rows(); ++i) {
    const std::int64_t height = (std::min)(block.rows, from.rows() - i * block.rows);
    const auto at = static_cast<std::size_t>(i);
    for (std::int64_t k = from.indptr()[at]; k < from.indptr()[at + 1]; ++k) {
      const std::int64_t j = from.indices()[static_cast<std::size_t>(k)];
      result.parameters += height * (std::min)(block.cols, from.cols() - j * block.cols);
      result.column_density[j] += 1;
    }
    result.row_density[i] = static_cast<double>(from.indptr()[at + 1] - from.indptr()[at]) /
                            static_cast<double>(from.block_cols());
  }
  for (double& d : result.column_density) d /= static_cast<double>(from.block_rows());
  return result;
}

/// Times of two ways to compute the same: measured here and now, or predicted.
struct race_result {
  double sparse_seconds = 0;
  double dense_seconds = 0;
  bool predicted = false;
  /// How many times faster than dense; below 1 dense is faster.
  double speedup() const { return dense_seconds / sparse_seconds; }
  bool dense_is_faster() const { return dense_seconds < sparse_seconds; }
  /// "block-sparse is 3.4 times faster here", or "dense is 1.2 times faster here: keep the layer dense"; of a
  /// prediction "should be" instead of "is". Without times: "there is no prediction for these types".
  std::string text() const {
    message out;
    const auto shown = [](double x) {
      return static_cast<double>(static_cast<std::int64_t>(x * 100 + 0.5)) / 100;
    };
    const char* const is = predicted ? "should be " : "is ";
    if (predicted && !(sparse_seconds > 0))
      out << "there is no prediction for these types";
    else if (dense_is_faster())
      out << "dense " << is << shown(1 / speedup()) << " times faster here: keep the layer dense";
    else
      out << "block-sparse " << is << shown(speedup()) << " times faster here";
    return out.c_str();
  }
};

/// What a plan expects as a race: expected(p.cost(calibrate())).text(). Dense is a dense product at 93 % of
/// what the machine can do, as good libraries reach it. Without the rates of a machine there are no times.
inline race_result expected(const product_cost& cost) { return {cost.seconds, cost.dense_seconds, true}; }

/// The best times of sparse() and dense(), which take turns for `seconds` and five rounds at least, after one
/// round that does not count. The best, because others on the machine only ever add time. What is dense is
/// the caller's: the library that would be used otherwise.
template <class Sparse, class Dense>
race_result race(Sparse&& sparse, Dense&& dense, double seconds = 0.1) {
  using clock = std::chrono::steady_clock;
  const auto time = [](auto& f) {
    const auto begin = clock::now();
    f();
    return std::chrono::duration<double>(clock::now() - begin).count();
  };
  sparse();
  dense();
  race_result best{time(sparse), time(dense)};
  const auto end = clock::now() + std::chrono::duration<double>(seconds);
  for (int round = 1; round < 5 || clock::now() < end; ++round) {
    const double s = time(sparse), d = time(dense);
    best.sparse_seconds = s < best.sparse_seconds ? s : best.sparse_seconds;
    best.dense_seconds = d < best.dense_seconds ? d : best.dense_seconds;
  }
  return best;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::prune
