// expect: a sparse matrix cannot be an addend
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = 2 * a2 - a * x;
#else
  y = 2 * z - a * x;
#endif
}
