// expect: add the vector itself
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  r = a * u + per_row(v);
#else
  r = a * u + v;
#endif
}
