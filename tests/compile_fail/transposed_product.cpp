// expect: a product is not transposed
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = transpose(a * x);
#else
  transpose(y) = a * x;
#endif
}
