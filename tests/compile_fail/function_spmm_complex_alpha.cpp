// expect: a complex number times a real product needs a complex destination
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  bsr::spmm(bsr::cpu{}, complex(0, 1), a, x, 0, y);
#else
  bsr::spmm(bsr::cpu{}, complex(0, 1), a, x, 0, yc);
#endif
}
