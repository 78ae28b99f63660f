// expect: the destination is read-only
// SPDX-License-Identifier: BSD-3-Clause
#include "operands.hpp"

extern const std::vector<float> constant;

void f() {
#ifdef BSR_SHOULD_FAIL
  bsr::spmv(bsr::cpu{}, 1, a, u, 0, constant);
#else
  bsr::spmv(bsr::cpu{}, 1, a, u, 0, v);
#endif
}
