// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: uint16", "[conformance]") { conformance::check_type<std::uint16_t, std::int32_t>(); }
