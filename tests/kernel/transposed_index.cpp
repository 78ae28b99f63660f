// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/transposed_index.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "bsr/bsr.hpp"
#include "support/random.hpp"

namespace {

using bsr_test::random_matrix;
using bsr_test::wild;

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
