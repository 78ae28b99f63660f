// expect: the destination is read-only
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  bsr::dense_view<const float>(y.view()) = a * x;
#else
  y.view() = a * x;
#endif
}
