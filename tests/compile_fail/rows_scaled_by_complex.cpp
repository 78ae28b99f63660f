// expect: the products do not fit into the elements of a
// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/elementwise/scale.hpp"
#include "operands.hpp"

void f() {
#ifdef BSR_SHOULD_FAIL
  bsr::scale_rows(a, std::vector<complex>(2));
#else
  bsr::scale_rows(a, u);
#endif
}
