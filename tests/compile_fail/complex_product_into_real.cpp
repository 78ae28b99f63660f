// expect: a complex product cannot be stored in a real destination
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = ac * x;
#else
  yc = ac * x;
#endif
}
