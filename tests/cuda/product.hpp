// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Products on the emulated device, held against sums in double.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <span>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "bsr/base/half.hpp"
#include "bsr/kernel/cuda/block_mask.hpp"
#include "bsr/kernel/cuda/mma_type.hpp"
#include "bsr/kernel/cuda/row_groups.hpp"
#include "bsr/kernel/cuda/schedule.hpp"
#include "bsr/kernel/cuda/slab.hpp"
#include "bsr/kernel/cuda/spmm_args.hpp"
#include "bsr/kernel/cuda/tile.hpp"
#include "bsr/kernel/epilogue.hpp"
#include "bsr/storage/buffer.hpp"
#include "cuda/emulator/isa.hpp"
#include "support/random.hpp"

namespace bsr_test {

/// The shape of a product, how full A is and how B and C lie.
struct product_shape {
  int block_rows = 16;
  int block_cols = 16;
  int rows = 64;
  int cols = 64;
  int depth = 64;
  double density = 0.4;
  bsr::gpu::along b_order = bsr::gpu::along::n;
  bool c_by_columns = false;
  int gap = 8;         // elements between the end of a row of B or C and the next
  int offset = 0;      // elements between an aligned address and B
  int workers = 3;     // blocks of the grid
  bool messy = false;  // columns unsorted, some twice
  unsigned seed = 1;
  bool masked = false;  // blocks, block columns and block rows are left out

  std::string text() const {
    std::ostringstream s;
    s << "blocks " << block_rows << 'x' << block_cols << ", " << rows << 'x' << depth << " by " << depth
      << 'x' << cols << ", density " << density << (b_order == bsr::gpu::along::k ? ", B" : ", B'")
      << (c_by_columns ? ", C" : ", C'") << ", gap " << gap << ", offset " << offset << ", workers "
      << workers << (messy ? ", messy" : "") << (masked ? ", masked" : "");
    return s.str();
  }
};

template <class T>
T random_element(random& rng) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(rng.between(-128, 127));
  else
    return T(2 * rng.unit() - 1);
}
/// Spreads where it is used.
template <class T>
T poison_element() {
  if constexpr (std::is_integral_v<T>)
    return T(77);
  else
    return std::numeric_limits<T>::quiet_NaN();
}

/// How far one rounding to T goes.
template <class T>
double roundoff() {
  return std::is_integral_v<T> ? 0 : static_cast<double>(std::numeric_limits<T>::epsilon()) / 2;
}

/// Operands, and what C must be: C(i, j) = e(alpha sum, i, j).
template <class T, class Result, class Accumulator = typename bsr::gpu::mma_type<T>::accumulator>
struct product_case {
  using accumulator = Accumulator;

  product_shape shape;
  std::vector<std::int32_t> indptr;
  std::vector<std::int32_t> indices;
  bsr::buffer<T> a;
  bsr::buffer<T> b_memory;
  std::int64_t b_stride;
  bsr::buffer<Result> c_memory;
  std::int64_t c_stride;
  // Flags, if it is masked: of blocks, block columns and block rows.
  std::vector<unsigned char> gate, active, active_rows;

  explicit product_case(const product_shape& s) : shape(s) {
    random rng(s.seed);
    const int block_rows = (s.rows + s.block_rows - 1) / s.block_rows;
    const int block_cols = (s.depth + s.block_cols - 1) / s.block_cols;
    indptr.push_back(0);
    for (int i = 0; i < block_rows; ++i) {
      const auto first = indices.size();
      for (int j = 0; j < block_cols; ++j) {
        if (rng.chance(s.density)) indices.push_back(j);
        if (s.messy && rng.chance(s.density / 3)) indices.push_back(j);
      }
      for (auto k = indices.size(); s.messy && k > first + 1; --k)
        std::swap(indices[k - 1], indices[first + std::size_t(rng.below(std::int64_t(k - first)))]);
      indptr.push_back(static_cast<std::int32_t>(indices.size()));
    }
    a = bsr::buffer<T>(static_cast<std::int64_t>(indices.size()) * s.block_rows * s.block_cols);
    for (int i = 0; i < block_rows; ++i)
      for (int k = indptr[std::size_t(i)]; k < indptr[std::size_t(i) + 1]; ++k)
        for (int r = 0; r < s.block_rows; ++r)
          for (int c = 0; c < s.block_cols; ++c) {
            const bool padding =
                i * s.block_rows + r >= s.rows || indices[std::size_t(k)] * s.block_cols + c >= s.depth;
            a[(std::int64_t(k) * s.block_rows + r) * s.block_cols + c] =
                padding ? poison_element<T>() : random_element<T>(rng);
          }
    const bool by_row = s.b_order == bsr::gpu::along::n;
    b_stride = (by_row ? s.cols : s.depth) + s.gap;
    // The last row or column has no gap: nobody owns what would be there.
    const std::int64_t lines = by_row ? s.depth : s.cols;
    b_memory = bsr::buffer<T>(s.offset + (lines > 0 ? b_stride * lines - s.gap : 0));
    for (T& x : b_memory) x = poison_element<T>();
    for (int k = 0; k < s.depth; ++k)
      for (int j = 0; j < s.cols; ++j) b_memory[b_at(k, j)] = random_element<T>(rng);
    c_stride = (s.c_by_columns ? s.rows : s.cols) + s.gap;
    c_memory = bsr::buffer<Result>(c_stride * (s.c_by_columns ? s.cols : s.rows));
    clear();
    if (!s.masked) return;
    for (std::size_t n = 0; n < indices.size(); ++n) gate.push_back(rng.chance(0.6));
    for (int j = 0; j < block_cols; ++j) active.push_back(rng.chance(0.8));
    if (!active.empty()) active.back() = 1;  // what lies beyond the edge shall be met
    // The first and the last are in groups of their own, and differ.
    for (int i = 0; i < block_rows; ++i)
      active_rows.push_back(i == 0 || (i + 1 < block_rows && rng.chance(0.8)));
  }
  bool takes(int block_row, int n) const {
    return !shape.masked || (gate[std::size_t(n)] != 0 && active_rows[std::size_t(block_row)] != 0 &&
                             active[std::size_t(indices[std::size_t(n)])] != 0);
  }
  void clear() {
    for (Result& x : c_memory) x = poison_element<Result>();
  }
  std::int64_t b_at(std::int64_t k, std::int64_t j) const {
    return shape.offset + (shape.b_order == bsr::gpu::along::n ? k * b_stride + j : j * b_stride + k);
  }
  std::int64_t c_at(std::int64_t i, std::int64_t j) const {
    return shape.c_by_columns ? j * c_stride + i : i * c_stride + j;
  }

  /// What a kernel is told.
  template <class Epilogue>
  auto args(accumulator alpha, const Epilogue& e) {
    return bsr::gpu::spmm_args<T, accumulator, Result, Epilogue>{
        .a = a.data(),
        .b = b_memory.data() + shape.offset,
        .c = c_memory.data(),
        .b_stride = b_stride,
        .c_row_stride = shape.c_by_columns ? 1 : c_stride,
        .c_col_stride = shape.c_by_columns ? c_stride : 1,
        .rows = shape.rows,
        .cols = shape.cols,
        .depth = shape.depth,
        .block_cols = shape.block_cols,
        .alpha = alpha,
        .epilogue = e,
        .columns = nullptr,
        .blocks = nullptr,
        .items = nullptr,
        .begin = nullptr,
        .partial = nullptr,
        .counter = nullptr};
  }

  /// "" when every element of C is what it must be and nothing else was written; else the first that is not.
  /// `rounding` is how far an element of A or B is rounded before it is multiplied.
  template <class Epilogue>
  std::string difference(accumulator alpha, const Epilogue& e, double rounding) const {
    using wide = std::conditional_t<std::is_integral_v<T>, std::int64_t, double>;
    std::vector<wide> sum(std::size_t(shape.rows) * std::size_t(shape.cols));
    std::vector<double> size(sum.size());
    std::vector<std::int64_t> terms(std::size_t(shape.rows));
    for (int i = 0; i < shape.rows; ++i) {
      const int block_row = i / shape.block_rows;
      for (int n = indptr[std::size_t(block_row)]; n < indptr[std::size_t(block_row) + 1]; ++n)
        for (int c = 0; takes(block_row, n) && c < shape.block_cols; ++c) {
          const int k = indices[std::size_t(n)] * shape.block_cols + c;
          if (k >= shape.depth) break;
          ++terms[std::size_t(i)];
          const auto x = static_cast<wide>(
              a[(std::int64_t(n) * shape.block_rows + i % shape.block_rows) * shape.block_cols + c]);
          for (int j = 0; j < shape.cols; ++j) {
            const auto at = std::size_t(i) * std::size_t(shape.cols) + std::size_t(j);
            const wide product = x * static_cast<wide>(b_memory[b_at(k, j)]);
            sum[at] += product;
            size[at] += std::fabs(static_cast<double>(product));
          }
        }
    }
    for (int i = 0; i < shape.rows; ++i)
      for (int j = 0; j < shape.cols; ++j) {
        const auto at = std::size_t(i) * std::size_t(shape.cols) + std::size_t(j);
        const Result found = c_memory[c_at(i, j)];
        if constexpr (std::is_integral_v<T>) {
          const auto expected = static_cast<Result>(e(alpha * static_cast<accumulator>(sum[at]), i, j));
          if (found != expected) return wrong(i, j, double(found), double(expected), 0);
        } else {
          const double expected = e(double(alpha) * sum[at], i, j);
          // Sums in any order, alpha, and what the epilogue adds: it is rounded as often as it has parts.
          const double u = roundoff<accumulator>();
          const double k = static_cast<double>(terms[std::size_t(i)]) + 8;
          const double bound =
              1.2 * std::fabs(double(alpha)) * size[at] * (2 * k * u + 2 * rounding + rounding * rounding) +
              8 * u * std::fabs(expected) + 8 * u + roundoff<Result>() * (std::fabs(expected) + 1e-4);
          if (!(std::fabs(double(found) - expected) <= bound))
            return wrong(i, j, double(found), expected, bound);
        }
      }
    return "";
  }

 private:
  static std::string wrong(int i, int j, double found, double expected, double bound) {
    std::ostringstream s;
    s.precision(12);
    s << "C(" << i << ", " << j << ") is " << found << " instead of " << expected << " +- " << bound;
    return s.str();
  }
};

/// A and its flags as they are stored. What a transposed matrix has: blocks in another order, here from the
/// last to the first, and each by columns.
template <class T>
struct stored_blocks {
  bsr::buffer<T> a;
  std::vector<std::int32_t> place;  // of each block of op(A); empty: where it is there
  std::vector<unsigned char> gate, active, active_rows;

  template <class Case>
  stored_blocks(const Case& p, bool transposed)
      : a(p.a), gate(p.gate), active(p.active), active_rows(p.active_rows) {
    const int rows = p.shape.block_rows, cols = p.shape.block_cols;
    const int count = static_cast<int>(p.indices.size());
    for (int n = 0; transposed && n < count; ++n) {
      const int to = count - 1 - n;
      place.push_back(to);
      if (!gate.empty()) gate[std::size_t(to)] = p.gate[std::size_t(n)];
      for (int r = 0; r < rows; ++r)
        for (int c = 0; c < cols; ++c)
          a[(std::int64_t(to) * cols + c) * rows + r] = p.a[(std::int64_t(n) * rows + r) * cols + c];
    }
  }
  bsr::gpu::block_mask mask() const {
    const auto flags = [](const std::vector<unsigned char>& f) { return f.empty() ? nullptr : f.data(); };
    return {flags(gate), flags(active), flags(active_rows)};
  }
  void declare(emulator::machine& m) const {
    m.add_input(a.data(), a.size());
    for (const auto* flags : {&gate, &active, &active_rows})
      m.add_input(flags->data(), static_cast<std::int64_t>(flags->size()));
  }
};

/// Says at the end how many products were computed, if any was: a list of the tests stays one.
struct product_counter {
  int count = 0;
  ~product_counter() {
    if (count > 0) std::printf("emulated products: %d\n", count);
  }
};
inline product_counter products;

/// Copies that land at once, late or at any time; threads that run in order, backwards or as they like.
inline std::vector<emulator::settings> ways_to_run(unsigned seed) {
  using emulator::order;
  using emulator::timing;
  return {
      {timing::early, order::forward}, {timing::late, order::reverse}, {timing::random, order::random, seed}};
}

/// How far multiply rounds an element of T before it is multiplied: tf32 has 10 bits of fraction.
template <class T>
inline constexpr double operand_roundoff = std::is_same_v<T, float> ? 0x1p-11 : 0;

/// Runs a kernel that writes the C of p. "" when it did nothing forbidden, C is what it must be, and each
/// element was written once.
template <class Case, class Epilogue, class Run>
std::string judged(Case& p, emulator::machine& m, typename Case::accumulator alpha, const Epilogue& e,
                   double rounding, const Run& run) {
  m.add_input(p.b_memory.data(), p.b_memory.size());
  m.add_output(p.c_memory.data(), p.c_memory.size());
  p.clear();
  ++products.count;
  try {
    run();
  } catch (const emulator::emulation_error& error) {
    return error.what();
  }
  std::string text = p.difference(alpha, e, rounding);
  if (!text.empty()) return text;
  std::int64_t elements = 0;
  for (const auto& x : p.c_memory) elements += m.times_written(&x);
  const std::int64_t expected = std::int64_t(p.shape.rows) * p.shape.cols;
  if (elements != expected)
    return std::to_string(elements) + " elements were written instead of " + std::to_string(expected);
  return "";
}

/// Calls run(how) in every way: each time it says "", and p has the same bits however it was run.
template <class T, class Result, class Run>
void check_ways_to_run(const product_case<T, Result>& p, const Run& run) {
  bsr::buffer<Result> first;
  for (const auto& how : ways_to_run(p.shape.seed)) {
    CAPTURE(static_cast<int>(how.timing));
    CHECK(run(how) == "");
    if (first.empty()) first = p.c_memory;
    CHECK(std::memcmp(first.data(), p.c_memory.data(), first.bytes()) == 0);
  }
}

/// The plan of a product, and memory for its partial sums.
template <class Accumulator>
struct planned {
  bsr::gpu::row_groups groups;
  bsr::gpu::schedule work;
  bsr::buffer<Accumulator> partial;
  bsr::buffer<std::uint32_t> counters;

  /// Tile: an spmm_tile or a wgmma_tile.
  template <class T, class Result, class Tile>
  planned(const product_case<T, Result>& p, const Tile& tile)
      : groups(bsr::gpu::make_row_groups<std::int32_t>(p.indices, p.indptr, tile.rows_of_group)),
        work(bsr::gpu::make_schedule(groups, (p.shape.cols + tile.columns - 1) / tile.columns,
                                     p.shape.workers, tile.cost())),
        partial(std::int64_t(work.slots) * tile.rows() * tile.columns),
        counters(work.counters) {}

  template <class Args>
  void tell(Args& args) {
    args.columns = groups.columns.data();
    args.blocks = groups.blocks.data();
    args.items = work.items.data();
    args.begin = work.begin.data();
    args.partial = partial.data();
    args.counter = counters.data();
  }
  void declare(emulator::machine& m) const {
    m.add_input(groups.columns.data(), groups.columns.size());
    m.add_input(groups.blocks.data(), groups.blocks.size());
    m.add_input(work.items.data(), work.items.size());
    m.add_input(work.begin.data(), work.begin.size());
    m.add_exchange(partial.data(), partial.size());
    m.add_exchange(counters.data(), counters.size());
  }
};

/// The same for a form of sm_90a: A and B as what slabs are copied from.
template <class Kernel, class T, class Result, class Epilogue>
auto with_slabs(
    const product_case<T, Result>& p,
    const bsr::gpu::spmm_args<T, typename product_case<T, Result>::accumulator, Result, Epilogue>& args,
    bool transposed) {
  const product_shape& s = p.shape;
  const bool by_row = s.b_order == bsr::gpu::along::n;
  constexpr int bytes = sizeof(T);
  const auto blocks = [&](int cols) {
    const int width = transposed ? s.block_rows : s.block_cols;
    return bsr::gpu::slab_source{args.a,
                                 {transposed ? width : cols, transposed ? cols : s.block_rows,
                                  static_cast<std::int64_t>(p.indices.size())},
                                 {bytes * width, bytes * s.block_rows * s.block_cols},
                                 Kernel::block_box,
                                 bytes};
  };
  const int rest = s.depth % s.block_cols;
  return bsr::gpu::spmm_slab_args<T, Result, Epilogue, bsr::gpu::slab_source>{
      args,
      blocks(s.block_cols),
      blocks(rest > 0 ? rest : s.block_cols),
      {args.b,
       {by_row ? s.cols : s.depth, by_row ? s.depth : s.cols, 1},
       {bytes * args.b_stride, bytes * args.b_stride},
       Kernel::dense_box,
       bytes}};
}

/// "" when a kernel computes the product as it should, under one way to run it, reading A as it is or as the
/// transpose of what is stored. `mutate` and `record` may be null.
template <class Kernel, class Isa = emulator::isa, class T, class Result, class Tile, class Epilogue>
std::string run_product(product_case<T, Result>& p, const Tile& tile, bool transposed,
                        typename product_case<T, Result>::accumulator alpha, const Epilogue& e,
                        emulator::settings how, const emulator::mutation* mutate = nullptr,
                        emulator::mutations* record = nullptr) {
  planned<typename product_case<T, Result>::accumulator> plan(p, tile);
  const stored_blocks<T> stored(p, transposed);
  if (transposed)
    for (std::int32_t& n : plan.groups.blocks)
      if (n >= 0) n = stored.place[std::size_t(n)];
  auto args = p.args(alpha, e);
  args.a = stored.a.data();
  args.mask = stored.mask();
  plan.tell(args);
  emulator::machine m(how);
  m.mutate(mutate);
  m.record(record);
  plan.declare(m);
  stored.declare(m);
  const int shared_bytes = tile.shared_bytes() + Kernel::template scratch_bytes<Epilogue>;
  const std::string text = judged(p, m, alpha, e, operand_roundoff<T>, [&] {
    m.run<Isa>({p.shape.workers, tile.threads(), shared_bytes}, [&](Isa& isa) {
      if constexpr (std::is_same_v<Isa, emulator::isa>)
        Kernel::run(isa, args);
      else
        Kernel::run(isa, with_slabs<Kernel>(p, args, transposed));
    });
  });
  if (!text.empty()) return text;
  for (const std::uint32_t n : plan.counters)
    if (n != 0) return "a counter was left at " + std::to_string(n);
  return "";
}

}  // namespace bsr_test
