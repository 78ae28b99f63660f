// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/mirrored_workspace.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <type_traits>

#include "bsr/bsr.hpp"

namespace {

using workspace = bsr::mirrored_workspace<float, std::int32_t>;

TEST_CASE("mirrored_workspace: the blocks of A', and how many stand before a block row", "[plan]") {
  // Blocks (0, 0), (0, 1) and (2, 1) of 3 x 3.
  const bsr::matrix<float, 1> example({3, 3}, {1, 2, 3}, {0, 1, 1}, {0, 2, 2, 3});
  workspace work(bsr::cpu{.threads = 1}, example, 0);
  const auto turned = work.mirrored(example.view());
  CHECK(turned.indptr[1] == 1);
  CHECK(turned.indptr[3] == 3);
  CHECK(turned.indices[2] == 2);
  CHECK(*turned.values(2) == 3);
  // Block row 0 has two of A and one of A', row 1 has two of A', row 2 one of A.
  CHECK(work.before()[0] == 0);
  CHECK(work.before()[1] == 3);
  CHECK(work.before()[2] == 5);
  CHECK(work.before()[3] == 6);
  const bsr::matrix<float, 1> other({3, 3}, {1}, {2}, {0, 1, 1, 1});
  work.update(other);
  CHECK(work.before()[1] == 1);
  CHECK(work.before()[3] == 2);
  static_assert(!std::is_copy_constructible_v<workspace>);
}

TEST_CASE("mirrored_workspace: slices", "[plan]") {
  const bsr::matrix<float, 1> example({3, 3}, {1, 2, 3}, {0, 1, 1}, {0, 2, 2, 3});
  workspace work(bsr::cpu{.threads = 1}, example, 100);
  CHECK(work.pieces() >= 1);
  for (int k = 0; k < 100; ++k) work.slice(0)[k] = 1;
}

}  // namespace
