// expect: relu is for real numbers
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  yc = relu(ac * xc);
#else
  yc = ac * xc;
#endif
}
