// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The dense products that bsr is compared with: of the libraries that were there when this was compiled, the
// quickest.
#include <cstdint>
#include <string>

namespace minilm {

/// c (m x n) = op(a) op(b), column-major, op(x) = x or, with 'T', its transpose; one thread.
void gemm(char transpose_a, char transpose_b, std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
          std::int64_t lda, const float* b, std::int64_t ldb, float* c, std::int64_t ldc);

/// y = x W^T for column-major x (n x in) and y (n x out) and row-major w (out x in), packed.
inline void dense_product(const float* w, std::int64_t out, std::int64_t in, const float* x, std::int64_t n,
                          float* y) {
  gemm('N', 'N', n, out, in, x, n, w, in, y, n);
}

/// Measures which library is the quickest at 128 rows, and uses it from then on. Its name; empty if there is
/// none, and then gemm is three plain loops, with which nothing is to be compared.
std::string choose_dense_library();

}  // namespace minilm
