// expect: the device multiplies float16 into float16 or float
// SPDX-License-Identifier: BSD-3-Clause
#include "device_operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  yd64 = ad * xd;
#else
  yd = ad * xd;
#endif
}
