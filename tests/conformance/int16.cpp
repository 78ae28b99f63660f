// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: int16", "[conformance]") { conformance::check_type<std::int16_t, std::int64_t>(); }
