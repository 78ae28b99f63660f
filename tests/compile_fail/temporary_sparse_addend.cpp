// expect: would outlive the temporary it reads
// SPDX-License-Identifier: BSD-3-Clause
#include "sparse_operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  bsr::matrix c = a + bsr::matrix<float, 2>({4, 4});
#else
  bsr::matrix c = a + a2;
#endif
}
