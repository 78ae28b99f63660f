// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The same for products with a vector, whose x and y have poison before and behind.
#include <functional>

#include "kernel/cpu/micro/cases.hpp"

namespace bsr_test {

/// y = alpha op(A) x by run(policy, alpha, x, y); see check_spmm_by.
template <class T>
void check_spmv_by(random& rng, bsr::op op, const bsr::matrix_view<const T>& a, std::int64_t stride,
                   const std::function<void(const bsr::cpu&, T, const bsr::vector_view<const T>&,
                                            const bsr::vector_view<T>&)>& run) {
  const bool transposed_factor = op == bsr::op::transpose;
  const std::int64_t m = transposed_factor ? a.cols() : a.rows(), k = transposed_factor ? a.rows() : a.cols();
  // A column of a row-major matrix with `stride` columns; one column more than that is poison.
  const guarded<T> x(random_dense<T>(rng, k, 1), stride - 1);
  const T alpha = T(-1.5);
  const bsr::dense_matrix<T> nothing(m, 1);
  const auto expected = expected_product<T>(alpha, a, x.view(), T(0), nothing, transposed_factor);
  guarded<T> first(m, 1, stride - 1);
  for (int threads = 1; threads <= most_threads; ++threads) {
    guarded<T> y(m, 1, stride - 1);
    auto& to = threads == 1 ? first : y;
    run(on_threads(threads), alpha, bsr::vector_view<const T>(x.view().data(), k, stride),
        bsr::vector_view<T>(to.view().data(), m, stride));
    INFO(threads << " threads, blocks " << a.blocksize().rows << "x" << a.blocksize().cols << ", stride "
                 << stride);
    REQUIRE(difference(to.view(), expected) == "");
    REQUIRE(to.intact());
    REQUIRE(same_bits(first.view(), to.view()));
  }
}
template <template <class> class Kernel, bsr::op Op, class A>
void check_spmv(random& rng, const A& a, std::int64_t stride = 1) {
  using T = typename A::value_type;
  using problem = bsr::spmv_problem<A, Op, bsr::vector_view<const T>, bsr::vector_view<T>, bsr::no_epilogue>;
  static_assert(Kernel<problem>::fits);
  check_spmv_by<T>(
      rng, Op, any_blocks(a), stride,
      [&a](const bsr::cpu& policy, T alpha, const bsr::vector_view<const T>& x,
           const bsr::vector_view<T>& y) { Kernel<problem>::run(policy, problem{alpha, a, x, y, {}}); });
}

template <template <class> class Kernel, bsr::op Op, class T, int R, int C>
void check_spmv_blocks(std::int64_t block_rows = 9, std::int64_t block_cols = 8) {
  random rng(static_cast<std::uint64_t>(R * 1000 + C));
  for (int repeat = 0; repeat < 3; ++repeat) {
    const auto a = random_matrix<T, R, C>(rng, {block_rows * R, block_cols * C}, wild);
    const bsr::matrix_view<const T> dynamic_blocks = a.view();
    check_spmv<Kernel, Op>(rng, bsr::input(a));
    check_spmv<Kernel, Op>(rng, dynamic_blocks);
    check_spmv<Kernel, Op>(rng, bsr::input(a), 3);
  }
}

}  // namespace bsr_test
