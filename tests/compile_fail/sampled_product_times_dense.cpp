// expect: sddmm(p, x, y) is a sparse matrix that has no memory yet
// SPDX-License-Identifier: BSD-3-Clause
#include "sparse_operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = sddmm(a, x, y) * x;
#else
  a = sddmm(a, x, y);
#endif
}
