// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: uint32", "[conformance]") { conformance::check_type<std::uint32_t, std::int64_t>(); }
