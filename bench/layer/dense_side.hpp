// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What a library does for dense layers. Each is a module of its own, as the peers of products are.
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// y = x w^T for constant weights, n samples: w is out x in, row-major; x (n x in) and y (n x out) lie by
/// rows or by columns.
struct dense_layer {
  int out = 0, in = 0, n = 0;
  bool by_columns = false;
  const float* w = nullptr;
  const float* bias = nullptr;
  bool gelu = false;
  const float* x = nullptr;
  float* y = nullptr;
};

class dense_library {
 public:
  dense_library() = default;
  dense_library(const dense_library&) = delete;
  dense_library& operator=(const dense_library&) = delete;
  virtual ~dense_library() = default;
  virtual std::string name() const = 0;
  /// c (m x n) = op(a) op(b), row-major, op(x) = x or its transpose. One thread.
  virtual void gemm(bool transpose_a, bool transpose_b, int m, int n, int k, const float* a, int lda,
                    const float* b, int ldb, float* c, int ldc) = 0;
  /// The whole layer, y = f(x w^T + b), where the library has it in one piece. Packs beforehand.
  virtual std::function<void()> whole(const dense_layer&) { return {}; }
  /// The product alone with weights that are packed beforehand, where the library has that.
  virtual std::function<void()> packed(const dense_layer&) { return {}; }

  /// The product of a layer.
  void product(const dense_layer& l) {
    if (l.by_columns)
      gemm(false, false, l.out, l.n, l.in, l.w, l.in, l.x, l.n, l.y, l.n);
    else
      gemm(false, true, l.n, l.out, l.in, l.x, l.in, l.w, l.in, l.y, l.out);
  }
};

}  // namespace bench

/// What every module exports.
extern "C" bench::dense_library* bsr_bench_dense();
