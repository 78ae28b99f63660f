// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What every microkernel for half-stored symmetric matrices must bear: what others must, blocks on both sides
// of the diagonal, more than one for a place, matrices that end within a block.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "bsr/kernel/symmetric_view.hpp"
#include "kernel/cpu/micro/cases.hpp"
#include "kernel/cpu/micro/with_plan.hpp"

namespace bsr_test {

/// The stored blocks, and for each away from the diagonal its transposed one, as T: without the kernels under
/// test.
template <class T, class TA, int R>
bsr::matrix<T, R> both_halves(const bsr::matrix<TA, R>& a) {
  const std::int64_t size = a.blocksize().rows, area = size * size, rows = a.block_rows();
  const auto *const first = a.indptr().data(), *const columns = a.indices().data();
  const TA* const numbers = a.data().data();
  std::vector<std::vector<std::pair<std::int32_t, std::vector<T>>>> all(static_cast<std::size_t>(rows));
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t k = first[i]; k < first[i + 1]; ++k) {
      const std::int64_t j = columns[k];
      std::vector<T> block, turned;
      for (std::int64_t r = 0; r < size; ++r)
        for (std::int64_t c = 0; c < size; ++c) {
          block.push_back(static_cast<T>(numbers[k * area + r * size + c]));
          turned.push_back(static_cast<T>(numbers[k * area + c * size + r]));
        }
      all[static_cast<std::size_t>(i)].emplace_back(static_cast<std::int32_t>(j), block);
      if (i != j) all[static_cast<std::size_t>(j)].emplace_back(static_cast<std::int32_t>(i), turned);
    }
  std::vector<T> data;
  std::vector<std::int32_t> indices, indptr{0};
  for (const auto& row : all) {
    for (const auto& [j, block] : row) {
      indices.push_back(j);
      data.insert(data.end(), block.begin(), block.end());
    }
    indptr.push_back(static_cast<std::int32_t>(indices.size()));
  }
  return {a.shape(), bsr::buffer<T>(data), bsr::buffer<std::int32_t>(indices),
          bsr::buffer<std::int32_t>(indptr), bsr::padded};
}

/// C = alpha symmetric(A) B for n columns, A with static blocks and the same at run time; `short_by` rows end
/// within the last block.
template <template <class> class Kernel, class LayoutB, class LayoutC, class TA, class T, int R>
void check_symmetric(std::initializer_list<int> columns, std::int64_t short_by = 0,
                     std::int64_t block_rows = 7) {
  random rng(static_cast<std::uint64_t>(R * 10 + short_by));
  const std::int64_t n = block_rows * R - short_by;
  const auto half = random_matrix<TA, R, R>(rng, {n, n}, wild);
  const auto whole = both_halves<T>(half);
  const auto check = [&](const auto& a, int count) {
    using B = bsr::dense_view<const T, LayoutB>;
    using C = bsr::dense_view<T, LayoutC>;
    using view = bsr::symmetric_view<std::remove_cvref_t<decltype(a)>>;
    check_spmm_by<T, LayoutB, LayoutC>(rng, bsr::op::none, any_blocks(whole), count,
                                       [&](const bsr::cpu& policy, T alpha, const B& b, const C& c) {
                                         using problem =
                                             bsr::spmm_problem<view, bsr::op::none, B, C, bsr::no_epilogue>;
                                         static_assert(Kernel<problem>::fits);
                                         Kernel<problem>::run(policy, problem{alpha, view(a), b, c, {}});
                                       });
  };
  const bsr::matrix_view<const TA> dynamic_blocks = half.view();
  for (const int count : columns) {
    check(bsr::input(half), count);
    check(dynamic_blocks, count);
  }
}

/// NaN and infinity in B reach the rows that hold a number for them, zero or not, and no others.
template <template <class> class Kernel, class T>
void check_symmetric_nan() {
  random rng(77);
  const auto half = random_matrix<T, 3, 3>(
      rng, {26, 26}, {.density = 0.2, .duplicates = 0, .zero_blocks = 0.1, .empty_rows = 0.15});
  auto b = random_dense<T>(rng, 26, 11);
  b(4, 2) = std::numeric_limits<T>::quiet_NaN();
  b(25, 10) = std::numeric_limits<T>::infinity();
  using B = bsr::dense_view<const T, bsr::row_major>;
  using C = bsr::dense_view<T, bsr::row_major>;
  using A = decltype(bsr::input(half));
  using view = bsr::symmetric_view<A>;
  using problem = bsr::spmm_problem<view, bsr::op::none, B, C, bsr::no_epilogue>;
  bsr::dense_matrix<T> c(26, 11);
  Kernel<problem>::run({}, problem{T(1), view(bsr::input(half)), bsr::input(b), c.view(), {}});
  const auto whole = both_halves<T>(half);
  CHECK(difference(c, expected_product(whole, b)) == "");
}

}  // namespace bsr_test
