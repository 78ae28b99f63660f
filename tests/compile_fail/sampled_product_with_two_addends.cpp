// expect: takes one addend d
// SPDX-License-Identifier: BSD-3-Clause
#include "sparse_operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  a = sddmm(a, x, y) + a + a2;
#else
  a = sddmm(a, x, y) + a2;
#endif
}
