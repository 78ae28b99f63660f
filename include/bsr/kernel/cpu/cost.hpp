// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// How long a product with a plan takes: the steps of its kernel, each as long as the slowest of its
// multiply-adds, its loads and what it fetches from the caches, and what is done once a tile, a block, a
// panel.
#include <cstdint>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/machine.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// What the cost of a product depends on.
struct product_task {
  dims shape, block;  ///< of op(A)
  std::int64_t num_blocks;
  std::int64_t columns;      ///< of B
  std::int64_t index_bytes;  ///< of one index
  std::int64_t value_bytes;
  int lanes;  ///< elements in a register
  int threads;
};

/// Which kernel the task has, in words of planned.hpp.
enum class planned_kernel {
  panel,
  turned_panel,
  symmetric_panel,
  flipped,
  symmetric_flipped,
  column,
  lanes_copied,
  lanes_columns,
  lanes_rows,
  chunks,
  vector,
  symmetric_vector,
  other  // as without a plan, and without a prediction
};

class cost_model {
 public:
  cost_model(const product_task& t, const machine& m) : t_(t), m_(m) {
    const double rate = t.value_bytes == 4 ? m.fma_float : m.fma_double;
    fma_ = rate > 0 ? 2.0 * t.lanes / rate : 0;  // of one register
    load_ = m.read[0] > 0 ? static_cast<double>(t.value_bytes * t.lanes) / m.read[0] : 0;
  }

  product_cost operator()(planned_kernel kernel) const {
    product_cost c;
    const double m = d(t_.shape.rows), k = d(t_.shape.cols), n = d(t_.columns), bytes = d(t_.value_bytes);
    const double nnz = d(t_.num_blocks * t_.block.rows * t_.block.cols);
    const double block_rows = d((t_.shape.rows + t_.block.rows - 1) / t_.block.rows);
    const double packs = d((t_.columns + t_.lanes - 1) / t_.lanes);
    c.threads = t_.threads;
    c.flops = 2 * nnz * n;
    const double of_a = nnz * bytes + d(t_.index_bytes) * (d(t_.num_blocks) + block_rows + 1);
    c.bytes = of_a + (k + m) * n * bytes;
    const spmm_tile tile = select_tile(static_cast<int>(t_.block.rows));
    const strip_cut cut = cut_rows(static_cast<int>(t_.block.rows), tile.rows);
    const double height = d(t_.block.rows) / cut.strips;
    double steps = 0, other = 0;  // seconds of one thread
    bool by_loads = false, by_cache = false;
    const auto step = [&](double fmas, double loads, double bytes_read, double from, double times) {
      const double cache = m_.read[0] > 0 ? bytes_read / m_.read_of(from) : 0;
      double longest = fmas * fma_;
      if (loads * load_ > longest) longest = loads * load_, by_loads = true, by_cache = false;
      if (cache > longest) longest = cache, by_cache = true;
      steps += times * longest;
    };
    const auto overhead = [&](double fmas, double times) { other += fmas * fma_ * times; };
    switch (kernel) {
      case planned_kernel::panel:
      case planned_kernel::turned_panel:
      case planned_kernel::symmetric_panel:
      case planned_kernel::flipped:
      case planned_kernel::symmetric_flipped: {
        const bool symmetric =
            kernel == planned_kernel::symmetric_panel || kernel == planned_kernel::symmetric_flipped;
        const bool flipped = kernel == planned_kernel::flipped || kernel == planned_kernel::symmetric_flipped;
        const double blocks = d(t_.num_blocks) * (symmetric ? 2 : 1);
        if (symmetric) c.flops *= 2;
        const double panels = d((static_cast<std::int64_t>(packs) + tile.packs - 1) / tile.packs);
        const double width = packs / panels;
        c.kernel = symmetric ? "spmm_symmetric" : flipped ? "spmm_flipped" : "spmm_panel";
        c.tile_rows = cut.height;
        c.tile_cols = static_cast<int>(width * t_.lanes);
        const bool copied =
            !flipped && !symmetric &&
            copies_panels(t_.columns * t_.value_bytes, static_cast<std::int64_t>(nnz / (k + 1)));
        const double panel = k * width * t_.lanes * bytes;
        step(height * width, broadcast * height + width, width * t_.lanes * bytes / cut.strips, panel,
             blocks * d(t_.block.cols) * cut.strips * panels);
        overhead(step_overhead, blocks * d(t_.block.cols) * cut.strips * panels);
        overhead(block_overhead, blocks * cut.strips * panels);
        overhead(tile_overhead + 2 * height * width, block_rows * cut.strips * panels);
        if (copied && m_.read[0] > 0) other += 2 * k * n * bytes / m_.read_of(k * n * bytes);
        if (flipped && m_.turn > 0)
          other += (k * packs * t_.lanes + turn_back * m * packs * t_.lanes) * bytes / m_.turn;
        break;
      }
      case planned_kernel::column:
      case planned_kernel::lanes_copied:
      case planned_kernel::lanes_columns:
      case planned_kernel::lanes_rows: {
        const bool unit = kernel == planned_kernel::lanes_copied || kernel == planned_kernel::lanes_rows;
        const int two = t_.block.rows % (2 * t_.lanes) == 0 ? 2 : 1;
        const double strips = d((t_.block.rows + two * t_.lanes - 1) / (two * t_.lanes));
        double width = lanes_columns(two, unit);
        if (n < width) width = n;
        const double panels = n / width;
        c.kernel = kernel == planned_kernel::column ? "spmm_column" : "spmm_lanes";
        c.tile_rows = two * t_.lanes;
        c.tile_cols = static_cast<int>(width);
        const double x = kernel == planned_kernel::lanes_copied ? k * width * bytes : k * n * bytes;
        const double times = d(t_.num_blocks * t_.block.cols) * strips * panels;
        step(width * two, broadcast * width + two, width * bytes + two * t_.lanes * bytes, x, times);
        overhead(unit ? step_overhead : scattered_overhead, times);
        overhead(block_overhead, d(t_.num_blocks) * strips * panels);
        overhead(tile_overhead + 2 * width * two, block_rows * strips * panels);
        if (kernel == planned_kernel::lanes_copied && m_.turn > 0) other += k * n * bytes / m_.turn;
        if (kernel == planned_kernel::column && m_.turn > 0)
          other += nnz * bytes * d((t_.columns + 127) / 128) / m_.turn;
        if (kernel == planned_kernel::lanes_rows) overhead(8 * t_.lanes, block_rows * strips * two);
        break;
      }
      case planned_kernel::chunks: {
        c.kernel = "spmm_chunks";
        c.tile_rows = 1;
        const double panels = d((static_cast<std::int64_t>(packs) + chunk_packs - 1) / chunk_packs);
        const double width = packs / panels;
        c.tile_cols = static_cast<int>(width * t_.lanes);
        step(width, broadcast + width, 0, 0, d(t_.num_blocks * t_.block.cols) * panels);
        // A row of C's panel is read and written for each block, more or less; each chunk is copied.
        if (m_.read[0] > 0)
          other += (2 * d(t_.num_blocks) * n + 2 * k * n) * bytes / m_.read_of(m * n * bytes);
        break;
      }
      case planned_kernel::vector:
        c.kernel = "spmv_block";
        c.tile_rows = static_cast<int>(t_.block.rows);
        c.tile_cols = 1;
        steps = nnz / t_.lanes * 2 * fma_;
        break;
      case planned_kernel::symmetric_vector:
        c.kernel = "spmv_symmetric";
        c.flops *= 2;
        c.tile_rows = static_cast<int>(t_.block.rows);
        c.tile_cols = 1;
        steps = nnz / t_.lanes * 4 * fma_;
        break;
      case planned_kernel::other:
        c.kernel = "one for any types";
        return c;
    }
    // What comes from beyond the caches, all threads. A vector's product waits for nothing else. Of other
    // products it is what the kernels do not ask for in time: lines of C, and blocks that the second level
    // does not hold.
    double travel = 0, wait = 0;
    if (m_.read[0] > 0) {
      const auto rate = [&](double size) {
        const double all = m_.read_of(size) * t_.threads;
        return size >= 16e6 && m_.read_all > 0 && all > m_.read_all ? m_.read_all : all;
      };
      const auto beyond = [](double size) { return size > d(blocks_stay_in_cache) ? size : 0; };
      if (kernel == planned_kernel::vector || kernel == planned_kernel::symmetric_vector)
        travel = c.bytes / rate(c.bytes);
      else
        wait = (beyond(of_a) + 2 * m * n * bytes) / rate(c.bytes);
    }
    const double work = (steps + other) / t_.threads;
    c.seconds = (work > travel ? work : travel) + wait + (t_.threads > 1 ? m_.fork : 0);
    c.limit = travel > work || wait > work ? "the memory that holds the blocks"
              : other > steps              ? "what is done once a tile"
              : by_cache                   ? "the cache that holds the dense factor"
              : by_loads                   ? "loads"
                                           : "multiply-adds";
    c.dense_seconds = 2 * m * k * n / (t_.lanes > 0 ? 2.0 * t_.lanes : 1) * fma_ / 0.93 / t_.threads;
    return c;
  }

 private:
  // In multiply-adds of one register, two of which begin in a cycle.
  static constexpr double step_overhead = 0.6, block_overhead = 6, tile_overhead = 60;
  /// A step whose elements of x lie in a row of their own each.
  static constexpr double scattered_overhead = 2.5;
  /// An element that is broadcast, beside the load of a register: there are three ports for it, not two.
  static constexpr double broadcast = 2.0 / 3;
  /// Tiles are turned in the cache, rows of x come from further away.
  static constexpr double turn_back = 0.8;

  static double d(std::int64_t n) { return static_cast<double>(n); }

  product_task t_;
  machine m_;
  double fma_, load_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
