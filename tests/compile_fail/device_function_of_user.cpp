// expect: on the device an epilogue consists of factors, addends, biases, relu, gelu and silu
// SPDX-License-Identifier: BSD-3-Clause
#include "device_operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  yd = map(ad * xd, twice);
#else
  yd = relu(ad * xd);
#endif
}
