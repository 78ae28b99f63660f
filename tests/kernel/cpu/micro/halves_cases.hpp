// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Products of half-precision numbers with sums in float, against the same in wide numbers.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <type_traits>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/bounds.hpp"
#include "support/guarded.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"

namespace bsr_test {

/// What C must be when it is rounded to TC once more.
template <class TC>
expectation<float> rounded(expectation<float> expected) {
  if constexpr (!std::is_same_v<TC, float>)
    for (std::size_t i = 0; i < expected.bound.values.size(); ++i)
      expected.bound.values[i] += static_cast<long double>(float(std::numeric_limits<TC>::epsilon())) / 2 *
                                      (magnitude(expected.value.values[i]) + expected.bound.values[i]) +
                                  static_cast<long double>(float(std::numeric_limits<TC>::denorm_min())) / 2;
  return expected;
}

template <class To, class X>
bsr::dense_matrix<To> as(const X& x) {
  const auto from = bsr::input(x);
  bsr::dense_matrix<To> result(from.rows(), from.cols());
  for (std::int64_t i = 0; i < from.rows(); ++i)
    for (std::int64_t j = 0; j < from.cols(); ++j) result(i, j) = To(from(i, j));
  return result;
}

/// C = alpha A B by the kernel, for blocks whose size is known at run time.
template <template <class> class Kernel, class LayoutB, class LayoutC, class TA, class TB, class TC>
void check_halves(bsr::dims block, bsr::dims shape, std::initializer_list<int> columns) {
  bsr_test::random rng(static_cast<std::uint64_t>(100 * block.rows + block.cols));
  const auto narrow = bsr::astype<TA>(random_matrix<float>(
      rng, shape, block, {.density = 0.4, .duplicates = 0.2, .zero_blocks = 0.1, .empty_rows = 0.15}));
  const auto a = bsr::astype<float>(narrow);
  for (const int n : columns) {
    const guarded<TB, LayoutB> b(as<TB>(random_dense<float>(rng, shape.cols, n)));
    const float alpha = n % 2 == 0 ? 1.0f : -1.5f;
    const auto expected = rounded<TC>(expected_product<float>(alpha, a, as<float>(b.view()), 0.0f,
                                                              bsr::dense_matrix<float>(shape.rows, n)));
    using A = bsr::matrix_view<const TA>;
    using problem =
        bsr::spmm_problem<A, bsr::op::none, bsr::dense_view<const TB, LayoutB>, bsr::dense_view<TC, LayoutC>>;
    static_assert(Kernel<problem>::fits);
    guarded<TC, LayoutC> first(shape.rows, n);
    for (int threads = 1; threads <= most_threads; ++threads) {
      guarded<TC, LayoutC> c(shape.rows, n);
      Kernel<problem>::run(on_threads(threads),
                           problem{alpha, A(bsr::input(narrow)), b.view(), c.view(), {}});
      INFO("n = " << n << ", " << threads << " threads, blocks " << block.rows << "x" << block.cols);
      REQUIRE(c.intact());
      REQUIRE(difference(as<float>(c.view()), expected) == "");
      if (threads == 1) first = c;
      for (std::int64_t i = 0; i < shape.rows; ++i)
        for (std::int64_t j = 0; j < n; ++j)
          REQUIRE(std::memcmp(&first.view()(i, j), &c.view()(i, j), sizeof(TC)) == 0);
    }
  }
}

}  // namespace bsr_test
