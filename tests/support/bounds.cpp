// SPDX-License-Identifier: BSD-3-Clause
#include "support/bounds.hpp"

namespace bsr_test {

BSR_TEST_BOUNDS(, std::int8_t);
BSR_TEST_BOUNDS(, std::int32_t);
BSR_TEST_BOUNDS(, float);
BSR_TEST_BOUNDS(, double);
BSR_TEST_BOUNDS(, std::complex<double>);

}  // namespace bsr_test
