// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/guide/plans.md.
#include <bsr/bsr.hpp>
#include <catch2/catch_test_macros.hpp>
#include <vector>

using bsr::per_col;

TEST_CASE("plans: a linear layer") {
  bsr::matrix<float, 2> w({4, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, {0, 1}, {0, 1, 2});
  bsr::dense_matrix<float> x(3, 4), y(3, 4);
  x(2, 3) = 1;
  const std::vector<float> b{0, 0, 0, 10};
  // [plan]
  auto p = plan(bsr::cpu{}, x * transpose(w));    // once
  y.on(p) = relu(x * transpose(w) + per_col(b));  // again and again
  // [plan]
  CHECK(y(2, 3) == 18);
  w.indices()[1] = 0;
  x(2, 1) = 1;
  // [again]
  y.on(p, bsr::cpu{.threads = 2}) = x * transpose(w);  // another number of threads, this time
  p.update(w);                                         // after blocks of w have moved
  // [again]
  y.on(p) = x * transpose(w);
  CHECK(y(2, 3) == 8);
  // [pack]
  auto wp = pack(p, w);         // a copy of w, laid out for this product
  y.on(p) = x * transpose(wp);  // it stands where w stands
  repack(wp, w);                // after a training step: in place, nothing is allocated
  // [pack]
  CHECK(y(2, 3) == 8);
}
