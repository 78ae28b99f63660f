// expect: a matrix and a vector cannot be added
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  r = a * u - x;
#else
  r = a * u - v;
#endif
}
