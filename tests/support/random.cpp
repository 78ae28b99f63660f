// SPDX-License-Identifier: BSD-3-Clause
#include "support/random.hpp"

namespace bsr_test {

BSR_TEST_RANDOM(, bool);
BSR_TEST_RANDOM(, std::int8_t);
BSR_TEST_RANDOM(, std::int32_t);
BSR_TEST_RANDOM(, float);
BSR_TEST_RANDOM(, double);
BSR_TEST_RANDOM(, std::complex<double>);

}  // namespace bsr_test
