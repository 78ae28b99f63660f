// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: float64 in blocks of 2x3, known when compiled", "[conformance]") {
  conformance::check_cases<bsr::matrix<double, 2, 3, std::int64_t>>();
}
