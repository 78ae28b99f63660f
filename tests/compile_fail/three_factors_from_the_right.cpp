// expect: would need a hidden temporary for b * c
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = a * (a2 * x);
#else
  z = a2 * x;
  y = a * z;
#endif
}
