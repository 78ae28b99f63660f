// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: clongdouble", "[conformance]") {
  conformance::check_type<std::complex<long double>, std::int32_t>();
}
