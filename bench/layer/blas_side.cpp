// SPDX-License-Identifier: BSD-3-Clause
// Dense layers on a BLAS: oneMKL, which also packs, or OpenBLAS.
#include "layer/dense_side.hpp"

#if defined(BSR_BENCH_DENSE_MKL)
#include <mkl.h>

#include <memory>
#else
#include <cblas.h>
extern "C" void openblas_set_num_threads(int);
#endif

namespace {

struct blas final : bench::dense_library {
#if defined(BSR_BENCH_DENSE_MKL)
  std::string name() const override { return "MKL"; }
  blas() { mkl_set_num_threads(1); }
  std::function<void()> packed(const bench::dense_layer& l) override {
    const auto which = l.by_columns ? CblasAMatrix : CblasBMatrix;
    const int m = l.by_columns ? l.out : l.n, n = l.by_columns ? l.n : l.out;
    const std::shared_ptr<void> memory(mkl_malloc(cblas_sgemm_pack_get_size(which, m, n, l.in), 64),
                                       mkl_free);
    float* const w = static_cast<float*>(memory.get());
    cblas_sgemm_pack(CblasRowMajor, which, l.by_columns ? CblasNoTrans : CblasTrans, m, n, l.in, 1, l.w, l.in,
                     w);
    if (l.by_columns)
      return [=] {
        (void)memory;
        cblas_sgemm_compute(CblasRowMajor, CblasPacked, CblasNoTrans, m, n, l.in, w, l.in, l.x, l.n, 0, l.y,
                            l.n);
      };
    return [=] {
      (void)memory;
      cblas_sgemm_compute(CblasRowMajor, CblasNoTrans, CblasPacked, m, n, l.in, l.x, l.in, w, l.in, 0, l.y,
                          l.out);
    };
  }
#else
  std::string name() const override { return "OpenBLAS"; }
  blas() { openblas_set_num_threads(1); }
#endif

  void gemm(bool transpose_a, bool transpose_b, int m, int n, int k, const float* a, int lda, const float* b,
            int ldb, float* c, int ldc) override {
    cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans,
                transpose_b ? CblasTrans : CblasNoTrans, m, n, k, 1, a, lda, b, ldb, 0, c, ldc);
  }
};

}  // namespace

extern "C" bench::dense_library* bsr_bench_dense() {
  static blas instance;
  return &instance;
}
