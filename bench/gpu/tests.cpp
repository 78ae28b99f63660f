// SPDX-License-Identifier: BSD-3-Clause
// gpu_tests_<type> [--small]: products of one type on the device beside the same expressions on the CPU, and
// their bits from run to run. --small: what compute-sanitizer gets through in minutes.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "bsr/bsr.hpp"
#include "bsr/cuda.hpp"

#if defined(BSR_CHECK_GRAPHS)
#include <cuda_runtime_api.h>
#endif

using bsr::bfloat16;
using bsr::device;
using bsr::float16;
using bsr::host;
using bsr::relu;
using bsr::transpose;
using int8 = std::int8_t;

namespace {

using T = BSR_CHECKED_TYPE;
using Result =
    std::conditional_t<std::is_same_v<T, int8>, std::int32_t, std::conditional_t<sizeof(T) == 2, float, T>>;

int passed = 0;
int failed = 0;
void judge(bool good, const std::string& what) {
  ++(good ? passed : failed);
  if (!good) std::printf("wrong: %s\n", what.c_str());
}

std::mt19937 rng(1);
int between(int least, int most) {
  return least + static_cast<int>(rng() % static_cast<unsigned>(most - least + 1));
}

/// Small integers, so that every order of sums gives the same; or any numbers.
template <class U>
U element(bool exact) {
  return exact || std::is_integral_v<U> ? U(between(-4, 4))
                                        : U(static_cast<float>(between(-1000, 1000)) / 997.0f);
}
template <class U, class Layout = bsr::row_major>
bsr::dense_matrix<U, Layout> random_dense(std::int64_t rows, std::int64_t cols, bool exact = true) {
  bsr::dense_matrix<U, Layout> x(rows, cols);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < cols; ++j) x(i, j) = element<U>(exact);
  return x;
}
/// Unsorted rows, some empty, some full.
template <int R, int C>
bsr::matrix<T, R, C> random_sparse(int rows, int cols, bool exact = true) {
  std::vector<std::int32_t> indices, indptr{0};
  for (int i = 0; i < (rows + R - 1) / R; ++i) {
    const int fill = i % 5 == 3 ? 0 : i % 7 == 2 ? 100 : 30;
    const std::size_t first = indices.size();
    for (int j = 0; j < (cols + C - 1) / C; ++j)
      if (between(0, 99) < fill) indices.push_back(j);
    if (indices.size() > first + 1) std::swap(indices[first], indices.back());
    indptr.push_back(static_cast<std::int32_t>(indices.size()));
  }
  std::vector<T> data(indices.size() * R * C);
  for (T& x : data) x = element<T>(exact);
  return bsr::matrix<T, R, C>({rows, cols}, data, indices, indptr, bsr::padded);
}
template <class X, class Y>
bool same(const X& x, const Y& y) {
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t j = 0; j < x.cols(); ++j)
      if (static_cast<double>(x(i, j)) != static_cast<double>(y(i, j))) return false;
  return x.shape() == y.shape();
}

template <int R, int C, class LayoutB, class LayoutC>
void products(int block_rows, int block_cols, int cols) {
  const std::string what = "blocks of " + std::to_string(R) + "x" + std::to_string(C) + ", " +
                           std::to_string(cols) + " columns, B by " +
                           (std::is_same_v<LayoutB, bsr::row_major> ? "rows" : "columns");
  // Of large blocks the columns of B begin at multiples of 16 bytes.
  const auto a = random_sparse<R, C>(block_rows * R - R / 2, block_cols * C - C / 4);
  const auto b = random_dense<T, LayoutB>(a.cols(), cols);
  const auto bt = random_dense<T, LayoutB>(a.rows(), cols);
  const auto d = random_dense<Result, LayoutC>(a.rows(), cols);
  std::vector<unsigned char> gate(static_cast<std::size_t>(a.num_blocks()));
  for (auto& flag : gate) flag = static_cast<unsigned char>(between(0, 1));
  const auto ad = bsr::copy_to<device>(a);
  const auto bd = bsr::copy_to<device>(b);
  const auto btd = bsr::copy_to<device>(bt);
  const auto gated = bsr::copy_to<device>(gate);
  auto cd = bsr::copy_to<device>(d);
  auto c = d;
  bsr::dense_matrix<Result, LayoutC> ct(a.cols(), cols);
  bsr::dense_matrix<Result, LayoutC, device> ctd(a.cols(), cols);
  auto p = plan(bsr::cuda{.tf32 = true}, ad * bd);
  auto q = plan(bsr::cuda{.tf32 = true}, transpose(ad) * btd);

  c = a * b;
  cd = ad * bd;
  judge(same(bsr::copy_to<host>(cd), c), what + ", no plan");
  c = d;
  cd = bsr::copy_to<device>(d);
  c = relu(2 * a * b + 3 * c);
  cd.on(p) = relu(2 * ad * bd + 3 * cd);
  judge(same(bsr::copy_to<host>(cd), c), what + ", plan, epilogue");
  c = masked(a, gate) * b;
  cd.on(p) = masked(ad, gated) * bd;
  judge(same(bsr::copy_to<host>(cd), c), what + ", plan, masked");
  ct = transpose(a) * bt;
  ctd.on(q) = transpose(ad) * btd;
  judge(same(bsr::copy_to<host>(ctd), ct), what + ", transposed");

  bsr::matrix<Result, R, C> s{bsr::pattern_view<R, C>(a.view())};
  for (Result& value : s.data()) value = Result(1);
  auto sd = bsr::copy_to<device>(s);
  const auto x = random_dense<T, LayoutB>(a.rows(), cols);
  const auto y = random_dense<T, LayoutC>(cols, a.cols());
  const auto xd = bsr::copy_to<device>(x);
  const auto yd = bsr::copy_to<device>(y);
  s = 2 * sddmm(s, x, y) + s;
  sd.on(bsr::cuda{.tf32 = true}) = 2 * sddmm(sd, xd, yd) + sd;
  const auto back = bsr::copy_to<host>(sd);
  judge(std::equal(s.data().begin(), s.data().end(), back.data().begin(), back.data().end()),
        what + ", sampled");
}

template <int R, int C>
void layouts(int block_rows, int block_cols, int cols) {
  products<R, C, bsr::row_major, bsr::row_major>(block_rows, block_cols, cols);
  products<R, C, bsr::col_major, bsr::row_major>(block_rows, block_cols, cols);
  products<R, C, bsr::row_major, bsr::col_major>(block_rows, block_cols, cols);
  products<R, C, bsr::row_major, bsr::col_major>(block_rows, block_cols, cols + 3);
}

template <class Y>
bool same_bits(const Y& x, const Y& y) {
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t j = 0; j < x.cols(); ++j)
      if (std::memcmp(&x(i, j), &y(i, j), sizeof(x(i, j))) != 0) return false;
  return true;
}

/// Any numbers, a long row that is cut into parts: the same bits ten times, and from a graph.
void repeats(int block_rows, int block_cols) {
  const auto a = bsr::copy_to<device>(random_sparse<32, 32>(32 * block_rows, 32 * block_cols, false));
  const auto b = bsr::copy_to<device>(random_dense<T>(32 * block_cols, 256, false));
  bsr::dense_matrix<Result, bsr::row_major, device> c(32 * block_rows, 256);
  auto p = plan(bsr::cuda{.tf32 = true}, a * b);
  c.on(p) = a * b;
  const auto first = bsr::copy_to<host>(c);
  for (int n = 0; n < 10; ++n) {
    c.on(p) = a * b;
    judge(same_bits(first, bsr::copy_to<host>(c)), "the same bits in run " + std::to_string(n));
  }
#if defined(BSR_CHECK_GRAPHS)
  cudaStream_t stream = nullptr;
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t ready = nullptr;
  bool good = cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking) == cudaSuccess &&
              cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal) == cudaSuccess;
  if (good) c.on(p, bsr::cuda{.stream = stream}) = a * b;
  good = good && cudaStreamEndCapture(stream, &graph) == cudaSuccess &&
         cudaGraphInstantiate(&ready, graph, 0) == cudaSuccess &&
         cudaMemset(c.data(), 0xff, static_cast<std::size_t>(c.rows() * c.cols()) * sizeof(Result)) ==
             cudaSuccess &&
         cudaDeviceSynchronize() == cudaSuccess;
  for (int n = 0; good && n < 2; ++n) {
    good = cudaGraphLaunch(ready, stream) == cudaSuccess && cudaStreamSynchronize(stream) == cudaSuccess;
    judge(good && same_bits(first, bsr::copy_to<host>(c)), "the same bits from a graph");
  }
  judge(good, "a graph");
#endif
}

}  // namespace

int main(int count, char** words) {
  const bool small = count > 1 && std::string(words[1]) == "--small";
  if (!bsr::cuda::available()) {
    std::printf("skipped: bsr::cuda::available() says no\n");
    return 4;
  }
  try {
    layouts<16, 16>(9, 7, 40);
    layouts<32, 32>(5, 6, 72);
    layouts<64, 64>(3, 4, 24);
    layouts<128, 128>(2, 3, 16);
    layouts<3, 3>(11, 9, 5);
    // sm_90a has a form of its own for more than 128 columns.
    layouts<64, 64>(3, 4, 264);
    layouts<128, 128>(2, 3, 136);
    if (!small) {
      layouts<1, 1>(60, 70, 33);
      layouts<2, 5>(30, 20, 300);
      layouts<6, 6>(40, 40, 1);
      layouts<16, 32>(70, 30, 513);
      layouts<16, 8>(70, 30, 129);
      layouts<32, 64>(40, 20, 1024);
      layouts<64, 128>(20, 10, 512);
      layouts<128, 64>(12, 16, 264);
      layouts<24, 40>(20, 20, 200);
    }
    repeats(small ? 4 : 40, small ? 40 : 200);
  } catch (const bsr::error& e) {
    std::printf("%s\n", e.what());
    ++failed;
  }
  std::printf("%d products right, %d wrong\n", passed, failed);
  return failed != 0;
}
