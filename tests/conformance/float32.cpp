// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: float32", "[conformance]") { conformance::check_type<float, std::int64_t>(); }
