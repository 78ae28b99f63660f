// expect: no dense matrix or vector that lies in memory
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

struct lazy {};

void f() {
#ifdef BSR_SHOULD_FAIL
  y = lazy{} - a * x;
#else
  y = z - a * x;
#endif
}
