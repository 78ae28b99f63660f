// expect: would outlive the temporary it reads
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  r = a * std::vector<float>(4);
#else
  r = a * u;
#endif
}
