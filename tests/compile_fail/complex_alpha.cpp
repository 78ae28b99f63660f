// expect: a complex number times a real product needs a complex destination
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = complex(0, 1) * a * x;
#else
  yc = complex(0, 1) * a * x;
#endif
}
