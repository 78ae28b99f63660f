// SPDX-License-Identifier: BSD-3-Clause
#include "dense.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#if defined(HAVE_ONEDNN)
#include <dnnl.h>
#endif
#if defined(HAVE_BLAS)
extern "C" void sgemm_(const char* transa, const char* transb, const int* m, const int* n, const int* k,
                       const float* alpha, const float* a, const int* lda, const float* b, const int* ldb,
                       const float* beta, float* c, const int* ldc);
#endif

namespace minilm {

namespace {

using product = decltype(&gemm);

void plain(char ta, char tb, std::int64_t m, std::int64_t n, std::int64_t k, const float* a, std::int64_t lda,
           const float* b, std::int64_t ldb, float* c, std::int64_t ldc) {
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < m; ++i) {
      float sum = 0;
      for (std::int64_t l = 0; l < k; ++l)
        sum += (ta == 'T' ? a[i * lda + l] : a[l * lda + i]) * (tb == 'T' ? b[l * ldb + j] : b[j * ldb + l]);
      c[j * ldc + i] = sum;
    }
}
#if defined(HAVE_ONEDNN)
// It is row-major: the transposed product.
void onednn(char ta, char tb, std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
            std::int64_t lda, const float* b, std::int64_t ldb, float* c, std::int64_t ldc) {
  dnnl_sgemm(tb, ta, n, m, k, 1.0f, b, ldb, a, lda, 0.0f, c, ldc);
}
#endif
#if defined(HAVE_BLAS)
void blas(char ta, char tb, std::int64_t m, std::int64_t n, std::int64_t k, const float* a, std::int64_t lda,
          const float* b, std::int64_t ldb, float* c, std::int64_t ldc) {
  const int sizes[] = {static_cast<int>(m), static_cast<int>(n), static_cast<int>(k)};
  const int strides[] = {static_cast<int>(lda), static_cast<int>(ldb), static_cast<int>(ldc)};
  const float one = 1, zero = 0;
  sgemm_(&ta, &tb, sizes, sizes + 1, sizes + 2, &one, a, strides, b, strides + 1, &zero, c, strides + 2);
}
#endif

product chosen = plain;

}  // namespace

void gemm(char transpose_a, char transpose_b, std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
          std::int64_t lda, const float* b, std::int64_t ldb, float* c, std::int64_t ldc) {
  chosen(transpose_a, transpose_b, m, n, k, a, lda, b, ldb, c, ldc);
}

std::string choose_dense_library() {
  std::vector<std::pair<const char*, product>> all;
#if defined(HAVE_ONEDNN)
  all.emplace_back("oneDNN", onednn);
#endif
#if defined(HAVE_BLAS)
  all.emplace_back(HAVE_BLAS, blas);
#endif
  constexpr std::int64_t in = 384, out = 1536, n = 128;
  const std::vector<float> w(static_cast<std::size_t>(in * out), 1), x(static_cast<std::size_t>(in * n), 1);
  std::vector<float> y(static_cast<std::size_t>(out * n));
  std::string name;
  double least = 1e9;
  for (const auto& [library, f] : all)
    for (int repeat = 0; repeat < 20; ++repeat) {
      const auto begin = std::chrono::steady_clock::now();
      f('N', 'N', n, out, in, x.data(), n, w.data(), in, y.data(), n);
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      if (seconds >= least) continue;
      least = seconds;
      name = library;
      chosen = f;
    }
  return name;
}

}  // namespace minilm
