// expect: sparse matrices that have no memory yet
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = a * a2 * x;
#else
  y = a * x;
#endif
}
