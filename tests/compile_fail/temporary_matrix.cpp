// expect: would outlive the temporary it reads
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = bsr::matrix<float, 2>({4, 4}) * x;
#else
  y = a * x;
#endif
}
