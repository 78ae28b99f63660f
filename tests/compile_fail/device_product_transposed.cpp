// expect: a product with the transposed matrix is not for the device yet
// SPDX-License-Identifier: BSD-3-Clause
#include "device_operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  yd = transpose(ad) * xd;
#else
  yd = ad * xd;
#endif
}
