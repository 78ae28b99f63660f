// expect: gelu and silu are for floating-point numbers
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  yi = gelu(ai * xi);
#else
  yi = relu(ai * xi);
#endif
}
