// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/calibrate.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <numeric>
#include <vector>

namespace {

TEST_CASE("calibrate: what is timed is computed") {
  // 12 chains that begin with 0 ... 11: s = s / 2 + 1, three times, is s / 8 + 1.75.
  CHECK(bsr::detail::multiply_add<float>(3, 0.5F, 1) == 66.F / 8 + 12 * 1.75F);
  CHECK(bsr::detail::multiply_add<double>(3, 0.5, 1) == 66. / 8 + 12 * 1.75);
  // One lane of the sum; what does not fill eight packs is left out.
  constexpr int step = 8 * bsr::simd::pack<float>::size;
  std::vector<float> values(3 * step + 5);
  std::iota(values.begin(), values.end(), 0.F);
  float expected = 0;
  for (int k = 0; k < 3 * step; k += bsr::simd::pack<float>::size) expected += static_cast<float>(k);
  CHECK(bsr::detail::sum_of_all(values.data(), static_cast<std::int64_t>(values.size())) == expected);
}

TEST_CASE("calibrate: the first call is not counted") {
  int calls = 0;
  const double best = bsr::detail::shortest(0, [&] { ++calls; });
  CHECK(calls == 1);
  CHECK(best == 1e9);
  calls = 0;
  CHECK(bsr::detail::shortest(1e-3, [&] { ++calls; }) < 1e-3);
  CHECK(calls > 1);
}

}  // namespace
