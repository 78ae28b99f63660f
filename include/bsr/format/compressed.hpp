// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What BSR, CSR and CSC have in common for the verbs that only look at indices: rows of columns. The rows of
// a CSC matrix are its columns.
#include <cstdint>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/csc.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/pattern.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// The index arrays of a compressed format, without its values: row i holds the columns
/// indices[indptr[i]] .. indices[indptr[i + 1] - 1].
template <index Index>
struct compressed {
  const Index* indptr;
  const Index* indices;
  std::int64_t rows;                  // rows of the structure: block rows for BSR
  std::int64_t cols;                  // columns of the structure: block columns for BSR
  std::int64_t stored;                // length of indices
  const char* row_name;               // what an error calls a row
  const char* index_name = "column";  // and what the indices are
};

template <int R, int C, class Index, class Space>
compressed<Index> index_arrays(const pattern_view<R, C, Index, Space>& a) {
  return {a.indptr().data(), a.indices().data(), a.block_rows(), a.block_cols(), a.num_blocks(), "block row"};
}
template <class T, class Index>
compressed<Index> index_arrays(const csr_view<T, Index>& a) {
  return {a.indptr().data(), a.indices().data(), a.rows(), a.cols(), a.nnz(), "row"};
}
template <class T, class Index>
compressed<Index> index_arrays(const csc_view<T, Index>& a) {
  return {a.indptr().data(), a.indices().data(), a.cols(), a.rows(), a.nnz(), "column", "row"};
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
