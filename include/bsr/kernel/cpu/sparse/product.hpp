// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Sparse times sparse on the CPU, in two steps: where the blocks of the product are, and what they hold.
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/extent.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/sparse/block_product.hpp"
#include "bsr/kernel/cpu/sparse/product_values.hpp"
#include "bsr/kernel/cpu/sparse/rows.hpp"
#include "bsr/storage/matrix_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Calls f(std::type_identity<Product>) with the kind of block product for these sizes. Square blocks of the
/// list get code of their own also when their size is known at run time only.
template <class T, int R, int K, int C, class F>
void with_block_product(product_sizes s, const F& f) {
  if constexpr (has_xsimd<T> && (R == dynamic || K == dynamic || C == dynamic)) {
    const auto try_size = [&]<int N>(std::integral_constant<int, N>) {
      if constexpr ((R == dynamic || R == N) && (K == dynamic || K == N) && (C == dynamic || C == N)) {
        if (s.rows != N || s.depth != N || s.cols != N) return false;
        f(std::type_identity<block_product<T, N, N, N>>());
        return true;
      } else {
        return false;
      }
    };
    const bool done =
        try_size(std::integral_constant<int, 1>()) || try_size(std::integral_constant<int, 2>()) ||
        try_size(std::integral_constant<int, 3>()) || try_size(std::integral_constant<int, 4>()) ||
        try_size(std::integral_constant<int, 6>());
    if (done) return;
  }
  f(std::type_identity<block_product<T, R, K, C>>());
}

/// The memory that products a * b into the structure of c need.
template <class T, int R, int K, int K2, int C, int RC, int CC, index Index>
product_workspace<T, Index> make_product_workspace(const cpu& policy,
                                                   const matrix_view<const T, R, K, Index>& a,
                                                   const matrix_view<const T, K2, C, Index>& b,
                                                   const pattern_view<RC, CC, Index>& c) {
  const product_sizes sizes{a.blocksize().rows, a.blocksize().cols, b.blocksize().cols};
  std::int64_t stride = 0;
  with_block_product<T, (R == dynamic ? RC : R), (K == dynamic ? K2 : K), (C == dynamic ? CC : C)>(
      sizes, [&]<class Product>(std::type_identity<Product>) { stride = Product::stride(sizes); });
  return {policy, indices_of(c), stride, c.nnz()};
}

/// c = alpha * a * b at the places that c has, which must hold the product; the inner sizes of a's and b's
/// blocks are the same, and padding inside is zero. `work` was made for these structures.
template <class T, int R, int K, int K2, int C, int RC, int CC, index Index>
void compute_product(const cpu& policy, product_workspace<T, Index>& work, T alpha,
                     const matrix_view<const T, R, K, Index>& a, const matrix_view<const T, K2, C, Index>& b,
                     const matrix_view<T, RC, CC, Index>& c) {
  const product_sizes sizes{a.blocksize().rows, a.blocksize().cols, b.blocksize().cols};
  with_block_product<T, (R == dynamic ? RC : R), (K == dynamic ? K2 : K), (C == dynamic ? CC : C)>(
      sizes, [&]<class Product>(std::type_identity<Product>) {
        product_values<Product>(policy, work, alpha, sizes, indices_of(a), a.data().data(), indices_of(b),
                                b.data().data(), indices_of(c), c.data().data());
      });
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
