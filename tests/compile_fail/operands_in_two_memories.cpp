// expect: all operands of a product lie in the memory that its policy works in
// SPDX-License-Identifier: BSD-3-Clause
#include "device_operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  y = a * xd;
#else
  y = a * x;
#endif
}
