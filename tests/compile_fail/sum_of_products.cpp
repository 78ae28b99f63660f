// expect: would be two kernels. Write y = a * b; then y += c * d
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = a * x + a2 * z;
#else
  y = a * x;
  y += a2 * z;
#endif
}
