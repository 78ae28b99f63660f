// expect: no dense matrix or vector that lies in memory
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = a * x + 1;
#else
  y = map(a * x, [](float f) { return f + 1; });
#endif
}
