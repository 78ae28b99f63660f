// expect: map(value, f) calls f(v, i, j) or f(v)
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = map(a * x, [](float f, long) { return f; });
#else
  y = map(a * x, [](float f, long, long) { return f; });
#endif
}
