// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Runs the kernels of sampled products.
#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "bsr/base/half.hpp"
#include "bsr/kernel/cuda/sddmm_args.hpp"
#include "cuda/emulator/isa.hpp"
#include "cuda/product.hpp"

namespace bsr_test {

struct sample_shape {
  int block_rows, block_cols;
  int rows, cols, depth;
  double beta = 0;
  bool x_by_columns = false;
  bool y_by_columns = true;
  bool in_place = true;  // D is S
  double density = 0.6;
  int workers = 2;          // blocks of the grid
  bool wide_index = false;  // 64 bits
  int x_stride = 0;         // from one row or column of X to the next; 0: they have no gap
  int y_stride = 0;
  double rounding = 0;  // of a factor before it is multiplied
};

/// Lines of random numbers with a gap between them, which nobody may read.
template <class T>
bsr::buffer<T> random_lines(random& rng, std::int64_t lines, std::int64_t length, std::int64_t stride) {
  bsr::buffer<T> x(lines > 0 ? (lines - 1) * stride + length : 0);
  for (std::int64_t n = 0; n < x.size(); ++n)
    x[n] = n % stride < length ? random_element<T>(rng) : poison_element<T>();
  return x;
}
inline bsr::buffer<std::int64_t> widened(const std::vector<std::int32_t>& from) {
  bsr::buffer<std::int64_t> to(static_cast<std::int64_t>(from.size()));
  for (std::size_t n = 0; n < from.size(); ++n) to[static_cast<std::int64_t>(n)] = from[n];
  return to;
}

/// "" when a kernel with these arguments leaves in the blocks of S what a sum in double says, within
/// k u / (1 - k u) sum |x||y|, the rounding of factors that are multiplied as tf32, and one of the result;
/// each element written once; and what lies beyond the edge is 0.
template <class Kernel, class T, class Result, class Accumulator>
std::string run_sample(const sample_shape& s, emulator::settings how,
                       const emulator::mutation* mutate = nullptr, emulator::mutations* record = nullptr) {
  bsr_test::random rng(static_cast<std::uint64_t>(s.block_rows + 7 * s.block_cols + s.depth));
  std::vector<std::int32_t> indices, indptr{0};
  for (int i = 0; i < (s.rows + s.block_rows - 1) / s.block_rows; ++i) {
    for (int j = 0; j < (s.cols + s.block_cols - 1) / s.block_cols; ++j)
      if (rng.chance(s.density)) indices.push_back(j);
    indptr.push_back(static_cast<std::int32_t>(indices.size()));
  }
  const std::int64_t size = std::int64_t(indices.size()) * s.block_rows * s.block_cols;
  const bsr::buffer<std::int64_t> wide_indices = widened(indices), wide_indptr = widened(indptr);
  const int x_length = s.x_by_columns ? s.rows : s.depth, y_length = s.y_by_columns ? s.depth : s.cols;
  const int x_stride = s.x_stride > 0 ? s.x_stride : x_length;
  const int y_stride = s.y_stride > 0 ? s.y_stride : y_length;
  const auto x = random_lines<T>(rng, s.x_by_columns ? s.depth : s.rows, x_length, x_stride);
  const auto y = random_lines<T>(rng, s.y_by_columns ? s.cols : s.depth, y_length, y_stride);
  bsr::buffer<Result> d(size), out(size);
  for (std::int64_t n = 0; n < size; ++n) {
    d[n] = s.beta != 0 ? random_element<Result>(rng) : poison_element<Result>();
    out[n] = s.in_place ? d[n] : poison_element<Result>();
  }
  const bsr::gpu::sddmm_args<T, Accumulator, Result> args{
      .x = x.data(),
      .y = y.data(),
      .d = s.in_place ? out.data() : d.data(),
      .s = out.data(),
      .x_row_stride = s.x_by_columns ? 1 : x_stride,
      .x_col_stride = s.x_by_columns ? x_stride : 1,
      .y_row_stride = s.y_by_columns ? 1 : y_stride,
      .y_col_stride = s.y_by_columns ? y_stride : 1,
      .rows = s.rows,
      .cols = s.cols,
      .depth = s.depth,
      .block_rows = s.block_rows,
      .block_cols = s.block_cols,
      .alpha = Accumulator(2),
      .beta = Accumulator(s.beta),
      .begin = {s.wide_index ? static_cast<const void*>(wide_indptr.data()) : indptr.data(), s.wide_index},
      .columns = {s.wide_index ? static_cast<const void*>(wide_indices.data()) : indices.data(),
                  s.wide_index},
      .blocks = static_cast<std::int64_t>(indices.size())};
  emulator::machine m(how);
  m.mutate(mutate);
  m.record(record);
  m.add_input(x.data(), x.size());
  m.add_input(y.data(), y.size());
  if (s.wide_index) {
    m.add_input(wide_indptr.data(), wide_indptr.size());
    m.add_input(wide_indices.data(), wide_indices.size());
  } else {
    m.add_input(indptr.data(), std::int64_t(indptr.size()));
    m.add_input(indices.data(), std::int64_t(indices.size()));
  }
  m.add_input(d.data(), d.size());
  m.add_output(out.data(), out.size());
  ++products.count;
  try {
    m.run<emulator::isa>({s.workers, Kernel::threads, Kernel::shared_bytes},
                         [&](emulator::isa& isa) { Kernel::run(isa, args); });
  } catch (const emulator::emulation_error& error) {
    return error.what();
  }
  for (int i = 0; i + 1 < static_cast<int>(indptr.size()); ++i)
    for (int n = indptr[std::size_t(i)]; n < indptr[std::size_t(i) + 1]; ++n)
      for (int r = 0; r < s.block_rows; ++r)
        for (int c = 0; c < s.block_cols; ++c) {
          const std::int64_t at = (std::int64_t(n) * s.block_rows + r) * s.block_cols + c;
          const std::int64_t row = i * s.block_rows + r, col = indices[std::size_t(n)] * s.block_cols + c;
          double expected = 0, bound = 0;
          if (row < s.rows && col < s.cols) {
            for (int k = 0; k < s.depth; ++k) {
              const double product = double(x[s.x_by_columns ? k * x_stride + row : row * x_stride + k]) *
                                     double(y[s.y_by_columns ? col * y_stride + k : k * y_stride + col]);
              expected += 2 * product;
              bound += 2 * std::fabs(product);
            }
            const double u = (s.depth + 3) * roundoff<Accumulator>();
            const double addend = s.beta != 0 ? s.beta * double(d[at]) : 0;
            expected += addend;
            bound =
                (u / (1 - u) + 2 * s.rounding + s.rounding * s.rounding) * (bound + std::fabs(addend)) * 1.01;
            bound += roundoff<Result>() * (std::fabs(expected) + bound);
          }
          if (!(std::fabs(double(out[at]) - expected) <= bound) || m.times_written(&out[at]) != 1) {
            std::ostringstream text;
            text << "element " << at << " is " << double(out[at]) << " instead of " << expected << " +- "
                 << bound << ", written " << m.times_written(&out[at]) << " times";
            return text.str();
          }
        }
  return "";
}

}  // namespace bsr_test
