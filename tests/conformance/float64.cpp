// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: float64", "[conformance]") { conformance::check_type<double, std::int32_t>(); }
