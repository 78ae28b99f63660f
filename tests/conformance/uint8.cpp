// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: uint8", "[conformance]") { conformance::check_type<std::uint8_t, std::int32_t>(); }
