// SPDX-License-Identifier: BSD-3-Clause
// OpenBLAS: the dense product.

#include <cblas.h>

#include <memory>
#include <string>
#include <type_traits>

#include "harness/peer.hpp"

namespace {

struct openblas final : bench::peer_of<openblas> {
  std::string version() const override {
    return std::string(openblas_get_config()) + ", core " + openblas_get_corename();
  }

  template <class T>
  std::vector<bench::candidate> candidates(const bench::problem<T>& p) {
    if (p.what == bench::operation::spmv || p.what == bench::operation::sddmm ||
        p.dense_size() > bench::largest_dense)
      return {};
    auto a = std::make_shared<bench::array<T>>(bench::to_dense(p));
    return {{"OpenBLAS dense", "", true, [=] {
               openblas_set_num_threads(p.threads);
               if (p.what == bench::operation::spmm)
                 gemm(CblasNoTrans, p.m, p.n, p.k, a->data(), p.b, p.n, p.out, p.n);
               else
                 gemm(CblasTrans, p.n, p.m, p.k, p.b, a->data(), p.k, p.out, p.m);
             }}};
  }

 private:
  template <class T>
  static void gemm(CBLAS_TRANSPOSE right, int m, int n, int k, const T* a, const T* b, int ldb, T* c,
                   int ldc) {
    if constexpr (std::is_same_v<T, float>)
      cblas_sgemm(CblasRowMajor, CblasNoTrans, right, m, n, k, 1.0F, a, k, b, ldb, 0.0F, c, ldc);
    else
      cblas_dgemm(CblasRowMajor, CblasNoTrans, right, m, n, k, 1.0, a, k, b, ldb, 0.0, c, ldc);
  }
};

}  // namespace

extern "C" bench::peer* bsr_bench_peer() {
  static openblas instance;
  return &instance;
}
