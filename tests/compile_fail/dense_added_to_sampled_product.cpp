// expect: d is a sparse matrix with the blocks of p
// SPDX-License-Identifier: BSD-3-Clause
#include "sparse_operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  a = sddmm(a, x, y) + y;
#else
  a = sddmm(a, x, y) + a2;
#endif
}
