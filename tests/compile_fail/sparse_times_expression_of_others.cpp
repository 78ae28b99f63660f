// expect: no dense matrix or vector that lies in memory
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

struct lazy {};

void f() {
#ifdef BSR_SHOULD_FAIL
  y = a * lazy{};
#else
  y = a * x;
#endif
}
