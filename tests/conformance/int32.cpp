// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: int32", "[conformance]") { conformance::check_type<std::int32_t, std::int32_t>(); }
