// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Which block size suits a matrix? scipy: estimate_blocksize and count_blocks of scipy.sparse._spfuncs.
#include <algorithm>
#include <cstdint>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/divider.hpp"
#include "bsr/convert/to_csr.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// Blocks of `block` that hold an entry of a, whose format has been checked.
template <int C, class T, class Index>
std::int64_t count_occupied(const csr_view<const T, Index>& a, dims block) {
  const divider<C, Index> column(block.cols);
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  const std::int64_t block_cols = storage_detail::ceil_div(a.cols(), block.cols);
  buffer<std::int64_t> last_seen(block_cols);  // 1 + the block row in which a block column last occurred
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < storage_detail::ceil_div(a.rows(), block.rows); ++i) {
    const std::int64_t end = indptr[(std::min)((i + 1) * block.rows, a.rows())];
    for (std::int64_t k = indptr[i * block.rows]; k < end; ++k) {
      std::int64_t& seen = last_seen[column(indices[k])];
      count += seen != i + 1;
      seen = i + 1;
    }
  }
  return count;
}

/// The part of n x n blocks that would hold stored entries; 0 when the shape is no multiple of n.
template <int N, class T, class Index>
double filling(const csr_view<const T, Index>& a, double stored) {
  if (a.rows() % N != 0 || a.cols() % N != 0) return 0;
  return stored / (static_cast<double>(N) * N * static_cast<double>(count_occupied<N>(a, dims(N, N))));
}

template <class T, class Index>
dims estimate(const csr_view<const T, Index>& a, double efficiency) {
  const std::int64_t stored = a.indptr()[static_cast<std::size_t>(a.rows())];
  if (stored == 0) return {1, 1};
  const double entries = static_cast<double>(stored);
  const double high = (1 + efficiency) / 2;
  const double e2 = filling<2>(a, entries);
  const double e3 = filling<3>(a, entries);
  if (e2 > high && e3 > high) return filling<6>(a, entries) > efficiency ? dims(6, 6) : dims(3, 3);
  if (filling<4>(a, entries) > efficiency) return {4, 4};
  if (e3 > efficiency) return {3, 3};
  if (e2 > efficiency) return {2, 2};
  return {1, 1};
}

}  // namespace detail

/// The number of blocks of a size that hold at least one stored entry of a, explicit zeros included; blocks
/// at the edge may reach beyond it. Any format; O(nnz + block columns) from CSR, others are converted first.
/// Throws shape_error for a block size below 1x1, format_error when an index is out of range.
template <class A>
  requires matrix_like<const A&>
std::int64_t count_blocks(const A& a, dims blocksize) {
  if constexpr (csr_like<const A&>) {
    const auto from = input(a);
    storage_detail::check_blocksize("count_blocks", from.shape(), blocksize, true);
    detail::check_format_for("count_blocks", from, checks::full);
    return detail::count_occupied<dynamic>(from, blocksize);
  } else {
    return count_blocks(to_csr(a), blocksize);
  }
}

/// A square block size of 1, 2, 3, 4 or 6 whose blocks are filled to more than `efficiency`, as scipy chooses
/// it: 6 (or 3) when blocks of 2 and of 3 are both filled to more than (1 + efficiency) / 2, else the first
/// of 4, 3, 2 that is filled to more than `efficiency`, else 1. Only sizes that divide the shape count. Any
/// format; O(nnz) from CSR. Throws bsr::error unless 0 < efficiency < 1, format_error when an index is out of
/// range.
template <class A>
  requires matrix_like<const A&>
dims estimate_blocksize(const A& a, double efficiency = 0.7) {
  if (!(efficiency > 0 && efficiency < 1))
    fail<error>("bsr: estimate_blocksize: efficiency must satisfy 0.0 < efficiency < 1.0; it is ", efficiency,
                ".");
  if constexpr (csr_like<const A&>) {
    const auto from = input(a);
    detail::check_format_for("estimate_blocksize", from, checks::full);
    return detail::estimate(from, efficiency);
  } else {
    return estimate_blocksize(to_csr(a), efficiency);
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET
