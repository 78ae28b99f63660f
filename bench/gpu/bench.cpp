// SPDX-License-Identifier: BSD-3-Clause
// gpu_bench spmm <block> | few | spmv | transposed | sddmm: times of bsr's products beside cuBLAS and
// cuSPARSE, a line of JSON each. Operands are random, results are compared with each other before anything
// counts, and buffers go round so that none stays in the L2 cache.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "bsr/bsr.hpp"
#include "bsr/cuda.hpp"
#include "measure.hpp"

#if defined(BSR_HAS_CUBLAS)
#include <cublas_v2.h>
#endif
#if defined(BSR_HAS_CUSPARSE)
#include <cusparse.h>
#endif

using namespace bsr_measure;
using bsr::bfloat16;
using bsr::device;
using bsr::transpose;

namespace {

template <class T>
using dense = bsr::dense_matrix<T, bsr::row_major, device>;
constexpr std::size_t more_than_a_cache = std::size_t{256} << 20;

/// Fast and not very random.
struct numbers {
  std::uint64_t state;
  std::uint32_t operator()() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>(state >> 33);
  }
  template <class T>
  T value() {
    return T(static_cast<float>((*this)() % 2001) / 1000.0f - 1.0f);
  }
};

template <class T>
dense<T> random_dense(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  bsr::dense_matrix<T> x(rows, cols);
  numbers next{seed};
  for (std::int64_t i = 0; i < rows * cols; ++i) x.data()[i] = next.value<T>();
  return bsr::copy_to<device>(x);
}

/// The same number of blocks in every block row, at random places: what Blocked-ELL can hold as well.
struct structure {
  std::vector<std::int32_t> indices, indptr{0};
  int per_row;

  structure(int rows, int cols, double density, std::uint64_t seed)
      : per_row(std::max(1, static_cast<int>(std::lround(density * cols)))) {
    numbers next{seed};
    std::vector<std::int32_t> all(static_cast<std::size_t>(cols));
    for (int j = 0; j < cols; ++j) all[static_cast<std::size_t>(j)] = j;
    for (int i = 0; i < rows; ++i) {
      for (int j = 0; j < per_row; ++j)
        std::swap(all[static_cast<std::size_t>(j)],
                  all[static_cast<std::size_t>(j) + next() % static_cast<unsigned>(cols - j)]);
      std::sort(all.begin(), all.begin() + per_row);
      indices.insert(indices.end(), all.begin(), all.begin() + per_row);
      indptr.push_back(static_cast<std::int32_t>(indices.size()));
    }
  }
};
template <class T, int R>
bsr::matrix<T, R, R> with_values(const structure& s, std::int64_t rows, std::int64_t cols) {
  std::vector<T> data(s.indices.size() * R * R);
  numbers next{7};
  for (T& x : data) x = next.value<T>();
  return bsr::matrix<T, R, R>({rows, cols}, data, s.indices, s.indptr);
}

/// The largest difference of two results, over what rounding to bfloat16 may make of elements of this size.
template <class T>
double distance(const dense<T>& x, const dense<T>& y) {
  const auto a = bsr::copy_to<bsr::host>(x);
  const auto b = bsr::copy_to<bsr::host>(y);
  double largest = 0, size = 0;
  for (std::int64_t i = 0; i < a.rows() * a.cols(); ++i) {
    const auto p = static_cast<double>(a.data()[i]), q = static_cast<double>(b.data()[i]);
    if (!(std::isfinite(p) && std::isfinite(q))) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, std::fabs(p - q));
    size = std::max(size, std::fabs(q));
  }
  return size > 0 ? largest / (size * 0x1p-7) : largest;
}

int wrong = 0;
template <class T>
bool agree(const char* point, const char* who, const dense<T>& x, const dense<T>& y) {
  const double d = distance(x, y);
  if (d <= 1) return true;
  std::printf("wrong: %s: %s and bsr differ by %g roundings\n", point, who, d);
  ++wrong;
  return false;
}
template <class T>
void poison(dense<T>& c) {
  check(cudaMemset(c.data(), 0xff, static_cast<std::size_t>(c.rows() * c.cols()) * sizeof(T)), "cudaMemset");
}

/// b and c as often as it takes to fill more than the cache.
template <class T>
std::vector<dense<T>> copies_of(const dense<T>& x, std::size_t bytes_of_all) {
  std::vector<dense<T>> result;
  const auto n = std::min<std::size_t>(8, 1 + more_than_a_cache / std::max<std::size_t>(1, bytes_of_all));
  for (std::size_t i = 0; i < n; ++i) result.push_back(x);
  return result;
}

#if defined(BSR_HAS_CUBLAS)
struct cublas {
  cublasHandle_t handle = nullptr;
  cublas() {
    if (cublasCreate(&handle) != CUBLAS_STATUS_SUCCESS) std::exit((std::printf("cublasCreate failed\n"), 1));
  }
  ~cublas() { cublasDestroy(handle); }
  /// c = a b, all row-major: as columns, c' = b' a'.
  bool multiply(const dense<bfloat16>& a, const dense<bfloat16>& b, dense<bfloat16>& c) const {
    const float one = 1, zero = 0;
    const int m = static_cast<int>(a.rows()), k = static_cast<int>(a.cols()), n = static_cast<int>(b.cols());
    return cublasGemmEx(handle, CUBLAS_OP_N, CUBLAS_OP_N, n, m, k, &one, b.data(), CUDA_R_16BF, n, a.data(),
                        CUDA_R_16BF, k, &zero, c.data(), CUDA_R_16BF, n, CUBLAS_COMPUTE_32F,
                        CUBLAS_GEMM_DEFAULT) == CUBLAS_STATUS_SUCCESS;
  }
};
#endif

#if defined(BSR_HAS_CUSPARSE)
/// c = a b by one of cuSPARSE's formats; `good` says whether it took the operands.
class cusparse_product {
 public:
  bool good = false;

  template <int R>
  cusparse_product(bool ell, const bsr::matrix<bfloat16, R, R, std::int32_t, device>& a, int per_row,
                   const dense<bfloat16>& b, dense<bfloat16>& c) {
    const auto m = a.rows(), k = a.cols(), n = b.cols();
    auto* const values = const_cast<bfloat16*>(a.data().data());
    auto* const indices = const_cast<std::int32_t*>(a.indices().data());
    auto* const indptr = const_cast<std::int32_t*>(a.indptr().data());
    // Both formats hold the values of these rows of equal length: BSR block after block, Blocked-ELL row
    // after row.
    if (ell) {
      const std::size_t bytes = static_cast<std::size_t>(a.num_blocks()) * R * R * sizeof(bfloat16);
      check(cudaMalloc(&rows_, bytes), "cudaMalloc");
      const std::size_t line = R * sizeof(bfloat16);
      const std::size_t width = line * static_cast<std::size_t>(per_row);
      for (std::int64_t i = 0; i < a.block_rows(); ++i)
        for (int j = 0; j < per_row; ++j)
          check(cudaMemcpy2DAsync(static_cast<char*>(rows_) + static_cast<std::size_t>(i) * R * width +
                                      static_cast<std::size_t>(j) * line,
                                  width, values + (i * per_row + j) * R * R, line, line, R,
                                  cudaMemcpyDeviceToDevice, nullptr),
                "cudaMemcpy2DAsync");
    }
    good = cusparseCreate(&handle_) == CUSPARSE_STATUS_SUCCESS;
    if (ell)
      good = good && cusparseCreateBlockedEll(&a_, m, k, R, static_cast<std::int64_t>(per_row) * R, indices,
                                              rows_, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO,
                                              CUDA_R_16BF) == CUSPARSE_STATUS_SUCCESS;
    else
      good = good &&
             cusparseCreateBsr(&a_, a.block_rows(), a.block_cols(), a.num_blocks(), R, R, indptr, indices,
                               values, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO,
                               CUDA_R_16BF, CUSPARSE_ORDER_ROW) == CUSPARSE_STATUS_SUCCESS;
    algorithm_ = ell ? CUSPARSE_SPMM_BLOCKED_ELL_ALG1 : CUSPARSE_SPMM_BSR_ALG1;
    good = good &&
           cusparseCreateDnMat(&b_, k, n, n, const_cast<bfloat16*>(b.data()), CUDA_R_16BF,
                               CUSPARSE_ORDER_ROW) == CUSPARSE_STATUS_SUCCESS &&
           cusparseCreateDnMat(&c_, m, n, n, c.data(), CUDA_R_16BF, CUSPARSE_ORDER_ROW) ==
               CUSPARSE_STATUS_SUCCESS;
    std::size_t bytes = 0;
    const float one = 1, zero = 0;
    good = good && cusparseSpMM_bufferSize(handle_, CUSPARSE_OPERATION_NON_TRANSPOSE,
                                           CUSPARSE_OPERATION_NON_TRANSPOSE, &one, a_, b_, &zero, c_,
                                           CUDA_R_32F, algorithm_, &bytes) == CUSPARSE_STATUS_SUCCESS;
    if (good) check(cudaMalloc(&scratch_, bytes + 16), "cudaMalloc");
  }
  cusparse_product(const cusparse_product&) = delete;
  ~cusparse_product() {
    if (a_ != nullptr) cusparseDestroySpMat(a_);
    if (b_ != nullptr) cusparseDestroyDnMat(b_);
    if (c_ != nullptr) cusparseDestroyDnMat(c_);
    if (handle_ != nullptr) cusparseDestroy(handle_);
    cudaFree(scratch_);
    cudaFree(rows_);
  }
  bool run(const dense<bfloat16>& b, dense<bfloat16>& c) {
    const float one = 1, zero = 0;
    return cusparseDnMatSetValues(b_, const_cast<bfloat16*>(b.data())) == CUSPARSE_STATUS_SUCCESS &&
           cusparseDnMatSetValues(c_, c.data()) == CUSPARSE_STATUS_SUCCESS &&
           cusparseSpMM(handle_, CUSPARSE_OPERATION_NON_TRANSPOSE, CUSPARSE_OPERATION_NON_TRANSPOSE, &one, a_,
                        b_, &zero, c_, CUDA_R_32F, algorithm_, scratch_) == CUSPARSE_STATUS_SUCCESS;
  }

 private:
  cusparseHandle_t handle_ = nullptr;
  cusparseSpMatDescr_t a_ = nullptr;
  cusparseDnMatDescr_t b_ = nullptr, c_ = nullptr;
  cusparseSpMMAlg_t algorithm_{};
  void* scratch_ = nullptr;
  void* rows_ = nullptr;
};
#endif

/// bsr, cuBLAS dense and both formats of cuSPARSE at one point.
template <int R>
void spmm_point(std::int64_t m, std::int64_t k, std::int64_t n, double sparsity) {
  char point[128];
  std::snprintf(point, sizeof(point), "spmm bf16 %dx%dx%d %dx%d sparsity %.2f", static_cast<int>(m),
                static_cast<int>(k), static_cast<int>(n), R, R, sparsity);
  const structure s(static_cast<int>(m / R), static_cast<int>(k / R), 1 - sparsity, 3);
  const auto a = bsr::copy_to<device>(with_values<bfloat16, R>(s, m, k));
  const auto b = random_dense<bfloat16>(k, n, 11);
  dense<bfloat16> c(m, n);
  const auto bytes = static_cast<std::size_t>((k + m) * n) * sizeof(bfloat16);
  const auto bs = copies_of(b, bytes);
  auto cs = copies_of(c, bytes);
  const auto of = [](auto& list, int i) -> auto& { return list[static_cast<std::size_t>(i) % list.size()]; };
  const double flops = 2.0 * static_cast<double>(a.num_blocks()) * R * R * static_cast<double>(n);
  const double once = static_cast<double>(a.num_blocks()) * (2.0 * R * R + 4) + static_cast<double>(bytes);

  auto p = plan(bsr::cuda{}, a * b);
  std::printf("%s\n", p.explain().c_str());
  poison(c);
  c.on(p) = a * b;
  report(point, "bsr", measure([&](int i) { of(cs, i).on(p) = a * of(bs, i); }), flops, once);
#if defined(BSR_HAS_CUBLAS)
  {
    const cublas library;
    auto full = bsr::dense_matrix<bfloat16>(m, k);
    const auto values = bsr::copy_to<bsr::host>(a);
    for (std::int64_t i = 0; i < values.block_rows(); ++i)
      for (auto x = values.indptr()[static_cast<std::size_t>(i)];
           x < values.indptr()[static_cast<std::size_t>(i) + 1]; ++x)
        for (int r = 0; r < R; ++r)
          std::memcpy(static_cast<void*>(
                          &full(i * R + r, std::int64_t{values.indices()[static_cast<std::size_t>(x)]} * R)),
                      values.data().data() + (static_cast<std::int64_t>(x) * R + r) * R,
                      R * sizeof(bfloat16));
    const auto fd = bsr::copy_to<device>(full);
    dense<bfloat16> theirs(m, n);
    if (!library.multiply(fd, b, theirs))
      std::printf("not compared: cuBLAS refuses %s\n", point);
    else if (agree(point, "cuBLAS", c, theirs))
      report(point, "cuBLAS dense", measure([&](int i) { library.multiply(fd, of(bs, i), of(cs, i)); }),
             2.0 * static_cast<double>(m) * static_cast<double>(k) * static_cast<double>(n), 0);
  }
#else
  std::printf("not compared: cuBLAS is not here\n");
#endif
#if defined(BSR_HAS_CUSPARSE)
  for (const bool ell : {false, true}) {
    const char* const who = ell ? "cuSPARSE Blocked-ELL" : "cuSPARSE BSR";
    dense<bfloat16> theirs(m, n);
    cusparse_product product(ell, a, s.per_row, b, theirs);
    if (!product.good || !product.run(b, theirs))
      std::printf("not compared: %s refuses %s\n", who, point);
    else if (agree(point, who, c, theirs))
      report(point, who, measure([&](int i) { product.run(of(bs, i), of(cs, i)); }), flops, once);
  }
#else
  std::printf("not compared: cuSPARSE is not here\n");
#endif
}

template <int R>
void spmm_points() {
  for (const double sparsity : {0.5, 0.75, 0.9, 0.95}) spmm_point<R>(8192, 8192, 8192, sparsity);
}

/// 3-dimensional stencils of 27 nodes, blocks of doubles: what solvers have.
template <int R>
void spmv_point(int nodes) {
  std::vector<std::int32_t> indices, indptr{0};
  for (int z = 0; z < nodes; ++z)
    for (int y = 0; y < nodes; ++y)
      for (int x = 0; x < nodes; ++x) {
        for (int dz = -1; dz <= 1; ++dz)
          for (int dy = -1; dy <= 1; ++dy)
            for (int dx = -1; dx <= 1; ++dx)
              if (x + dx >= 0 && x + dx < nodes && y + dy >= 0 && y + dy < nodes && z + dz >= 0 &&
                  z + dz < nodes)
                indices.push_back(((z + dz) * nodes + y + dy) * nodes + x + dx);
        indptr.push_back(static_cast<std::int32_t>(indices.size()));
      }
  const std::int64_t size = static_cast<std::int64_t>(nodes) * nodes * nodes * R;
  std::vector<double> data(indices.size() * R * R);
  numbers next{5};
  for (double& x : data) x = next.value<double>();
  const auto a = bsr::copy_to<device>(bsr::matrix<double, R, R>({size, size}, data, indices, indptr));
  const auto x = bsr::copy_to<device>(std::vector<double>(static_cast<std::size_t>(size), 0.5));
  bsr::device_vector<double> y(size);
  const auto blocks = static_cast<double>(a.num_blocks());
  char point[96];
  std::snprintf(point, sizeof(point), "spmv f64 stencil27:%d %dx%d", nodes, R, R);
  report(point, "bsr", measure([&](int) { y = a * x; }), 2 * blocks * R * R,
         blocks * (8.0 * R * R + 4) + 16.0 * static_cast<double>(size));
}

template <int R>
void transposed_point(double sparsity) {
  const structure s(8192 / R, 8192 / R, 1 - sparsity, 3);
  const auto a = bsr::copy_to<device>(with_values<bfloat16, R>(s, 8192, 8192));
  const auto b = random_dense<bfloat16>(8192, 4096, 13);
  dense<bfloat16> c(8192, 4096);
  auto p = plan(bsr::cuda{}, transpose(a) * b);
  char point[96];
  std::snprintf(point, sizeof(point), "transposed spmm bf16 8192x8192x4096 %dx%d sparsity %.2f", R, R,
                sparsity);
  report(point, "bsr", measure([&](int) { c.on(p) = transpose(a) * b; }),
         2.0 * static_cast<double>(a.num_blocks()) * R * R * 4096, 0);
}

template <int R>
void sddmm_point(double sparsity) {
  const structure places(8192 / R, 8192 / R, 1 - sparsity, 3);
  auto s = bsr::copy_to<device>(with_values<bfloat16, R>(places, 8192, 8192));
  const auto x = random_dense<bfloat16>(8192, 1024, 13);
  const auto y = random_dense<bfloat16>(8192, 1024, 17);
  char point[96];
  std::snprintf(point, sizeof(point), "sddmm bf16 8192x8192x1024 %dx%d sparsity %.2f", R, R, sparsity);
  report(point, "bsr", measure([&](int) { s = sddmm(s, x, transpose(y)); }),
         2.0 * static_cast<double>(s.num_blocks()) * R * R * 1024, 0);
}

}  // namespace

int main(int count, char** words) {
  const std::string what = count > 1 ? words[1] : "";
  const int block = count > 2 ? std::atoi(words[2]) : 0;
  if (!bsr::cuda::available()) {
    std::printf("skipped: bsr::cuda::available() says no\n");
    return 4;
  }
  try {
    if (what == "spmm" && block == 128)
      spmm_points<128>();
    else if (what == "spmm" && block == 64)
      spmm_points<64>();
    else if (what == "spmm" && block == 32)
      spmm_points<32>();
    else if (what == "spmm" && block == 16)
      spmm_points<16>();
    else if (what == "few")
      for (const std::int64_t n : {16, 32, 64}) {
        spmm_point<16>(8192, 8192, n, 0.9);
        spmm_point<64>(8192, 8192, n, 0.9);
      }
    else if (what == "spmv")
      spmv_point<3>(96), spmv_point<4>(80), spmv_point<6>(64), spmv_point<1>(160);
    else if (what == "transposed")
      transposed_point<32>(0.9), transposed_point<64>(0.9);
    else if (what == "sddmm")
      sddmm_point<32>(0.9), sddmm_point<64>(0.9);
    else
      return std::printf("usage: gpu_bench spmm 128|64|32|16, gpu_bench few|spmv|transposed|sddmm\n"), 2;
  } catch (const bsr::error& e) {
    std::printf("%s\n", e.what());
    return 1;
  }
  std::printf("%d contenders disagree\n", wrong);
  return wrong != 0;
}
