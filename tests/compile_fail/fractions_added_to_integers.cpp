// expect: floating-point numbers cannot be added to a product of integers
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  yi = ai * xi + x;
#else
  yi = ai * xi + yi;
#endif
}
