// expect: the plan was made for an expression of another form
// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/plan/dense_plan.hpp"
#include "sparse_operands.hpp"

void f(bsr::dense_matrix<float>& x, bsr::dense_matrix<float>& y) {
  auto p = plan(bsr::cpu{}, x * transpose(a));
#ifdef BSR_SHOULD_FAIL
  y.on(p) = x * a;
#else
  y.on(p) = x * transpose(a);
#endif
}
