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

using product = void (*)(const float*, std::int64_t, std::int64_t, const float*, std::int64_t, float*);

[[maybe_unused]] void plain(const float* w, std::int64_t out, std::int64_t in, const float* x, std::int64_t n,
                            float* y) {
  for (std::int64_t j = 0; j < out; ++j)
    for (std::int64_t i = 0; i < n; ++i) {
      float sum = 0;
      for (std::int64_t k = 0; k < in; ++k) sum += w[j * in + k] * x[k * n + i];
      y[j * n + i] = sum;
    }
}
#if defined(HAVE_ONEDNN)
// Row-major: y^T (out x n) = w x^T.
void onednn(const float* w, std::int64_t out, std::int64_t in, const float* x, std::int64_t n, float* y) {
  dnnl_sgemm('N', 'N', out, n, in, 1.0f, w, in, x, n, 0.0f, y, n);
}
#endif
#if defined(HAVE_BLAS)
// Column-major: y (n x out) = x (n x in) times w, which is column-major in x out.
void blas(const float* w, std::int64_t out, std::int64_t in, const float* x, std::int64_t n, float* y) {
  const int m = static_cast<int>(n), cols = static_cast<int>(out), k = static_cast<int>(in);
  const float one = 1, zero = 0;
  sgemm_("N", "N", &m, &cols, &k, &one, x, &m, w, &k, &zero, y, &m);
}
#endif

product chosen = plain;

}  // namespace

void dense_product(const float* w, std::int64_t out, std::int64_t in, const float* x, std::int64_t n,
                   float* y) {
  chosen(w, out, in, x, n, y);
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
      f(w.data(), out, in, x.data(), n, y.data());
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      if (seconds >= least) continue;
      least = seconds;
      name = library;
      chosen = f;
    }
  return name;
}

}  // namespace minilm
