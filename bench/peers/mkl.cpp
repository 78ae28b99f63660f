// SPDX-License-Identifier: BSD-3-Clause
// oneMKL: sparse BLAS on BSR (square blocks only) and CSR, each as created and after its own optimisation,
// and the dense product, plain and with the constant matrix packed beforehand.

#include <mkl.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "harness/peer.hpp"
#include "peers/mkl_sparse.hpp"

namespace {

// The two types of every function under one name.
struct single {
  static constexpr auto mm = mkl_sparse_s_mm;
  static constexpr auto mv = mkl_sparse_s_mv;
  static constexpr auto gemm = cblas_sgemm;
  static constexpr auto pack_size = cblas_sgemm_pack_get_size;
  static constexpr auto pack = cblas_sgemm_pack;
  static constexpr auto compute = cblas_sgemm_compute;
};
struct twice {
  static constexpr auto mm = mkl_sparse_d_mm;
  static constexpr auto mv = mkl_sparse_d_mv;
  static constexpr auto gemm = cblas_dgemm;
  static constexpr auto pack_size = cblas_dgemm_pack_get_size;
  static constexpr auto pack = cblas_dgemm_pack;
  static constexpr auto compute = cblas_dgemm_compute;
};

using bench::check_mkl;

/// A handle and the arrays it points to.
template <class T>
struct sparse {
  bench::mkl_matrix handle;
  bench::csr<T> scalars;
};

struct packed {
  explicit packed(std::size_t bytes) : memory(mkl_malloc(bytes, 64)) {}
  packed(const packed&) = delete;
  packed& operator=(const packed&) = delete;
  ~packed() { mkl_free(memory); }
  void* memory;
};

struct mkl final : bench::peer_of<mkl> {
  std::string version() const override { return bench::mkl_version(); }

  template <class T>
  std::vector<bench::candidate> candidates(const bench::problem<T>& p) {
    using f = std::conditional_t<std::is_same_v<T, float>, single, twice>;
    mkl_set_num_threads(p.threads);
    std::vector<bench::candidate> all;
    if (p.what == bench::operation::sddmm) {
      if (p.dense_size() <= bench::largest_dense) add_masked<T, f>(all, p);
      return all;
    }
    for (const bool optimized : {false, true}) {
      if (p.r == p.c && p.r > 1) {
        auto a = std::make_shared<sparse<T>>();
        bench::create_mkl_matrix(a->handle, p.block_rows(), p.k / p.c, p.r, p.indptr, p.indices, p.data);
        add_sparse<T, f>(all, p, a, "MKL BSR", optimized);
      }
      auto a = std::make_shared<sparse<T>>();
      a->scalars = bench::to_csr(p);
      bench::create_mkl_matrix<T>(a->handle, p.m, p.k, 1, a->scalars.indptr.data(), a->scalars.indices.data(),
                                  a->scalars.data.data());
      add_sparse<T, f>(all, p, a, "MKL CSR", optimized);
    }
    if (p.what != bench::operation::spmv && p.dense_size() <= bench::largest_dense) add_dense<T, f>(all, p);
    return all;
  }

 private:
  template <class T, class F>
  static void add_sparse(std::vector<bench::candidate>& all, const bench::problem<T>& p,
                         std::shared_ptr<sparse<T>> a, const char* name, bool optimized) {
    matrix_descr general{};
    general.type = SPARSE_MATRIX_TYPE_GENERAL;
    const bool vector = p.what == bench::operation::spmv;
    // Row-major n x k is column-major k x n: a linear layer is the column-major product.
    const bool rows = p.what == bench::operation::spmm;
    const sparse_layout_t layout = rows ? SPARSE_LAYOUT_ROW_MAJOR : SPARSE_LAYOUT_COLUMN_MAJOR;
    if (optimized) {
      constexpr int many = 100000;
      if (vector)
        mkl_sparse_set_mv_hint(a->handle.get(), SPARSE_OPERATION_NON_TRANSPOSE, general, many);
      else
        mkl_sparse_set_mm_hint(a->handle.get(), SPARSE_OPERATION_NON_TRANSPOSE, general, layout, p.n, many);
      if (mkl_sparse_optimize(a->handle.get()) != SPARSE_STATUS_SUCCESS) return;
    }
    bench::candidate c{name, optimized ? "optimized" : "", false, {}};
    if (vector)
      c.run = [=] {
        mkl_set_num_threads(p.threads);
        check_mkl(F::mv(SPARSE_OPERATION_NON_TRANSPOSE, T(1), a->handle.get(), general, p.b, T(0), p.out),
                  "mkl_sparse_mv");
      };
    else
      c.run = [=] {
        mkl_set_num_threads(p.threads);
        check_mkl(F::mm(SPARSE_OPERATION_NON_TRANSPOSE, T(1), a->handle.get(), general, layout, p.b, p.n,
                        rows ? p.n : p.k, T(0), p.out, rows ? p.n : p.m),
                  "mkl_sparse_mm");
      };
    all.push_back(std::move(c));
  }

  /// The dense product, and its blocks copied out of it.
  template <class T, class F>
  static void add_masked(std::vector<bench::candidate>& all, const bench::problem<T>& p) {
    auto dense = std::make_shared<bench::array<T>>(p.dense_size());
    all.push_back({"MKL dense and mask", "", false, [=] {
                     mkl_set_num_threads(p.threads);
                     F::gemm(CblasRowMajor, CblasNoTrans, CblasTrans, p.m, p.k, p.n, T(1), p.x, p.n, p.b, p.n,
                             T(0), dense->data(), p.k);
                     T* to = p.out;
                     for (int i = 0; i < p.block_rows(); ++i)
                       for (std::int32_t q = p.indptr[i]; q < p.indptr[i + 1]; ++q)
                         for (int r = 0; r < p.r; ++r, to += p.c)
                           std::copy_n(dense->data() + (static_cast<std::size_t>(i) * p.r + r) * p.k +
                                           static_cast<std::size_t>(p.indices[q]) * p.c,
                                       p.c, to);
                   }});
  }

  template <class T, class F>
  static void add_dense(std::vector<bench::candidate>& all, const bench::problem<T>& p) {
    auto a = std::make_shared<bench::array<T>>(bench::to_dense(p));
    const bool rows = p.what == bench::operation::spmm;
    all.push_back({"MKL dense", "", true, [=] {
                     mkl_set_num_threads(p.threads);
                     if (rows)
                       F::gemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, p.m, p.n, p.k, T(1), a->data(), p.k,
                               p.b, p.n, T(0), p.out, p.n);
                     else
                       F::gemm(CblasRowMajor, CblasNoTrans, CblasTrans, p.n, p.m, p.k, T(1), p.b, p.k,
                               a->data(), p.k, T(0), p.out, p.m);
                   }});
    if (rows) {
      auto w = std::make_shared<packed>(F::pack_size(CblasAMatrix, p.m, p.n, p.k));
      T* const memory = static_cast<T*>(w->memory);
      F::pack(CblasRowMajor, CblasAMatrix, CblasNoTrans, p.m, p.n, p.k, T(1), a->data(), p.k, memory);
      all.push_back({"MKL dense", "packed", true, [=] {
                       (void)w;
                       mkl_set_num_threads(p.threads);
                       F::compute(CblasRowMajor, CblasPacked, CblasNoTrans, p.m, p.n, p.k, memory, p.k, p.b,
                                  p.n, T(0), p.out, p.n);
                     }});
    } else {
      auto w = std::make_shared<packed>(F::pack_size(CblasBMatrix, p.n, p.m, p.k));
      T* const memory = static_cast<T*>(w->memory);
      F::pack(CblasRowMajor, CblasBMatrix, CblasTrans, p.n, p.m, p.k, T(1), a->data(), p.k, memory);
      all.push_back({"MKL dense", "packed", true, [=] {
                       (void)w;
                       mkl_set_num_threads(p.threads);
                       F::compute(CblasRowMajor, CblasNoTrans, CblasPacked, p.n, p.m, p.k, p.b, p.k, memory,
                                  p.k, T(0), p.out, p.m);
                     }});
    }
  }
};

}  // namespace

extern "C" bench::peer* bsr_bench_peer() {
  static mkl instance;
  return &instance;
}
