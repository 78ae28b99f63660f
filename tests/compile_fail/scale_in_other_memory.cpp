// expect: all operands of a product lie in the memory that its policy works in
// SPDX-License-Identifier: BSD-3-Clause
#include "device_operands.hpp"

// On the host, because the device takes no scales of rows and columns.
void f() {
#ifdef BSR_SHOULD_FAIL
  y = a * x * per_row(ud);
#else
  y = a * x * per_row(u);
#endif
}
