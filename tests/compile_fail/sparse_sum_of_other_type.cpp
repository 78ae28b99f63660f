// expect: c must have the sum's element and index types
// SPDX-License-Identifier: BSD-3-Clause
#include "sparse_operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  bsr::matrix<double, 2> c = a + a2;
#else
  bsr::matrix<float, 2> c = a + a2;
#endif
}
