// expect: name it first
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = relu(a * a2);
#else
  y = relu(a * x);
#endif
}
