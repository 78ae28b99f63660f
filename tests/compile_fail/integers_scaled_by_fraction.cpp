// expect: the product does not fit into the elements of a
// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/elementwise/scale.hpp"
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  ai *= 0.5;
#else
  ai *= 2;
#endif
}
