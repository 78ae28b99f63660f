// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/cpu/micro/bytes_cases.hpp"
#include "kernel/cpu/micro/halves_cases.hpp"

using namespace bsr_test;
using bsr::bfloat16;
using bsr::col_major;
using bsr::float16;
using s8 = std::int8_t;
using u8 = std::uint8_t;

template <class TA, class TB, class TC, class LayoutC = col_major>
static void halves(bsr::dims block, bsr::dims shape, std::initializer_list<int> columns) {
  check_halves<bsr::micro::spmm_narrow, col_major, LayoutC, TA, TB, TC>(block, shape, columns);
}
template <class TA, class TB, class TC, int R, int C, class LayoutC = col_major>
static void bytes(std::int64_t block_rows, std::int64_t block_cols, std::initializer_list<int> columns) {
  check_bytes<bsr::micro::spmm_narrow, col_major, LayoutC, TA, TB, TC, R, C>(block_rows, block_cols, columns);
}

static const auto sizes = {0, 1, 2, 3, 4, 5, 7, 8, 9, 17};

TEST_CASE("spmm_narrow: bfloat16 and float16, sums in float") {
  SECTION("bfloat16") { halves<bfloat16, bfloat16, float>({16, 16}, {64, 80}, sizes); }
  SECTION("float16") { halves<float16, float16, float>({16, 16}, {64, 80}, sizes); }
  SECTION("stored as bfloat16") { halves<bfloat16, bfloat16, bfloat16>({40, 8}, {80, 80}, sizes); }
  SECTION("float times float16") { halves<float, float16, float>({4, 4}, {20, 24}, {5, 40}); }
}

TEST_CASE("spmm_narrow: any blocks, groups of columns, rows of blocks that do not fit") {
  halves<bfloat16, bfloat16, float>({1, 1}, {9, 11}, {5, 40});
  halves<bfloat16, bfloat16, float>({33, 5}, {66, 25}, {300});
  halves<float16, float16, float>({2, 40}, {4, 2000}, {33});
  halves<bfloat16, bfloat16, float>({3, 5}, {17, 23}, {5});    // padded: the general kernel
  halves<bfloat16, bfloat16, float>({2, 300}, {4, 600}, {5});  // wider than what it holds
  halves<bfloat16, bfloat16, float, bsr::row_major>({16, 1}, {64, 9}, {1, 33});
}

TEST_CASE("spmm_narrow: bytes of every sign, exactly") {
  SECTION("signed, signed") { bytes<s8, s8, std::int32_t, 16, 16>(4, 5, sizes); }
  SECTION("signed, unsigned") { bytes<s8, u8, std::int32_t, 20, 16>(4, 5, sizes); }
  SECTION("unsigned, signed") { bytes<u8, s8, std::int32_t, 4, 8>(9, 5, sizes); }
  SECTION("unsigned, unsigned, as float") { bytes<u8, u8, float, 5, 12>(4, 5, sizes); }
  SECTION("many blocks in a row") { bytes<s8, s8, std::int32_t, 33, 64>(2, 60, {19}); }
  SECTION("columns that are no multiple of four: the general kernel") {
    bytes<s8, s8, std::int32_t, 3, 5>(4, 6, {17});
  }
}
