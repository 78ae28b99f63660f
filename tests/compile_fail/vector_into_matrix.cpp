// expect: a matrix times a vector to a vector
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = u * a;
#else
  y = x * a;
#endif
}
