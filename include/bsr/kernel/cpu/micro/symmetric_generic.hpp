// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Products with half-stored symmetric matrices for everything: any types, layouts, strides, block sizes.
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/kernel/symmetric_view.hpp"
#include "bsr/storage/dense_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::micro {

/// C = epilogue(alpha * symmetric(A) * B), or of vectors. Transposed it is the same.
///
/// Sums of as many rows of C as fit 32 KiB x up to 16 columns on the stack; every pass reads all indices and
/// the blocks that reach its rows, from either side. Passes share nothing, so they run in parallel. An
/// element's sum runs in storage order.
template <class Problem>
struct symmetric_generic;

template <class A, op Op, class B, class C, class Epilogue>
struct symmetric_generic<spmm_problem<symmetric_view<A>, Op, B, C, Epilogue>> {
  using problem = spmm_problem<symmetric_view<A>, Op, B, C, Epilogue>;
  using accumulator = typename problem::accumulator;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    constexpr std::int64_t capacity = 32768 / static_cast<std::int64_t>(sizeof(accumulator));
    const std::int64_t width = smaller(p.c.cols(), 16);
    if (width == 0) return;
    const std::int64_t height = capacity / width;
    const std::int64_t panels = (p.c.cols() + width - 1) / width, passes = (p.c.rows() + height - 1) / height;
    const int pieces = thread_count(policy, 2 * p.a.nnz() * p.c.cols());
    for_each_piece(policy, pieces, [&](int piece) {
      const std::int64_t last = share(panels * passes, piece + 1, pieces);
      for (std::int64_t i = share(panels * passes, piece, pieces); i < last; ++i) {
        accumulator sums[capacity];
        const std::int64_t top = i % passes * height, left = i / passes * width;
        pass(p, sums, top, smaller(p.c.rows() - top, height), left, smaller(p.c.cols() - left, width));
      }
    });
  }

 private:
  /// Rows [top, top + height) and columns [left, left + width) of C.
  static void pass(const problem& p, accumulator* BSR_RESTRICT sums, std::int64_t top, std::int64_t height,
                   std::int64_t left, std::int64_t width) {
    for (std::int64_t i = 0; i < height * width; ++i) sums[i] = accumulator{};
    const std::int64_t size = p.a.blocksize().rows, rows = p.a.rows();
    const auto* const indptr = p.a.indptr().data();
    const auto* const indices = p.a.indices().data();
    // A block with rows in block row `to` of C and columns in block row `from` of B.
    const auto add_block = [&](const auto* values, std::int64_t row_step, std::int64_t col_step,
                               std::int64_t to, std::int64_t from) {
      const std::int64_t first = to * size < top ? top - to * size : 0;
      const std::int64_t last = smaller(size, top + height - to * size);
      const std::int64_t cols = smaller(size, rows - from * size);
      for (std::int64_t r = first; r < last; ++r)
        for (std::int64_t c = 0; c < cols; ++c) {
          const auto x = detail::convert<accumulator>(values[r * row_step + c * col_step]);
          const auto* const b = &p.b(from * size + c, left);
          accumulator* const sum = sums + (to * size + r - top) * width;
          for (std::int64_t j = 0; j < width; ++j)
            sum[j] = add(sum[j], multiply(x, detail::convert<accumulator>(b[j * p.b.col_stride()])));
        }
    };
    for (std::int64_t i = 0; i < p.a.block_rows(); ++i)
      for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
        const std::int64_t j = indices[k];
        const auto* const values = p.a.data().data() + k * size * size;
        add_block(values, size, 1, i, j);
        if (i != j) add_block(values, 1, size, j, i);
      }
    for (std::int64_t i = 0; i < height; ++i)
      for (std::int64_t j = 0; j < width; ++j)
        p.c(top + i, left + j) = to_element<typename C::value_type>(
            p.epilogue(multiply(p.alpha, sums[i * width + j]), top + i, left + j));
  }

  BSR_INLINE static std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
};

template <class A, op Op, class X, class Y, class Epilogue>
struct symmetric_generic<spmv_problem<symmetric_view<A>, Op, X, Y, Epilogue>> {
  using problem = spmv_problem<symmetric_view<A>, Op, X, Y, Epilogue>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    using B = dense_view<typename X::element_type, strided>;
    using C = dense_view<typename Y::element_type, strided>;
    using column = spmm_problem<symmetric_view<A>, Op, B, C, Epilogue>;
    symmetric_generic<column>::run(policy, column{p.alpha, p.a, B(p.x.data(), p.x.size(), 1, p.x.stride(), 1),
                                                  C(p.y.data(), p.y.size(), 1, p.y.stride(), 1), p.epilogue});
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::micro
