// expect: on the device a product with the transposed matrix needs a plan
// SPDX-License-Identifier: BSD-3-Clause
#include "device_operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  yd = transpose(ad) * xd;
#else
  yd = ad * xd;
#endif
}
