// expect: both factors of this product are dense
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = 2 * x * u;
#else
  y = 2 * x * a;
#endif
}
