// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/choose.hpp"

#include <catch2/catch_test_macros.hpp>

namespace {

TEST_CASE("choose_for: the number, and beyond an end of the range that end") {
  const auto same = []<int N>() { return N; };
  for (int n = 3; n <= 6; ++n) CHECK(bsr::detail::choose_for<6, 3>(n, same) == n);
  CHECK(bsr::detail::choose_for<6, 3>(7, same) == 6);
  CHECK(bsr::detail::choose_for<6, 3>(2, same) == 3);
  CHECK(bsr::detail::choose_for<4>(1, same) == 1);
  CHECK(bsr::detail::choose_for<4>(0, same) == 1);
  CHECK(bsr::detail::choose_for<1>(5, same) == 1);
}

TEST_CASE("choose_for: one choice inside another") {
  const auto of = [](int rows, int packs) {
    return bsr::detail::choose_for<3>(rows, [&]<int Rows>() {
      return bsr::detail::choose_for<Rows>(packs, []<int Packs>() { return 10 * Rows + Packs; });
    });
  };
  CHECK(of(3, 2) == 32);
  CHECK(of(2, 3) == 22);
  CHECK(of(1, 1) == 11);
}

}  // namespace
