// expect: += and -= take a plain product
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y += relu(a * x);
#else
  y = y + relu(a * x);
#endif
}
