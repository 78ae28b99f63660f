// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/workspace.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/bsr.hpp"

namespace {

const bsr::matrix<float, 2> example({4, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, {1, 0}, {0, 1, 2});
using plain = bsr::product_workspace<float, bsr::op::none, std::int32_t>;
using turned = bsr::product_workspace<float, bsr::op::transpose, std::int32_t>;

TEST_CASE("product_workspace: slices on pages of their own, zero when they are new", "[plan]") {
  const bsr::executor in_turn{nullptr, [](void*, int tasks, void (*task)(void*, int), void* argument) {
                                for (int i = 0; i < tasks; ++i) task(argument, i);
                              }};
  plain work(bsr::cpu{.threads = 3, .executor = in_turn}, example, 1500);
  CHECK(work.pieces() == 3);
  CHECK(work.slice_size() >= 1500);
  for (int i = 0; i < 3; ++i) {
    CHECK(reinterpret_cast<std::uintptr_t>(work.slice(i)) % 4096 == 0);
    if (i > 0) CHECK(work.slice(i) - work.slice(i - 1) >= 1500);
    for (int k = 0; k < 1500; ++k) work.slice(i)[k] = static_cast<float>(i);
  }
  for (int i = 0; i < 3; ++i) CHECK(work.slice(i)[0] == static_cast<float>(i));
  plain moved = std::move(work);
  CHECK(moved.slice(2)[1499] == 2);
  static_assert(!std::is_copy_constructible_v<plain>);
  CHECK(plain(bsr::cpu{.threads = 1}, example, 0).slice_size() == 0);
}

TEST_CASE("product_workspace: the blocks of op(A)", "[plan]") {
  const plain as_it_is(bsr::cpu{.threads = 1}, example, 0);
  const auto a = as_it_is.blocks(example.view());
  CHECK(a.values(1)[1 * a.row_step] == 7);
  const turned other(bsr::cpu{.threads = 1}, example, 0);
  const auto t = other.blocks(example.view());
  CHECK(t.indices[0] == 1);
  // Block 0 of A' is block 1 of A: element (0, 1) is element (1, 0) there.
  CHECK(t.values(0)[0 * t.row_step + 1 * t.col_step] == 7);
}

}  // namespace
