// expect: a half-stored symmetric matrix is not for the device yet
// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/expr/symmetric.hpp"
#include "device_operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  yd = symmetric(ad) * xd;
#else
  yd = ad * xd;
#endif
}
