// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Products of 8-bit integers, exactly: every value, every sign, every number of threads.
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/guarded.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"

namespace bsr_test {

/// Any value of the type, the outermost ones often.
template <class T>
T any_byte(bsr_test::random& rng) {
  if (rng.chance(0.3)) return std::numeric_limits<T>::min();
  if (rng.chance(0.2)) return std::numeric_limits<T>::max();
  return static_cast<T>(rng.bits());
}

/// C = alpha A B by the kernel, exactly, for static blocks and the same at run time.
template <template <class> class Kernel, class LayoutB, class LayoutC, class TA, class TB, class TC, int R,
          int C>
void check_bytes(std::int64_t block_rows, std::int64_t block_cols, std::initializer_list<int> columns) {
  bsr_test::random rng(static_cast<std::uint64_t>(100 * R + C));
  auto a = random_matrix<TA, R, C>(rng, {block_rows * R, block_cols * C}, wild);
  for (TA& v : a.data()) v = any_byte<TA>(rng);
  const auto dense_a = bsr::to_dense(bsr::astype<std::int64_t>(a));
  for (const int n : columns) {
    guarded<TB, LayoutB> b(a.cols(), n);
    for (std::int64_t i = 0; i < a.cols(); ++i)
      for (std::int64_t j = 0; j < n; ++j) b.view()(i, j) = any_byte<TB>(rng);
    const TC alpha = n % 2 == 0 ? TC(1) : TC(-3);
    const auto run = [&](const auto& view) {
      using A = std::remove_cvref_t<decltype(view)>;
      using problem = bsr::spmm_problem<A, bsr::op::none, bsr::dense_view<const TB, LayoutB>,
                                        bsr::dense_view<TC, LayoutC>>;
      static_assert(Kernel<problem>::fits);
      for (int threads = 1; threads <= most_threads; ++threads) {
        guarded<TC, LayoutC> c(a.rows(), n);
        const bsr::dense_view<const TB, LayoutB> b_view = b.view();
        Kernel<problem>::run(on_threads(threads), problem{alpha, view, b_view, c.view(), {}});
        REQUIRE(c.intact());
        for (std::int64_t i = 0; i < a.rows(); ++i)
          for (std::int64_t j = 0; j < n; ++j) {
            std::int64_t sum = 0;
            for (std::int64_t k = 0; k < a.cols(); ++k) sum += dense_a(i, k) * b.view()(k, j);
            INFO("n = " << n << ", element (" << i << ", " << j << "), blocks " << R << "x" << C);
            REQUIRE(c.view()(i, j) == static_cast<TC>(static_cast<std::int64_t>(alpha) * sum));
          }
      }
    };
    if constexpr (R == 16) run(bsr::input(a));
    run(bsr::matrix_view<const TA>(bsr::input(a)));
  }
}

}  // namespace bsr_test
