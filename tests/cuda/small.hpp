// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Operands of small integers: sums are exact in every order, so the device gives the bits of the CPU.
#include <cstdint>

#include "bsr/bsr.hpp"
#include "cuda/emulated_runtime.hpp"
#include "support/random.hpp"

namespace bsr_test {

template <class T, class Layout = bsr::row_major>
bsr::dense_matrix<T, Layout> small_dense(random& rng, std::int64_t rows, std::int64_t cols) {
  return random_dense<T, Layout>(rng, rows, cols, numbers::small_integers);
}
template <class X, class Y>
bool same(const X& x, const Y& y) {
  bool equal = x.rows() == y.rows() && x.cols() == y.cols();
  for (std::int64_t i = 0; equal && i < x.rows(); ++i)
    for (std::int64_t j = 0; j < x.cols(); ++j) equal = equal && double(x(i, j)) == double(y(i, j));
  return equal;
}
/// How many products have run on tensor cores since the last time.
inline int tensor_cores() {
  auto& calls = emulated_device::get().calls;
  const int count = calls["tensor cores"];
  calls.clear();
  return count;
}

}  // namespace bsr_test
