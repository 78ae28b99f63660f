// expect: matrices of bool cannot be subtracted
// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/elementwise/combine.hpp"
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  bsr::subtract(bsr::matrix<bool, 2>(), bsr::matrix<bool, 2>());
#else
  bsr::subtract(ai, a);
#endif
}
