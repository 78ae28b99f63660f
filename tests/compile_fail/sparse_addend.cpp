// expect: a sparse matrix cannot be an addend
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = a * x + a2;
#else
  y = a * x + z;
#endif
}
