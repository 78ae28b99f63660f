// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/scipy.md.
#include <bsr/bsr.hpp>
#include <catch2/catch_test_macros.hpp>
#include <vector>

TEST_CASE("scipy: side by side") {
  const std::vector<double> v = {1, 2, 3, 4};
  const std::vector<int> i = {0, 1, 2, 2}, j = {1, 1, 3, 3};
  std::vector<double> x = {1, 1, 1, 1}, y(4);
  // [cpp]
  auto a = bsr::to_bsr<2>(bsr::coo_view<const double>({4, 4}, v, i, j));
  sort_indices(a);
  eliminate_zeros(a);
  check_format(a);
  bsr::view(y) = 2 * transpose(a) * x + y;
  auto c = to_csr(a);
  // [cpp]
  CHECK(y == std::vector<double>{0, 6, 0, 14});
  CHECK(c.nnz() == 8);
  CHECK(has_canonical_format(a));
}
