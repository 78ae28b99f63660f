// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: longdouble", "[conformance]") {
  conformance::check_type<long double, std::int32_t>();
}
