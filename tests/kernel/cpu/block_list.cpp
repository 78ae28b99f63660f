// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/block_list.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "bsr/bsr.hpp"
#include "support/random.hpp"

namespace {

using bsr_test::random_matrix;
using bsr_test::wild;

TEST_CASE("natural_blocks: the elements of a matrix", "[plan]") {
  const bsr::matrix<double, 1, 2> a({2, 4}, {1, 2, 3, 4, 5, 6}, {1, 0, 1}, {0, 2, 3});
  const auto list = bsr::natural_blocks(a.view());
  CHECK(list.block_rows() == 2);
  CHECK(list.num_blocks() == 3);
  CHECK(list.values(2)[1 * list.col_step] == 6);
  CHECK_FALSE(list.is_padded());
}

/// The definition: block columns in order, and in each the blocks in storage order.
template <class A>
bool is_index_of(const bsr::transposed_index<std::int32_t>& index, const A& a) {
  std::int64_t at = 0;
  for (std::int64_t j = 0; j < a.block_cols(); ++j) {
    if (index.indptr()[j] != at) return false;
    for (std::int64_t i = 0; i < a.block_rows(); ++i)
      for (std::int64_t k = a.indptr()[std::size_t(i)]; k < a.indptr()[std::size_t(i) + 1]; ++k)
        if (a.indices()[std::size_t(k)] == j) {
          if (index.indices()[at] != i || index.from()[at] != k) return false;
          ++at;
        }
  }
  return index.indptr()[a.block_cols()] == at && at == a.num_blocks();
}

TEST_CASE("transposed_index: rows sorted, blocks of one place in storage order; made anew", "[plan]") {
  bsr_test::random rng(1);
  bsr::transposed_index<std::int32_t> index;
  for (const std::int64_t rows : {0, 1, 7, 30, 5})
    for (const std::int64_t cols : {0, 1, 9, 20, 3}) {
      const auto a = random_matrix<float, 2, 3>(rng, {2 * rows, 3 * cols}, wild);
      index.update(a);
      CHECK(is_index_of(index, a));
    }
}

}  // namespace
