// expect: a packed matrix is multiplied under the plan that it was packed for
// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/plan/pack.hpp"
#include "sparse_operands.hpp"

void f(bsr::dense_matrix<float>& x, bsr::dense_matrix<float>& y) {
  auto p = plan(bsr::cpu{}, x * transpose(a));
  auto packed = pack(p, a);
#ifdef BSR_SHOULD_FAIL
  y = x * transpose(packed);
#else
  y.on(p) = x * transpose(packed);
#endif
}
