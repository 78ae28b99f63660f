// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What every microkernel must bear: empty rows, duplicates, no order, explicit zeros, odd sizes, poison in C
// before the product and around every operand; the same bits for every number of threads.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <type_traits>

#include "bsr/bsr.hpp"
#include "support/bounds.hpp"
#include "support/guarded.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"

namespace bsr_test {

/// Two dense matrices, element by element, bit by bit.
template <class X, class Y>
bool same_bits(const X& x, const Y& y) {
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t j = 0; j < x.cols(); ++j)
      if (std::memcmp(&x(i, j), &y(i, j), sizeof(x(i, j))) != 0) return false;
  return true;
}

template <template <class> class Kernel, bsr::op Op, class A, class B, class C>
void run_kernel(const bsr::cpu& policy, typename A::value_type alpha, const A& a, const B& b, const C& c) {
  using problem = bsr::spmm_problem<A, Op, B, C, bsr::no_epilogue>;
  static_assert(Kernel<problem>::fits);
  Kernel<problem>::run(policy, problem{alpha, a, b, c, {}});
}

/// C = alpha op(A) B by run(policy, alpha, B, C), against the definition in wide numbers, for n columns.
/// Knows neither the kernel nor A's block size, so that it is compiled once for many of them.
template <class T, class LayoutB, class LayoutC>
void check_spmm_by(random& rng, bsr::op op, const bsr::matrix_view<const T>& a, std::int64_t n,
                   const std::function<void(const bsr::cpu&, T, const bsr::dense_view<const T, LayoutB>&,
                                            const bsr::dense_view<T, LayoutC>&)>& run) {
  const bool transposed_factor = op == bsr::op::transpose;
  const std::int64_t m = transposed_factor ? a.cols() : a.rows(), k = transposed_factor ? a.rows() : a.cols();
  const guarded<T, LayoutB> b(random_dense<T>(rng, k, n));
  const T alpha = n % 3 == 0 ? T(-1.5) : T(1);
  const bsr::dense_matrix<T> nothing(m, n);
  const auto expected = expected_product<T>(alpha, a, b.view(), T(0), nothing, transposed_factor);
  guarded<T, LayoutC> first(m, n);
  for (int threads = 1; threads <= most_threads; ++threads) {
    guarded<T, LayoutC> c(m, n);
    run(on_threads(threads), alpha, b.view(), c.view());
    INFO("n = " << n << ", " << threads << " threads, blocks " << a.blocksize().rows << "x"
                << a.blocksize().cols);
    REQUIRE(difference(c.view(), expected) == "");
    REQUIRE(c.intact());
    if (threads == 1) run(bsr::cpu{.threads = 1}, alpha, b.view(), first.view());
    REQUIRE(same_bits(first.view(), c.view()));
  }
}
template <template <class> class Kernel, bsr::op Op, class LayoutB, class LayoutC, class A>
void check_spmm(random& rng, const A& a, std::int64_t n) {
  using T = typename A::value_type;
  const auto input = bsr::input(a);
  check_spmm_by<T, LayoutB, LayoutC>(
      rng, Op, any_blocks(a), n,
      [&input](const bsr::cpu& policy, T alpha, const bsr::dense_view<const T, LayoutB>& b,
               const bsr::dense_view<T, LayoutC>& c) { run_kernel<Kernel, Op>(policy, alpha, input, b, c); });
}

/// Static blocks and the same at run time, for the number of columns given.
template <template <class> class Kernel, bsr::op Op, class LayoutB, class LayoutC, class T, int R, int C,
          class Sizes>
void check_blocks(const Sizes& sizes, std::int64_t block_rows = 5, std::int64_t block_cols = 6) {
  random rng(static_cast<std::uint64_t>(R * 1000 + C));
  const auto a = random_matrix<T, R, C>(rng, {block_rows * R, block_cols * C}, wild);
  const bsr::matrix_view<const T> dynamic_blocks = a.view();
  for (const int n : sizes) {
    check_spmm<Kernel, Op, LayoutB, LayoutC>(rng, a.view(), n);
    check_spmm<Kernel, Op, LayoutB, LayoutC>(rng, dynamic_blocks, n);
  }
}

/// 0 .. 2 * widest panel + 1, in steps that grow.
inline constexpr int few_columns[] = {0,  1,  2,  3,  4,  5,  7,  8,  9,  12, 15, 16,
                                      17, 23, 24, 25, 31, 32, 33, 48, 49, 65, 97};

struct all_columns {
  int most;
  struct iterator {
    int n;
    int operator*() const { return n; }
    iterator& operator++() {
      ++n;
      return *this;
    }
    bool operator!=(const iterator& other) const { return n != other.n; }
  };
  iterator begin() const { return {0}; }
  iterator end() const { return {most + 1}; }
};

}  // namespace bsr_test
