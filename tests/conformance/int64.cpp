// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: int64", "[conformance]") { conformance::check_type<std::int64_t, std::int64_t>(); }
