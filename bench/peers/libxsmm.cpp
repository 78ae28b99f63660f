// SPDX-License-Identifier: BSD-3-Clause
// LIBXSMM has no block-sparse matrix. This is what an expert would build from its batch-reduce kernels: one
// call per block row and panel of columns, with the addresses of the row's blocks. The harness takes the
// quickest panel width. A linear layer gets its blocks transposed beforehand.

#include <libxsmm.h>
#include <omp.h>

#include <algorithm>
#include <memory>
#include <string>
#include <type_traits>

#include "harness/peer.hpp"

namespace {

template <class T>
struct kernel_of;
template <>
struct kernel_of<float> {
  using type = libxsmm_smmfunction_reducebatch_addr;
};
template <>
struct kernel_of<double> {
  using type = libxsmm_dmmfunction_reducebatch_addr;
};

/// LIBXSMM counts in columns: C[m x n] = sum of A[m x k] * B[k x n], all column-major.
template <class T>
auto dispatch(int m, int n, int k, int lda, int ldb, int ldc) {
  const T one = 1, zero = 0;
  const int flags = LIBXSMM_GEMM_FLAG_NONE, prefetch = LIBXSMM_PREFETCH_NONE;
  if constexpr (std::is_same_v<T, float>)
    return libxsmm_smmdispatch_reducebatch_addr(m, n, k, &lda, &ldb, &ldc, &one, &zero, &flags, &prefetch);
  else
    return libxsmm_dmmdispatch_reducebatch_addr(m, n, k, &lda, &ldb, &ldc, &one, &zero, &flags, &prefetch);
}

template <class T>
struct plan {
  std::vector<int> rows;                           // the range of block rows of every thread
  std::size_t longest = 0;                         // blocks in the fullest block row
  bench::array<T> blocks;                          // transposed, for a linear layer
  std::vector<std::vector<const T*>> left, right;  // a list of addresses per thread
};

struct libxsmm final : bench::peer_of<libxsmm> {
  libxsmm() { libxsmm_init(); }
  std::string version() const override {
    return std::string("LIBXSMM ") + LIBXSMM_VERSION + " for " + libxsmm_get_target_arch();
  }

  template <class T>
  std::vector<bench::candidate> candidates(const bench::problem<T>& p) {
    if (p.what == bench::operation::spmv || p.block_size() == 1) return {};
    auto shared = std::make_shared<plan<T>>();
    shared->rows = bench::balanced_rows(p);
    for (int i = 0; i < p.block_rows(); ++i)
      shared->longest = std::max(shared->longest, static_cast<std::size_t>(p.indptr[i + 1] - p.indptr[i]));
    shared->left.assign(static_cast<std::size_t>(p.threads), std::vector<const T*>(shared->longest + 1));
    shared->right = shared->left;
    const bool rows = p.what == bench::operation::spmm;
    if (!rows) shared->blocks = bench::transposed_blocks(p);

    std::vector<bench::candidate> all;
    for (const int width : {8, 16, 32, 48, 64, 128, 256}) {
      if (width > p.n || p.n % width != 0) continue;
      // Seen in columns, C' = B' A' for spmm; for a linear layer Y' = W X' with W's blocks transposed.
      typename kernel_of<T>::type const kernel =
          rows ? dispatch<T>(width, p.r, p.c, p.n, p.c, p.n) : dispatch<T>(p.r, width, p.c, p.r, p.k, p.m);
      if (kernel == nullptr) continue;
      all.push_back({"LIBXSMM", "panels of " + std::to_string(width), false, [=] {
                       const auto work = [&](int t) {
                         const auto thread = static_cast<std::size_t>(t);
                         for (int j = 0; j < p.n; j += width)
                           for (int i = shared->rows[thread]; i < shared->rows[thread + 1]; ++i)
                             rows ? product_row(p, kernel, i, j, width, shared->left[thread],
                                                shared->right[thread])
                                  : layer_row(p, kernel, i, j, width, shared->blocks, shared->left[thread],
                                              shared->right[thread]);
                       };
                       if (p.threads == 1) return work(0);
#pragma omp parallel num_threads(p.threads)
                       work(omp_get_thread_num());
                     }});
    }
    return all;
  }

 private:
  template <class T, class Kernel>
  static void product_row(const bench::problem<T>& p, Kernel kernel, int i, int j, int width,
                          std::vector<const T*>& left, std::vector<const T*>& right) {
    unsigned long long count = 0;
    for (std::int32_t q = p.indptr[i]; q < p.indptr[i + 1]; ++q, ++count) {
      left[count] = p.b + static_cast<std::size_t>(p.indices[q]) * p.c * p.n + j;
      right[count] = p.data + static_cast<std::size_t>(q) * p.block_size();
    }
    T* const c = p.out + static_cast<std::size_t>(i) * p.r * p.n + j;
    if (count != 0)
      kernel(left.data(), right.data(), c, &count);
    else
      for (int x = 0; x < p.r; ++x) std::fill_n(c + static_cast<std::size_t>(x) * p.n, width, T(0));
  }

  template <class T, class Kernel>
  static void layer_row(const bench::problem<T>& p, Kernel kernel, int i, int j, int width,
                        const bench::array<T>& blocks, std::vector<const T*>& left,
                        std::vector<const T*>& right) {
    unsigned long long count = 0;
    for (std::int32_t q = p.indptr[i]; q < p.indptr[i + 1]; ++q, ++count) {
      left[count] = blocks.data() + static_cast<std::size_t>(q) * p.block_size();
      right[count] = p.b + static_cast<std::size_t>(j) * p.k + static_cast<std::size_t>(p.indices[q]) * p.c;
    }
    T* const c = p.out + static_cast<std::size_t>(j) * p.m + static_cast<std::size_t>(i) * p.r;
    if (count != 0)
      kernel(left.data(), right.data(), c, &count);
    else
      for (int x = 0; x < width; ++x) std::fill_n(c + static_cast<std::size_t>(x) * p.m, p.r, T(0));
  }
};

}  // namespace

extern "C" bench::peer* bsr_bench_peer() {
  static libxsmm instance;
  return &instance;
}
