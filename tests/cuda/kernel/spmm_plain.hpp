// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Runs the kernels that take the arguments of spmm_plain.
#include "bsr/kernel/cuda/kernel/spmm_plain.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>

#include "cuda/product.hpp"

namespace bsr_test {

/// "" when a kernel with the arguments of spmm_plain computes p, or p with A stored transposed, as it should.
template <template <class, class> class Kernel, class T, class Result, class Accumulator>
std::string run_plain(product_case<T, Result, Accumulator>& p, bool transposed, emulator::settings how,
                      const emulator::mutation* mutate = nullptr, emulator::mutations* record = nullptr) {
  using kernel = Kernel<T, Accumulator>;
  const product_shape& s = p.shape;
  const stored_blocks<T> stored(p, transposed);
  const bool by_row = s.b_order == bsr::gpu::along::n;
  const bsr::gpu::spmm_plain_args<T, Accumulator, Result, std::int32_t, bsr::no_epilogue> args{
      .a = stored.a.data(),
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
      .blocks = transposed ? stored.place.data() : nullptr,
      .mask = stored.mask()};
  emulator::machine m(how);
  m.mutate(mutate);
  m.record(record);
  stored.declare(m);
  m.add_input(p.indptr.data(), std::int64_t(p.indptr.size()));
  m.add_input(p.indices.data(), std::int64_t(p.indices.size()));
  m.add_input(stored.place.data(), std::int64_t(stored.place.size()));
  return judged(p, m, Accumulator(1), bsr::no_epilogue{}, 0, [&] {
    m.run<emulator::isa>({s.workers, kernel::threads, kernel::shared_bytes},
                         [&](emulator::isa& isa) { kernel::run(isa, args); });
  });
}

/// p and its shape for both orders of B, as it is and transposed, masked and not.
template <template <class, class> class Kernel, class T, class Result, class Accumulator>
void check_plain(product_shape s) {
  int n = 0;
  for (const auto order : {bsr::gpu::along::n, bsr::gpu::along::k})
    for (const bool transposed : {false, true}) {
      s.b_order = order;
      s.c_by_columns = transposed;
      s.offset = s.gap = n++ % 2;
      s.masked = n == 2 || n == 3;
      CAPTURE(s.text());
      product_case<T, Result, Accumulator> p(s);
      constexpr emulator::order orders[] = {emulator::order::forward, emulator::order::reverse,
                                            emulator::order::random};
      CHECK(run_plain<Kernel>(p, transposed, {.order = orders[n % 3]}) == "");
    }
}
/// No blocks, no rows, no columns, no depth.
template <template <class, class> class Kernel, class T>
void check_plain_empty() {
  check_plain<Kernel, T, T, T>(
      {.block_rows = 3, .block_cols = 3, .rows = 9, .cols = 5, .depth = 9, .density = 0});
  check_plain<Kernel, T, T, T>({.block_rows = 3, .block_cols = 3, .rows = 0, .cols = 5, .depth = 9});
  check_plain<Kernel, T, T, T>({.block_rows = 3, .block_cols = 3, .rows = 9, .cols = 0, .depth = 9});
  check_plain<Kernel, T, T, T>({.block_rows = 3, .block_cols = 3, .rows = 9, .cols = 5, .depth = 0});
}

}  // namespace bsr_test
