// expect: per_row(v) or per_col(v)
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = a * x + u;
#else
  y = a * x + per_row(u);
#endif
}
