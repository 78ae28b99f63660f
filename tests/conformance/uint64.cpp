// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: uint64", "[conformance]") { conformance::check_type<std::uint64_t, std::int32_t>(); }
