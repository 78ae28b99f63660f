// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What a plan of a product keeps in device memory: which block rows share B, and who computes what, or where
// the blocks of a transposed matrix are. And what such a product costs.
#include <cstdint>
#include <span>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/copy_to.hpp"
#include "bsr/kernel/cuda/device_buffer.hpp"
#include "bsr/kernel/cuda/kernel/spmm_plain.hpp"
#include "bsr/kernel/cuda/kernel/spmm_thin.hpp"
#include "bsr/kernel/cuda/mma_type.hpp"
#include "bsr/kernel/cuda/row_groups.hpp"
#include "bsr/kernel/cuda/runtime.hpp"
#include "bsr/kernel/cuda/schedule.hpp"
#include "bsr/kernel/cuda/tile.hpp"
#include "bsr/kernel/machine.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/kernel/transposed_index.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/pattern.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Rates of a device, in units a second, as a file in bench/results has them; for plan.explain(rates).
struct cuda_machine {
  double mma = 0;     ///< floating-point operations of tensor cores, in the type of the product
  double fma = 0;     ///< floating-point operations of multiply-adds
  double cache = 0;   ///< bytes from the L2 cache to all multiprocessors
  double memory = 0;  ///< bytes from device memory
  double launch = 0;  ///< seconds until a kernel has begun and ended
};

}  // namespace bsr::inline v0::inline BSR_TARGET

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Throws format_error unless the index arrays of a grid with so many block columns are what they should be.
/// O(blocks).
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

/// Made on the host from the index arrays, which come over once; holds no values. Runs allocate nothing and
/// wait for nothing. Where the tensor cores' form does not take the blocks, runs take the plain form, and the
/// plan holds the index of a transposed matrix only.
template <class T, op Op, class Index>
class device_plan {
 public:
  /// For products with `columns` columns; with more, several kernels run one after the other. tensor_cores:
  /// whether they may be used. order_b: how B lies, along::n where that is not known.
  template <class A>
  device_plan(const A& a, std::int64_t columns, bool tensor_cores, along order_b)
      : tensor_cores_(tensor_cores && mma_type<T>::takes_a(order_a)),
        order_b_(order_b),
        columns_(columns > 0 ? columns : 1) {
    update(a);
  }

  /// For a structure that has changed. O(b log b) for b blocks; waits for the default stream.
  template <class A>
  void update(const A& a) {
    prepared_ = {};
    if (a.block_rows() == 0) return;
    const auto indices = transferred<host, device>(a.indices());
    const auto indptr = transferred<host, device>(a.indptr());
    check_indices<Index>(indices.span(), indptr.span(), a.block_cols());
    if constexpr (Op == op::transpose) {
      using structure = pattern_view<dynamic, dynamic, Index>;
      transposed_index<Index> index;
      index.update(
          structure(typename structure::checked{}, a.shape(), indices.span(), indptr.span(), a.blocksize()));
      begin_of_row_ = moved(index.indptr(), a.block_cols() + 1);
      indices_ = moved(index.indices(), a.num_blocks());
      blocks_ = moved(index.from(), a.num_blocks());
      if (tensor_cores_)
        deal(dims(a.blocksize().cols, a.blocksize().rows), part(index.indices(), a.num_blocks()),
             part(index.indptr(), a.block_cols() + 1), index.from());
    } else if (tensor_cores_) {
      deal(a.blocksize(), indices.span(), indptr.span(), nullptr);
    }
    // Buffers are filled in the order of the default stream, and runs may be in another.
    check(gpu_runtime::synchronize(nullptr), "plan");
  }

  /// What a call needs to use this.
  void prepare(gpu_runtime::spmm_call& call) const {
    if constexpr (Op == op::transpose) {
      call.indptr = begin_of_row_.data();
      call.indices = indices_.data();
      call.blocks = blocks_.data();
    }
    if (prepared_.workers > 0) call.prepared = &prepared_;
  }

  /// A product with so many columns, of op(A) with that shape and those blocks.
  template <class Result>
  product_cost cost(const cuda_machine& m, dims shape, dims block, std::int64_t blocks,
                    std::int64_t cols) const {
    product_cost c;
    const auto columns = static_cast<double>(cols);
    const double area = static_cast<double>(block.rows) * static_cast<double>(block.cols);
    c.flops = 2 * static_cast<double>(blocks) * area * columns;
    c.bytes = static_cast<double>(blocks) * (area * sizeof(T) + sizeof(Index)) +
              columns * (static_cast<double>(shape.cols) * sizeof(T) +
                         static_cast<double>(shape.rows) * sizeof(Result));
    double cache = 0;   // bytes
    double uneven = 1;  // what the busiest has to do, over its share
    double padded = c.flops;
    if (prepared_.workers > 0) {
      c.kernel = name_of_kernel(prepared_.wgmma, block.rows < 64);
      c.tile_rows = tile_.rows;
      c.tile_cols = tile_.columns;
      c.threads = prepared_.workers * tile_.threads;
      const auto tiles = static_cast<double>((cols + tile_.columns - 1) / tile_.columns);
      cache = tiles * (static_cast<double>(step_columns_.size()) * static_cast<double>(block.cols) *
                           tile_.columns * sizeof(T) +
                       static_cast<double>(blocks) * area * sizeof(T));
      padded = c.flops / columns * tiles * tile_.columns;
      uneven = uneven_;
    } else {
      using plain = spmm_plain<T, std::conditional_t<(sizeof(T) > 4), double, float>>;
      using few = spmm_thin<T, std::conditional_t<(sizeof(T) > 4), double, float>>;
      const bool thin = std::is_floating_point_v<T> && few::suits(block.rows, block.cols, cols);
      if (thin)
        c.kernel = Op == op::transpose ? "spmm_thin, transposed index" : "spmm_thin";
      else
        c.kernel = Op == op::transpose ? "spmm_plain, transposed index" : "spmm_plain";
      c.tile_rows = thin ? static_cast<int>(block.rows) : plain::rows_at_once;
      c.tile_cols = thin ? few::columns : plain::columns;
      c.threads = static_cast<int>(plain::threads);
      const auto pieces = static_cast<double>((block.rows + plain::rows_at_once - 1) / plain::rows_at_once);
      const auto tiles = static_cast<double>((cols + plain::columns - 1) / plain::columns);
      cache = static_cast<double>(blocks) * sizeof(T) *
              (area * tiles + pieces * static_cast<double>(block.cols) * columns);
    }
    const double rate = prepared_.workers > 0 ? m.mma : m.fma;
    if (!(rate > 0 && m.cache > 0 && m.memory > 0)) return c;
    struct bound {
      const char* name;
      double seconds;
    };
    const bound bounds[] = {{"multiplications", padded / rate * uneven},
                            {"the L2 cache", cache / m.cache * uneven},
                            {"device memory", c.bytes / m.memory}};
    for (const bound& b : bounds)
      if (b.seconds > c.seconds) c.seconds = b.seconds, c.limit = b.name;
    c.seconds += m.launch;
    c.dense_seconds = 2 * static_cast<double>(shape.rows) * static_cast<double>(shape.cols) * columns /
                          (0.9 * (m.mma > 0 ? m.mma : rate)) +
                      m.launch;
    return c;
  }

 private:
  static constexpr along order_a = Op == op::none ? along::k : along::m;
  static const char* name_of_kernel(bool wgmma, bool narrow) {
    if (Op == op::transpose)
      return !wgmma   ? "spmm_mma, transposed index"
             : narrow ? "spmm_wgmma_narrow, transposed index"
                      : "spmm_wgmma, transposed index";
    return !wgmma ? "spmm_mma" : narrow ? "spmm_wgmma_narrow" : "spmm_wgmma";
  }
  static std::span<const Index> part(const Index* from, std::int64_t n) {
    return {from, static_cast<std::size_t>(n)};
  }
  static buffer<Index, device> moved(const Index* from, std::int64_t n) {
    return transferred<device, host>(part(from, n));
  }

  /// For op(A) with such blocks and index arrays; from: where its blocks are stored, or nullptr.
  void deal(dims block, std::span<const Index> indices, std::span<const Index> indptr, const Index* from) {
    const int depth =
        block.rows <= 128 && block.cols <= (1 << 20)
            ? planned_depth(sizeof(T), static_cast<int>(block.rows), static_cast<int>(block.cols))
            : 0;
    if (depth == 0) return;
    gpu_runtime::device_limits device{};
    check(gpu_runtime::limits(&device), "plan: asking what the device has");
    if (device.shared_bytes < planned_shared_kib << 10) return;
    const auto rows = static_cast<int>(block.rows);
    const wgmma_tile large = select_wgmma_tile(rows, sizeof(T));
    // Of its columns at least half shall be there.
    prepared_.wgmma = device.wgmma && takes_wgmma<T>(rows, depth, order_a, order_b_) && !indices.empty() &&
                      device.shared_bytes >= wgmma_shared_kib << 10 && columns_ > large.columns / 2;
    if (prepared_.wgmma)
      deal(large, device.processors, indices, indptr, from);
    else
      deal(select_tile(sizeof(T), rows, depth, planned_shared_kib << 10), device.processors, indices, indptr,
           from);
  }
  template <class Tile>
  void deal(const Tile& tile, int processors, std::span<const Index> indices, std::span<const Index> indptr,
            const Index* from) {
    tile_ = {tile.rows(), tile.columns, tile.threads()};
    const std::int32_t workers = processors * tile.resident();
    const row_groups groups = [&] {
      row_groups g = make_row_groups<Index>(indices, indptr, tile.rows_of_group);
      if (from != nullptr)
        for (std::int32_t& n : g.blocks)
          if (n >= 0) n = static_cast<std::int32_t>(from[n]);
      return g;
    }();
    const std::int64_t tiles = (columns_ + tile_.columns - 1) / tile_.columns;
    const schedule work = make_schedule(groups, tiles, workers, tile.cost());
    uneven_ =
        work.total > 0 ? static_cast<double>(work.longest) * workers / static_cast<double>(work.total) : 1;
    step_columns_ = transferred<device, host>(groups.columns.span());
    step_blocks_ = transferred<device, host>(groups.blocks.span());
    items_ = transferred<device, host>(work.items.span());
    begin_ = transferred<device, host>(work.begin.span());
    constexpr std::int64_t sum_bytes = std::is_same_v<T, double> ? 8 : 4;
    partial_ = buffer<unsigned char, device>(
        static_cast<std::int64_t>(work.slots) * tile_.rows * tile_.columns * sum_bytes, uninitialized);
    counters_ = buffer<std::uint32_t, device>(work.counters);
    prepared_ = {step_columns_.data(),
                 step_blocks_.data(),
                 items_.data(),
                 begin_.data(),
                 partial_.data(),
                 counters_.data(),
                 workers,
                 tiles * tile_.columns,
                 prepared_.wgmma,
                 static_cast<std::int64_t>(indices.size())};
  }

  bool tensor_cores_;
  along order_b_;
  std::int64_t columns_;
  struct {
    int rows;
    int columns;
    int threads;
  } tile_{};
  double uneven_ = 1;
  // The tensor cores' form.
  buffer<std::int32_t, device> step_columns_;
  buffer<std::int32_t, device> step_blocks_;
  buffer<work_item, device> items_;
  buffer<std::int32_t, device> begin_;
  buffer<unsigned char, device> partial_;
  buffer<std::uint32_t, device> counters_;
  gpu_runtime::spmm_prepared prepared_{};
  // Transposed.
  buffer<Index, device> begin_of_row_, indices_, blocks_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
