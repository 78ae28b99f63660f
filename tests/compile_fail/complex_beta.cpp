// expect: needs a complex destination
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = a * x + complex(0, 1) * z;
#else
  yc = a * x + complex(0, 1) * z;
#endif
}
