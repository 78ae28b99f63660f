// expect: Give the matrix or vector a name
// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/plan/pack.hpp"
#include "sparse_operands.hpp"

void f(bsr::dense_matrix<float>& x, bsr::dense_matrix<float>& y) {
  auto p = plan(bsr::cpu{}, x * transpose(a));
#ifdef BSR_SHOULD_FAIL
  y.on(p) = x * transpose(pack(p, a));
#else
  auto packed = pack(p, a);
  y.on(p) = x * transpose(packed);
#endif
}
