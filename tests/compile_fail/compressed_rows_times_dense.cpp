// expect: products are made with block-sparse matrices
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = s * x;
#else
  y = a * x;
#endif
}
