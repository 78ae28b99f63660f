// expect: a sum of more than two sparse terms is made in steps
// SPDX-License-Identifier: BSD-3-Clause
#include "sparse_operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  bsr::matrix c = a + a2 - a;
#else
  bsr::matrix c = a + a2;
#endif
}
