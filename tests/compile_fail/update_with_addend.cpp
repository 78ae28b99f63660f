// expect: += and -= take a plain product
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y.on(bsr::cpu{}) -= a * x + z;
#else
  y.on(bsr::cpu{}) = y - a * x - z;
#endif
}
