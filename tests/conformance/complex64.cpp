// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: complex64", "[conformance]") {
  conformance::check_type<std::complex<float>, std::int32_t>();
}
