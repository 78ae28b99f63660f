// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: float32 in blocks of 3x3, known when compiled", "[conformance]") {
  conformance::check_cases<bsr::matrix<float, 3>>();
}
