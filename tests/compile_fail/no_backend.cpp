// expect: no backend for this execution policy here
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

struct nowhere {};

void f() {
#ifdef BSR_SHOULD_FAIL
  y.on(nowhere{}) = a * x;
#else
  y.on(bsr::cpu{}) = a * x;
#endif
}
