// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Runs the kernels that take the arguments of spmm_plain.
#include "bsr/kernel/cuda/kernel/spmm_plain.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "cuda/product.hpp"

namespace bsr_test {

/// "" when a kernel with the arguments of spmm_plain computes p, or p with A stored transposed, as it should.
template <template <class, class> class Kernel, class T, class Result, class Accumulator>
std::string run_plain(product_case<T, Result, Accumulator>& p, bool transposed, emulator::settings how,
                      const emulator::mutation* mutate = nullptr, emulator::mutations* record = nullptr) {
  using kernel = Kernel<T, Accumulator>;
  const product_shape& s = p.shape;
  // Blocks whose elements are stored by columns, in reverse order, are what a transposed matrix gives.
  const int size = s.block_rows * s.block_cols;
  const int count = static_cast<int>(p.indices.size());
  bsr::buffer<T> a = p.a;
  std::vector<std::int32_t> blocks;
  if (transposed)
    for (int n = 0; n < count; ++n) {
      blocks.push_back(count - 1 - n);
      for (int r = 0; r < s.block_rows; ++r)
        for (int c = 0; c < s.block_cols; ++c)
          a[std::int64_t(count - 1 - n) * size + c * s.block_rows + r] =
              p.a[std::int64_t(n) * size + r * s.block_cols + c];
    }
  const bool by_row = s.b_order == bsr::gpu::along::n;
  const bsr::gpu::spmm_plain_args<T, Accumulator, Result, std::int32_t, bsr::no_epilogue> args{
      .a = a.data(),
      .b = p.b_memory.data() + s.offset,
      .c = p.c_memory.data(),
      .b_row_stride = by_row ? p.b_stride : 1,
      .b_col_stride = by_row ? 1 : p.b_stride,
      .c_row_stride = s.c_by_columns ? 1 : p.c_stride,
      .c_col_stride = s.c_by_columns ? p.c_stride : 1,
      .rows = s.rows,
      .cols = s.cols,
      .depth = s.depth,
      .block_rows = s.block_rows,
      .block_cols = s.block_cols,
      .a_row_stride = transposed ? 1 : s.block_cols,
      .a_col_stride = transposed ? s.block_rows : 1,
      .alpha = Accumulator(1),
      .epilogue = {},
      .begin = p.indptr.data(),
      .columns = p.indices.data(),
      .blocks = transposed ? blocks.data() : nullptr};
  emulator::machine m(how);
  m.mutate(mutate);
  m.record(record);
  m.add_input(a.data(), a.size());
  m.add_input(p.indptr.data(), std::int64_t(p.indptr.size()));
  m.add_input(p.indices.data(), count);
  m.add_input(blocks.data(), std::int64_t(blocks.size()));
  return judged(p, m, Accumulator(1), bsr::no_epilogue{}, 0, [&] {
    m.run<emulator::isa>({s.workers, kernel::threads, kernel::shared_bytes},
                         [&](emulator::isa& isa) { kernel::run(isa, args); });
  });
}

}  // namespace bsr_test
