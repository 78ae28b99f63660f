// expect: complex elements do not fit into real ones. Take real(a)
// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/elementwise/astype.hpp"
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  bsr::astype<float>(ac);
#else
  bsr::astype<complex>(a);
#endif
}
