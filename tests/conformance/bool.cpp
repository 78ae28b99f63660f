// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: bool", "[conformance]") { conformance::check_type<bool, std::int32_t>(); }
