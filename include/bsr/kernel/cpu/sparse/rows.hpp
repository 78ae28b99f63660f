// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What the algorithms on sparse operands see of a matrix, and how its rows are shared among threads.
#include <cstdint>

#include "bsr/base/extent.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/storage/pattern.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// The index arrays of a block-sparse-row matrix.
template <index Index>
struct index_view {
  const Index* indptr;
  const Index* indices;
  std::int64_t rows;  ///< block rows
  std::int64_t cols;  ///< block columns
};

template <int R, int C, index Index>
index_view<Index> indices_of(const pattern_view<R, C, Index>& p) {
  return {p.indptr().data(), p.indices().data(), p.block_rows(), p.block_cols()};
}

/// How the rows of a sparse result are shared out: every worker takes each workers-th of `chunks` pieces of
/// equal length, because neighbouring rows cost about the same and distant ones do not.
struct row_shares {
  std::int64_t rows;
  int workers;
  int chunks;

  row_shares(const cpu& policy, std::int64_t all_rows, std::int64_t nanoseconds)
      : rows(all_rows), workers(thread_count(policy, nanoseconds)), chunks(workers == 1 ? 1 : 8 * workers) {}

  /// f(chunk, first row, last row) for the chunks of one worker.
  template <class F>
  BSR_INLINE void of(int worker, const F& f) const {
    for (int chunk = worker; chunk < chunks; chunk += workers)
      f(chunk, share(rows, chunk, chunks), share(rows, chunk + 1, chunks));
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
