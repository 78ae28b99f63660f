// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: int8", "[conformance]") { conformance::check_type<std::int8_t, std::int64_t>(); }
