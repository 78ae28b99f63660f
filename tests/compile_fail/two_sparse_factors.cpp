// expect: this value is a sparse matrix
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = a * a2;
#else
  y = a * x;
#endif
}
