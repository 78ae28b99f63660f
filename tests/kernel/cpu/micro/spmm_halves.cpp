// SPDX-License-Identifier: BSD-3-Clause
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

using namespace bsr_test;
using bsr::bfloat16;
using bsr::float16;

namespace {

#if BSR_HAS_OPENMP
constexpr int most_threads = 3;
#else
constexpr int most_threads = 1;
#endif

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
template <class TA, class TB, class TC, class LayoutC = bsr::row_major>
void check(bsr::dims block, bsr::dims shape, std::initializer_list<int> columns) {
  bsr_test::random rng(static_cast<std::uint64_t>(100 * block.rows + block.cols));
  const auto narrow = bsr::astype<TA>(random_matrix<float>(
      rng, shape, block, {.density = 0.4, .duplicates = 0.2, .zero_blocks = 0.1, .empty_rows = 0.15}));
  const auto a = bsr::astype<float>(narrow);
  for (const int n : columns) {
    const guarded<TB> b(as<TB>(random_dense<float>(rng, shape.cols, n)));
    const float alpha = n % 2 == 0 ? 1.0f : -1.5f;
    const auto expected = rounded<TC>(expected_product<float>(alpha, a, as<float>(b.view()), 0.0f,
                                                              bsr::dense_matrix<float>(shape.rows, n)));
    using A = bsr::matrix_view<const TA>;
    using problem =
        bsr::spmm_problem<A, bsr::op::none, bsr::dense_view<const TB>, bsr::dense_view<TC, LayoutC>>;
    static_assert(bsr::micro::spmm_halves<problem>::fits);
    guarded<TC, LayoutC> first(shape.rows, n);
    for (int threads = 1; threads <= most_threads; ++threads) {
      guarded<TC, LayoutC> c(shape.rows, n);
      bsr::micro::spmm_halves<problem>::run(bsr::cpu{.threads = threads},
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

const auto sizes = {0, 1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 64, 100};

}  // namespace

TEST_CASE("spmm_halves: bfloat16 and float16, sums in float") {
  SECTION("bfloat16") { check<bfloat16, bfloat16, float>({16, 16}, {64, 80}, sizes); }
  SECTION("float16") { check<float16, float16, float>({16, 16}, {64, 80}, sizes); }
  SECTION("stored as bfloat16") { check<bfloat16, bfloat16, bfloat16>({12, 8}, {60, 80}, sizes); }
  SECTION("stored as float16") { check<float16, float16, float16>({13, 3}, {65, 30}, sizes); }
  SECTION("mixed") {
    check<float, bfloat16, float>({4, 4}, {20, 24}, {5, 40});
    check<bfloat16, float16, float>({4, 4}, {20, 24}, {5, 40});
  }
}

TEST_CASE("spmm_halves: any blocks, and edges") {
  check<bfloat16, bfloat16, float>({1, 1}, {9, 11}, {5, 40});
  check<bfloat16, bfloat16, float>({3, 5}, {17, 23}, {5, 40});  // padded
  check<float16, float16, float>({32, 32}, {70, 90}, {5, 40});  // padded
  check<bfloat16, bfloat16, float, bsr::col_major>({16, 1}, {64, 9}, {1, 33});
}

TEST_CASE("spmm_halves keeps sums where a row of blocks does not fit, and groups of columns apart") {
  check<bfloat16, bfloat16, float>({2, 40}, {4, 4000}, {33});
  check<float16, float16, float>({2, 3}, {8, 30}, {700});
  check<bfloat16, bfloat16, float>({2, 600}, {4, 1200}, {5});  // wider than what it holds: the general kernel
}

TEST_CASE("spmm_halves keeps denormals, and what is not finite") {
  const auto at = [](auto a, auto b) {
    bsr::matrix<bfloat16, 1> one({1, 1}, std::vector<bfloat16>{bfloat16(a)}, std::vector<int>{0},
                                 std::vector<int>{0, 1});
    bsr::dense_matrix<bfloat16> x(1, 1);
    x(0, 0) = bfloat16(b);
    bsr::dense_matrix<float> y(1, 1);
    y = one * x;
    return y(0, 0);
  };
  CHECK(at(0x1p-133f, 0x1p127f) == 0x1p-6f);
  CHECK(at(0x1p-100f, 0x1p-40f) == 0x1p-140f);
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(at(infinity, -2.0f) == -infinity);
  CHECK(std::isnan(at(infinity, 0.0f)));
}
