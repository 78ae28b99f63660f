// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/format/sort_indices.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

/// The definition, with a stable sort of (column, block) and new arrays.
template <class T, int R, int C, class Index>
bsr::matrix<T, R, C, Index> sorted_by_hand(const bsr::matrix<T, R, C, Index>& a) {
  bsr::matrix<T, R, C, Index> result(a);
  const std::int64_t area = a.blocksize().rows * a.blocksize().cols;
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    std::vector<std::int64_t> order;
    for (auto block : a.row(i)) order.push_back(block.index());
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t x, std::int64_t y) {
      return a.indices()[static_cast<std::size_t>(x)] < a.indices()[static_cast<std::size_t>(y)];
    });
    for (std::size_t k = 0; k < order.size(); ++k) {
      const auto to = static_cast<std::size_t>(a.indptr()[static_cast<std::size_t>(i)]) + k;
      result.indices()[to] = a.indices()[static_cast<std::size_t>(order[k])];
      for (std::int64_t e = 0; e < area; ++e)
        result.data()[to * static_cast<std::size_t>(area) + static_cast<std::size_t>(e)] =
            a.data()[static_cast<std::size_t>(order[k] * area + e)];
    }
  }
  return result;
}

template <class T, int R, int C, class Index = std::int32_t>
void check_sort(random& rng, bsr::dims shape) {
  auto a = random_matrix<T, R, C, Index>(rng, shape, wild);
  const auto expected = sorted_by_hand(a);
  bsr::sort_indices(a);
  CHECK(stored_difference(a, expected) == "");
}

TEST_CASE("sort_indices: against a stable sort", "[format]") {
  random rng(1);
  for (int round = 0; round < 20; ++round) {
    check_sort<float, 2, 3>(rng, {20, 30});
    check_sort<double, 1, 1, std::int64_t>(rng, {15, 200});
    check_sort<std::int8_t, 3, 5>(rng, {10, 77});
    check_sort<bool, 4, 4>(rng, {13, 64});
  }
}

/// One row of every length: short ones and long ones are sorted in different ways.
template <class T, int R, int C, class Index>
void check_lengths() {
  random rng(2);
  for (std::int64_t length = 0; length <= 140; ++length) {
    bsr::buffer<Index> indices(length);
    for (Index& j : indices) j = static_cast<Index>(rng.below(length / 2 + 2));
    bsr::buffer<T> data(length * R * C);
    for (std::int64_t e = 0; e < data.size(); ++e) data[e] = static_cast<T>(e % 251);
    bsr::matrix<T, R, C, Index> a({R, (length / 2 + 2) * C}, data, indices, {0, static_cast<Index>(length)});
    const auto expected = sorted_by_hand(a);
    bsr::sort_indices(a);
    INFO(length);
    CHECK(stored_difference(a, expected) == "");
  }
}

TEST_CASE("sort_indices: rows of every length, with repetitions", "[format]") {
  check_lengths<double, 1, 1, std::int32_t>();
  check_lengths<std::uint8_t, 2, 2, std::int64_t>();
  check_lengths<float, 2, 3, std::int32_t>();
}

TEST_CASE("sort_indices: stable: equal columns keep their order, where scipy exchanges them", "[format]") {
  // 64 blocks of one column: scipy's std::sort changes their order.
  std::vector<double> data(64);
  std::vector<std::int32_t> indices(64, 1);
  indices[63] = 0;
  for (std::size_t k = 0; k < 64; ++k) data[k] = static_cast<double>(k);
  bsr::matrix<double, 1> a({1, 2}, data, indices, {0, 64});
  bsr::sort_indices(a);
  CHECK(a.data()[0] == 63);
  bool in_order = true;
  for (std::size_t k = 1; k < 64; ++k) in_order &= a.data()[k] == static_cast<double>(k - 1);
  CHECK(in_order);
}

TEST_CASE("sort_indices: what is in order is not touched", "[format]") {
  auto a = sample::transposed<float>();
  bsr::sort_indices(a);
  CHECK(stored_difference(a, sample::transposed<float>()) == "");
  bsr::matrix<double> none;
  bsr::sort_indices(none);
  CHECK(none.num_blocks() == 0);
}

TEST_CASE("sort_indices: CSR", "[format]") {
  bsr::csr<int> a({2, 5}, {1, 2, 3, 4, 5, 6}, {4, 0, 4, 2, 3, 1}, {0, 4, 6});
  bsr::sort_indices(a);
  CHECK(stored_difference(a, bsr::csr<int>({2, 5}, {2, 4, 1, 3, 6, 5}, {0, 2, 4, 4, 1, 3}, {0, 4, 6})) == "");
}

TEST_CASE("sort_indices: a broken matrix is refused and stays as it is", "[format]") {
  auto a = sample::matrix<float>();
  a.indices()[4] = 5;
  const auto before = a;
  CHECK(text_of<bsr::format_error>([&] { bsr::sort_indices(a); }) ==
        "bsr: sort_indices: column index values must be < 3 (now max 5): block row 2 holds 5.");
  CHECK(stored_difference(a, before) == "");
}

TEST_CASE("sort_indices: CSC sorts the rows of every column", "[format]") {
  bsr::csc<int> a({5, 2}, {1, 2, 3, 4, 5, 6, 7}, {4, 0, 4, 2, 3, 3, 3}, {0, 4, 7});
  bsr::sort_indices(a);
  CHECK(stored_difference(
            a, bsr::csc<int>({5, 2}, {2, 4, 1, 3, 5, 6, 7}, {0, 2, 4, 4, 3, 3, 3}, {0, 4, 7})) == "");
  CHECK(text_of<bsr::format_error>([] {
          bsr::csc<int> broken({2, 1}, {1}, {2}, {0, 1});
          bsr::sort_indices(broken);
        }) == "bsr: sort_indices: row index values must be < 2 (now max 2): column 0 holds 2.");
}

}  // namespace
