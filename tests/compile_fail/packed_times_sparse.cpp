// expect: a packed, masked or half-stored matrix is a factor of products with dense matrices and vectors alone
// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/plan/pack.hpp"
#include "sparse_operands.hpp"

void f(bsr::dense_matrix<float>& x) {
  auto p = plan(bsr::cpu{}, x * transpose(a));
  auto packed = pack(p, a);
#ifdef BSR_SHOULD_FAIL
  (void)(packed * a);
#else
  (void)(a * a);
  (void)packed;
#endif
}
