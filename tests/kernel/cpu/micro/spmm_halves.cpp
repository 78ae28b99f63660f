// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/cpu/micro/halves_cases.hpp"

using namespace bsr_test;
using bsr::bfloat16;
using bsr::float16;

template <class TA, class TB, class TC, class LayoutC = bsr::row_major>
static void check(bsr::dims block, bsr::dims shape, std::initializer_list<int> columns) {
  check_halves<bsr::micro::spmm_halves, bsr::row_major, LayoutC, TA, TB, TC>(block, shape, columns);
}

static const auto sizes = {0, 1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 64, 100};

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
