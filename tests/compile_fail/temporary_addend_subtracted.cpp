// expect: would outlive the temporary it reads
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  auto e = std::vector<float>(4) - a * u;
#else
  auto e = v - a * u;
#endif
  (void)e;
}
