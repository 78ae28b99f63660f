// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMM for everything: any types, layouts, strides, block sizes. The last of the list.
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/ranges.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET::micro {

/// C = epilogue(alpha * op(A) * B).
///
/// op none: sums of up to 4 rows x 64 columns on the stack, over the whole block row.
/// op transpose: sums of as many rows of C as fit 32 KiB x up to 16 columns on the stack; every pass reads
/// all indices and the blocks that reach its rows. Passes share nothing, so they run in parallel. An
/// element's sum runs in storage order. C is written once per element, and read by the epilogue alone.
template <class Problem>
struct spmm_generic;

template <class A, op Op, class B, class C, class Epilogue>
struct spmm_generic<spmm_problem<A, Op, B, C, Epilogue>> {
  using problem = spmm_problem<A, Op, B, C, Epilogue>;
  using accumulator = typename problem::accumulator;
  using index_type = typename A::index_type;
  using list = block_list<typename A::value_type, index_type>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    if constexpr (Op == op::none)
      run_list(policy, natural_blocks(p.a), p);
    else
      run_columns(policy, p);
  }
  /// The same for the blocks of op(A) in a list.
  static void run_list(const cpu& policy, const list& a, const problem& p) {
    const strip_schedule<index_type> schedule(a.indptr, a.block_rows(),
                                              (a.block.rows + strip_rows - 1) / strip_rows);
    const std::int64_t panels = (p.c.cols() + panel_cols - 1) / panel_cols;
    const int pieces = thread_count(policy, a.num_blocks() * a.area() * p.c.cols());
    for_each_range(policy, schedule, panels, pieces, [&](int, const strip_range& range) {
      for (std::int64_t panel = range.first_panel; panel < range.last_panel; ++panel)
        for (strip_position s = range.first; s != range.last; s = schedule.next(s))
          strip(a, p, s.block_row, s.strip * strip_rows, panel * panel_cols);
    });
  }

 private:
  static constexpr int strip_rows = 4, panel_cols = 64;

  static void strip(const list& a, const problem& p, std::int64_t block_row, std::int64_t first_row,
                    std::int64_t first_col) {
    const dims block = a.block;
    const std::int64_t top = block_row * block.rows + first_row;
    const int rows = smaller(a.shape.rows - top, smaller(block.rows - first_row, strip_rows));
    const int width = smaller(p.c.cols() - first_col, panel_cols);
    accumulator sums[strip_rows][panel_cols];
    for (int r = 0; r < strip_rows; ++r)
      for (int j = 0; j < panel_cols; ++j) sums[r][j] = accumulator{};
    for (std::int64_t k = a.indptr[block_row]; k < a.indptr[block_row + 1]; ++k) {
      if (!a.kept(block_row, k)) continue;
      const std::int64_t left = static_cast<std::int64_t>(a.indices[k]) * block.cols;
      const std::int64_t cols = a.shape.cols - left < block.cols ? a.shape.cols - left : block.cols;
      const auto* const values = a.values(k) + first_row * a.row_step;
      for (std::int64_t c = 0; c < cols; ++c) {
        const auto* const b = &p.b(left + c, first_col);
        const std::int64_t stride = p.b.col_stride();
        for (int r = 0; r < rows; ++r) {
          const auto x = detail::convert<accumulator>(values[r * a.row_step + c * a.col_step]);
          if (stride == 1 && width == panel_cols)
            for (int j = 0; j < panel_cols; ++j) accumulate(sums[r][j], x, b[j]);
          else
            for (int j = 0; j < width; ++j) accumulate(sums[r][j], x, b[j * stride]);
        }
      }
    }
    for (int r = 0; r < rows; ++r)
      for (int j = 0; j < width; ++j) finish(p, sums[r][j], top + r, first_col + j);
  }

  static void run_columns(const cpu& policy, const problem& p) {
    constexpr std::int64_t capacity = 32768 / static_cast<std::int64_t>(sizeof(accumulator));
    const std::int64_t width = p.c.cols() < 16 ? p.c.cols() : 16;
    if (width == 0) return;
    const std::int64_t height = capacity / width;
    const std::int64_t panels = (p.c.cols() + width - 1) / width, passes = (p.c.rows() + height - 1) / height;
    const int pieces = thread_count(policy, p.a.nnz() * p.c.cols());
    for_each_piece(policy, pieces, [&](int piece) {
      const std::int64_t last = share(panels * passes, piece + 1, pieces);
      for (std::int64_t i = share(panels * passes, piece, pieces); i < last; ++i) {
        accumulator sums[capacity];
        const std::int64_t top = i % passes * height, left = i / passes * width;
        pass(p, sums, top, p.c.rows() - top < height ? p.c.rows() - top : height, left,
             smaller(p.c.cols() - left, static_cast<int>(width)));
      }
    });
  }

  /// Rows [top, top + height) and columns [left, left + width) of C.
  static void pass(const problem& p, accumulator* BSR_RESTRICT sums, std::int64_t top, std::int64_t height,
                   std::int64_t left, int width) {
    for (std::int64_t i = 0; i < height * width; ++i) sums[i] = accumulator{};
    const dims block = p.a.blocksize();
    const auto* const indptr = p.a.indptr().data();
    for (std::int64_t block_row = 0; block_row < p.a.block_rows(); ++block_row) {
      const std::int64_t row = block_row * block.rows;
      const std::int64_t rows = p.a.rows() - row < block.rows ? p.a.rows() - row : block.rows;
      for (std::int64_t k = indptr[block_row]; k < indptr[block_row + 1]; ++k) {
        if (!detail::kept(p.a, k)) continue;
        const std::int64_t col = static_cast<std::int64_t>(p.a.indices().data()[k]) * block.cols;
        const std::int64_t first = col < top ? top - col : 0;
        const std::int64_t last = col + block.cols > top + height ? top + height - col : block.cols;
        const auto* const values = p.a.data().data() + k * block.rows * block.cols;
        for (std::int64_t r = 0; r < (first < last ? rows : 0); ++r) {
          const auto* const b = &p.b(row + r, left);
          for (std::int64_t c = first; c < last; ++c) {
            const auto x = detail::convert<accumulator>(values[r * block.cols + c]);
            accumulator* const sum = sums + (col + c - top) * width;
            for (int j = 0; j < width; ++j) accumulate(sum[j], x, b[j * p.b.col_stride()]);
          }
        }
      }
    }
    for (std::int64_t i = 0; i < height; ++i)
      for (int j = 0; j < width; ++j) finish(p, sums[i * width + j], top + i, left + j);
  }

  BSR_INLINE static int smaller(std::int64_t a, int b) { return a < b ? static_cast<int>(a) : b; }

  template <class T>
  BSR_INLINE static void accumulate(accumulator& sum, const accumulator& x, const T& b) {
    sum = add(sum, multiply(x, detail::convert<accumulator>(b)));
  }
  BSR_INLINE static void finish(const problem& p, const accumulator& sum, std::int64_t i, std::int64_t j) {
    p.c(i, j) = to_element<typename C::value_type>(p.epilogue(multiply(p.alpha, sum), i, j));
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::micro
