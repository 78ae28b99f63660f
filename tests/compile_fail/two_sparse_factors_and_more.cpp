// expect: a sparse product or sum is not transposed
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = relu(2 * transpose(a * a2) * x + per_col(u)) - y;
#else
  y = relu(2 * transpose(a) * x + per_col(u)) - y;
#endif
}
