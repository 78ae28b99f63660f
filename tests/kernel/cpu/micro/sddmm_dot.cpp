// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/cpu/micro/sddmm_cases.hpp"

using namespace bsr_test;

template <class T, int R, int C, class Depths = decltype(few_depths)>
static void check(const Depths& depths = few_depths) {
  check_sampled_blocks<bsr::micro::sddmm_dot, bsr::row_major, bsr::col_major, T, R, C>(depths);
}

TEST_CASE("sddmm_dot computes S = alpha X Y + beta S for rows of X and columns of Y in one piece") {
  SECTION("4x4") { check<float, 4, 4>(), check<double, 4, 4>(); }
  SECTION("8x8") { check<float, 8, 8>(); }
  SECTION("3x5") { check<float, 3, 5>(), check<double, 3, 5>(); }
  SECTION("1x1") { check<float, 1, 1>(); }
  SECTION("6x1") { check<double, 6, 1>(); }
  SECTION("17x2, two strips") { check<float, 17, 2>(); }
}

TEST_CASE("sddmm_dot leaves high blocks to sddmm_panel") {
  check<float, 16, 4>(std::initializer_list<int>{0, 5, 40});
}

TEST_CASE("lane_sums adds the lanes of each pack") {
  using P = bsr::simd::pack<float>;
  P packs[16];
  float lanes[P::size], sums[16];
  for (int i = 0; i < 16; ++i) {
    for (int l = 0; l < P::size; ++l) lanes[l] = static_cast<float>(100 * i + l);
    packs[i] = P::load(lanes);
  }
  bsr::detail::lane_sums<16>(packs);
  for (int i = 0; i < 16 / P::size; ++i) packs[i].store(sums + i * P::size);
  for (int i = 0; i < 16; ++i)
    REQUIRE(sums[i] == static_cast<float>(P::size * 100 * i + P::size * (P::size - 1) / 2));
}
