// expect: would outlive the temporary it reads
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = transpose(bsr::dense_matrix<float>(4, 4)) * a;
#else
  y = transpose(x) * a;
#endif
}
