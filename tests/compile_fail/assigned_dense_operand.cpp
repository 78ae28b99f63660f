// expect: a dense operand alone is no value
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = 2 * x;
#else
  y = 2 * a * x;
#endif
}
