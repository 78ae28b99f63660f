// expect: would need a hidden temporary for a * b
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = (a * x) * (a2 * x);
#else
  y = a * x;
#endif
}
