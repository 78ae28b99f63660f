// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/blocksize.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "support/random.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

/// The static block sizes f was called with.
template <class View, class List>
std::vector<bsr::dims> called_with(const View& a, List list, bool expected) {
  std::vector<bsr::dims> calls;
  const bool was_called = bsr::with_static_blocks(a, list, [&](const auto& view) {
    using type = std::remove_cvref_t<decltype(view)>;
    calls.push_back(bsr::dims(type::static_rows, type::static_cols));
  });
  CHECK(was_called == expected);
  return calls;
}

TEST_CASE("with_static_blocks: calls once for a square block size of the list", "[blocksize]") {
  random rng(1);
  for (const int size : {1, 2, 3, 4, 5, 6, 7, 8}) {
    const auto a = random_matrix<float>(rng, {3 * size, 4 * size}, {size, size});
    const bool listed = size == 2 || size == 3 || size == 8;
    INFO(size << "x" << size);
    CHECK(called_with(a.view(), bsr::square_blocks<2, 3, 8>(), listed) ==
          (listed ? std::vector<bsr::dims>{{size, size}} : std::vector<bsr::dims>{}));
    CHECK(called_with(a.view(), bsr::square_blocks<>(), false).empty());
    // In whatever order, and once even if it is there twice.
    CHECK(called_with(a.view(), bsr::square_blocks<8, 2, 8, 3, 2>(), listed).size() == (listed ? 1 : 0));
  }
}

TEST_CASE("with_static_blocks: says no to blocks that are not square", "[blocksize]") {
  random rng(2);
  for (const bsr::dims block : {bsr::dims(2, 3), bsr::dims(3, 2), bsr::dims(8, 1), bsr::dims(1, 8)}) {
    const auto a = random_matrix<double>(rng, {3 * block.rows, 4 * block.cols}, block);
    CHECK(called_with(a.view(), bsr::square_blocks<1, 2, 3, 8>(), false).empty());
  }
}

template <class T, class Index>
void check_same_matrix(const bsr::matrix_view<T, bsr::dynamic, bsr::dynamic, Index>& a) {
  bool called = false;
  REQUIRE(bsr::with_static_blocks(a, bsr::square_blocks<1, 3>(), [&](const auto& view) {
    using type = std::remove_cvref_t<decltype(view)>;
    STATIC_CHECK((std::is_same_v<type, bsr::matrix_view<T, 1, 1, Index>> ||
                  std::is_same_v<type, bsr::matrix_view<T, 3, 3, Index>>));
    called = true;
    CHECK(view.shape() == a.shape());
    CHECK(view.blocksize() == a.blocksize());
    CHECK(view.is_padded() == a.is_padded());
    CHECK(view.num_blocks() == a.num_blocks());
    CHECK(view.block_rows() == a.block_rows());
    CHECK(view.block_cols() == a.block_cols());
    // The memory itself, not a copy.
    CHECK(view.data().data() == a.data().data());
    CHECK(view.data().size() == a.data().size());
    CHECK(view.indices().data() == a.indices().data());
    CHECK(view.indices().size() == a.indices().size());
    CHECK(view.indptr().data() == a.indptr().data());
    CHECK(view.indptr().size() == a.indptr().size());
  }));
  CHECK(called);
}

TEST_CASE("with_static_blocks: the same matrix in the same memory", "[blocksize]") {
  random rng(3);
  auto a = random_matrix<float, bsr::dynamic, bsr::dynamic, std::int32_t>(rng, {15, 21}, {3, 3}, wild);
  check_same_matrix<const float, std::int32_t>(a.view());
  check_same_matrix<float, std::int32_t>(bsr::view(a));
  const auto wide =
      random_matrix<double, bsr::dynamic, bsr::dynamic, std::int64_t>(rng, {5, 7}, {1, 1}, wild);
  check_same_matrix<const double, std::int64_t>(wide.view());
}

TEST_CASE("with_static_blocks: padded matrices and matrices without rows or blocks", "[blocksize]") {
  random rng(4);
  const auto padded = random_matrix<float>(rng, {16, 20}, {3, 3}, wild);
  REQUIRE(padded.is_padded());
  check_same_matrix<const float, std::int32_t>(padded.view());
  for (const bsr::dims shape : {bsr::dims(0, 0), bsr::dims(0, 6), bsr::dims(6, 0), bsr::dims(6, 6)}) {
    const auto empty = random_matrix<float>(rng, shape, {3, 3}, {.density = 0});
    check_same_matrix<const float, std::int32_t>(empty.view());
  }
}

TEST_CASE("with_static_blocks: the view can be kept", "[blocksize]") {
  random rng(5);
  const auto a = random_matrix<float>(rng, {9, 9}, {3, 3}, {.density = 0.9});
  std::vector<bsr::matrix_view<const float, 3>> kept;
  bsr::with_static_blocks(a.view(), bsr::square_blocks<3>(), [&](auto view) { kept.push_back(view); });
  REQUIRE(kept.size() == 1);
  for (std::int64_t k = 0; k < a.num_blocks(); ++k)
    for (int r = 0; r < 3; ++r)
      for (int c = 0; c < 3; ++c) CHECK(kept[0].block(k)(r, c) == a.view().block(k)(r, c));
}

}  // namespace
