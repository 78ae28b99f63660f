// expect: a sparse matrix is no value to compute
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = a;
#else
  y = a * x;
#endif
}
