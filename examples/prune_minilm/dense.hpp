// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The dense products that bsr is compared with: of the libraries that were there when this was compiled, the
// quickest.
#include <cstdint>
#include <string>

namespace minilm {

/// y = x W^T for column-major x (n x in) and y (n x out) and row-major w (out x in), packed; one thread.
void dense_product(const float* w, std::int64_t out, std::int64_t in, const float* x, std::int64_t n,
                   float* y);

/// Measures which library is the quickest at 128 rows, and uses it from then on. Its name; empty if there is
/// none, and then dense_product is three plain loops, with which nothing is to be compared.
std::string choose_dense_library();

}  // namespace minilm
