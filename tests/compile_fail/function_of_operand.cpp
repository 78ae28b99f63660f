// expect: are functions of a product
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = relu(x);
#else
  y = relu(a * x);
#endif
}
