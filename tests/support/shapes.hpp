// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The matrices that every function must be able to bear: static and dynamic blocks, both index types, padded,
// unsorted, with duplicates and explicit zeros, empty, without rows or columns.
#include <cstdint>
#include <type_traits>

#include "bsr/format/has_canonical_format.hpp"
#include "support/bounds.hpp"
#include "support/random.hpp"

namespace bsr_test {

/// Calls f(a) with random matrices of elements T. Values are small integers, so that sums are exact.
template <class T, class F>
void for_each_matrix(random& rng, const F& f) {
  random_options options = wild;
  options.values = numbers::small_integers;
  random_options sorted = options;
  sorted.sorted = true;
  sorted.duplicates = 0;
  f(random_matrix<T, 2, 3>(rng, {8, 12}, options));
  f(random_matrix<T, 2, 3>(rng, {8, 12}, sorted));
  f(random_matrix<T, 3, 2>(rng, {10, 9}, options));  // padded on both sides
  f(random_matrix<T, bsr::dynamic, bsr::dynamic, std::int64_t>(rng, {12, 10}, {4, 5}, options));
  f(random_matrix<T>(rng, {7, 5}, {3, 4}, sorted));  // padded
  f(random_matrix<T>(rng, {9, 11}, {1, 1}, options));
  f(bsr::matrix<T, 2, 3>({4, 6}));
  f(bsr::matrix<T>({0, 6}, {2, 3}));
  f(bsr::matrix<T, 2, 3>({4, 0}));
  f(bsr::matrix<T>());
}

/// Whether each place of a matrix is stored at most once and in order, and its padding is zero.
template <class T, class Index>
bool is_tidy(const bsr::matrix_view<const T, bsr::dynamic, bsr::dynamic, Index>& a) {
  if (!bsr::has_canonical_format(a)) return false;
  const bsr::dims b = a.blocksize();
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (auto block : a.row(i))
      for (std::int64_t r = 0; r < b.rows; ++r)
        for (std::int64_t c = 0; c < b.cols; ++c)
          if ((i * b.rows + r >= a.rows() || block.col() * b.cols + c >= a.cols()) && block(r, c) != T{})
            return false;
  return true;
}
template <class A>
bool is_tidy(const A& a) {
  return is_tidy(any_blocks(a));
}

}  // namespace bsr_test
