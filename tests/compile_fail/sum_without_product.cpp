// expect: this sum has no product in it
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = (z + x) + a * x;
#else
  y = z + (x + a * x);
#endif
}
