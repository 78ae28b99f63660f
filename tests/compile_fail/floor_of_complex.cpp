// expect: floor(a) is not defined for complex elements
// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/elementwise/functions.hpp"
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  bsr::floor(ac);
#else
  bsr::floor(a);
#endif
}
