// expect: would outlive the temporary it reads
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  auto e = a * x + per_col(std::vector<float>(4));
#else
  auto e = a * x + per_col(u);
#endif
  (void)e;
}
