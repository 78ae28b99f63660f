// expect: needs a complex destination
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = complex(0, 1) * relu(a * x);
#else
  y = 2 * relu(a * x);
#endif
}
