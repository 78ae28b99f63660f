// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What a plan of a product keeps in device memory: which block rows share B, and who computes what.
#include <cstdint>
#include <limits>
#include <span>

#include "bsr/base/error.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/copy_to.hpp"
#include "bsr/kernel/cuda/device_buffer.hpp"
#include "bsr/kernel/cuda/row_groups.hpp"
#include "bsr/kernel/cuda/runtime.hpp"
#include "bsr/kernel/cuda/schedule.hpp"
#include "bsr/kernel/cuda/tile.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Throws format_error unless the index arrays of an m x n grid of blocks are what they should be. O(blocks).
template <class Index>
void check_indices(std::span<const Index> indices, std::span<const Index> indptr, std::int64_t block_cols) {
  const auto count = static_cast<Index>(indices.size());
  for (std::size_t i = 0; i + 1 < indptr.size(); ++i)
    if (indptr[i] > indptr[i + 1] || indptr[i] < 0 || indptr[i + 1] > count)
      fail<format_error>("bsr: plan: the index pointer of block row ", static_cast<std::int64_t>(i),
                         " goes from ", indptr[i], " to ", indptr[i + 1], ", and there are ", count,
                         " blocks.");
  for (std::size_t k = 0; k < indices.size(); ++k)
    if (indices[k] < 0 || indices[k] >= block_cols)
      fail<format_error>("bsr: plan: block ", static_cast<std::int64_t>(k), " is in block column ",
                         indices[k], ", and there are ", block_cols, " of them.");
}

/// Made on the host from the index arrays, which come over once; holds no values. For blocks that the tensor
/// cores' form does not take it holds nothing, and products take the plain form.
template <class T>
class device_plan {
 public:
  /// For products with `columns` columns; with more, several kernels run one after the other.
  template <class A>
  device_plan(const cuda& policy, const A& a, std::int64_t columns)
      : tensor_cores_(!std::is_same_v<T, float> || policy.tf32), columns_(columns > 0 ? columns : 1) {
    update(a);
  }

  /// For a structure that has changed.
  template <class A>
  void update(const A& a) {
    using index = typename A::index_type;
    prepared_ = {};
    const dims block = a.blocksize();
    const int depth =
        tensor_cores_ && block.rows <= 128 && block.cols <= (1 << 20)
            ? planned_depth(sizeof(T), static_cast<int>(block.rows), static_cast<int>(block.cols))
            : 0;
    int processors = 0;
    int shared = 0;
    if (depth == 0 || a.block_rows() == 0) return;
    check(gpu_runtime::limits(&processors, &shared), "plan: asking what the device has");
    if (shared < planned_shared_kib << 10) return;

    const auto indices = transferred<host, device>(a.indices());
    const auto indptr = transferred<host, device>(a.indptr());
    check_indices<index>(indices.span(), indptr.span(), a.block_cols());
    const spmm_tile tile =
        select_tile(sizeof(T), static_cast<int>(block.rows), depth, planned_shared_kib << 10);
    const std::int32_t workers = processors * (256 / tile.threads());
    const row_groups groups = make_row_groups<index>(indices.span(), indptr.span(), tile.rows_of_group);
    const std::int64_t tiles = (columns_ + tile.columns - 1) / tile.columns;
    const schedule work = make_schedule(groups, tiles, workers, tile.cost());
    step_columns_ = transferred<device, host>(groups.columns.span());
    step_blocks_ = transferred<device, host>(groups.blocks.span());
    items_ = transferred<device, host>(work.items.span());
    begin_ = transferred<device, host>(work.begin.span());
    partial_ = buffer<unsigned char, device>(static_cast<std::int64_t>(work.slots) * tile.rows() *
                                                 tile.columns * (std::is_same_v<T, double> ? 8 : 4),
                                             uninitialized);
    counters_ = buffer<std::uint32_t, device>(work.counters);
    prepared_ = {step_columns_.data(), step_blocks_.data(), items_.data(), begin_.data(),
                 partial_.data(),      counters_.data(),    workers,       tiles * tile.columns};
  }

  /// nullptr: nothing is prepared.
  const gpu_runtime::spmm_prepared* prepared() const { return prepared_.workers > 0 ? &prepared_ : nullptr; }

 private:
  bool tensor_cores_;
  std::int64_t columns_;
  buffer<std::int32_t, device> step_columns_;
  buffer<std::int32_t, device> step_blocks_;
  buffer<work_item, device> items_;
  buffer<std::int32_t, device> begin_;
  buffer<unsigned char, device> partial_;
  buffer<std::uint32_t, device> counters_;
  gpu_runtime::spmm_prepared prepared_{};
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
