// SPDX-License-Identifier: BSD-3-Clause
#include "conformance/check.hpp"

TEST_CASE("conformance: complex128", "[conformance]") {
  conformance::check_type<std::complex<double>, std::int64_t>();
}
