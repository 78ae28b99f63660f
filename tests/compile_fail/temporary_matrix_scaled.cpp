// expect: would outlive the temporary it reads
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  auto e = -bsr::matrix<float, 2>({4, 4}) * 2 * x;
#else
  auto e = -a * 2 * x;
#endif
  (void)e;
}
