// expect: would be two kernels. Write y = a * b; then y -= c * d
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = a * x - z * transpose(a2);
#else
  y = a * x;
  y -= z * transpose(a2);
#endif
}
