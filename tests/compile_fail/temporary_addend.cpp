// expect: would outlive the temporary it reads
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  auto e = a * x + bsr::dense_matrix<float>(4, 4);
#else
  auto e = a * x + z;
#endif
  (void)e;
}
