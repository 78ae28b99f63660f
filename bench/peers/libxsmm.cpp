// SPDX-License-Identifier: BSD-3-Clause
// LIBXSMM has no block-sparse matrix. This is what an expert would build from its batch-reduce kernels: one
// call per block row and panel of columns, with the addresses of the row's blocks. The harness takes the
// quickest panel width. A linear layer gets its blocks transposed beforehand.

#include <libxsmm.h>
#include <omp.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

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

/// One product of two plain matrices.
template <class T>
struct libxsmm_mmfunction_of {
  std::conditional_t<std::is_same_v<T, float>, libxsmm_smmfunction, libxsmm_dmmfunction> run = nullptr;
};

template <class T>
struct plan {
  std::vector<int> rows;                           // the range of block rows of every thread
  std::size_t longest = 0;                         // blocks in the fullest block row
  bench::array<T> blocks;                          // transposed, for a linear layer
  std::vector<std::vector<const T*>> left, right;  // a list of addresses per thread
};

/// How many narrow numbers share a word of 32 bits; the dense operand is packed so that these lie one above
/// the other, within the timing, as nothing about it is constant.
template <class T>
constexpr int group_of = 4 / static_cast<int>(sizeof(T));

struct libxsmm final : bench::peer {
  libxsmm() { libxsmm_init(); }
  std::vector<bench::candidate> prepare(const bench::problem<float>& p) override { return candidates(p); }
  std::vector<bench::candidate> prepare(const bench::problem<double>& p) override { return candidates(p); }
  std::vector<bench::candidate> prepare(const bench::problem<bench::bf16>& p) override {
    return narrow(p, [](int width, const bench::problem<bench::bf16>& q) {
      const float one = 1, zero = 0;
      const int flags = LIBXSMM_GEMM_FLAG_VNNI_A, prefetch = LIBXSMM_PREFETCH_NONE;
      const auto kernel = libxsmm_bsmmdispatch_reducebatch_addr(width, q.r, q.c, &q.n, &q.c, &q.n, &one,
                                                                &zero, &flags, &prefetch);
      return reinterpret_cast<narrow_kernel>(kernel);
    });
  }
  std::vector<bench::candidate> prepare(const bench::problem<std::int8_t>& p) override {
    return narrow(p, [](int width, const bench::problem<std::int8_t>& q) {
      const int one = 1, zero = 0;
      const int flags = LIBXSMM_GEMM_FLAG_VNNI_A, prefetch = LIBXSMM_PREFETCH_NONE;
      const auto kernel = libxsmm_usbimmdispatch_reducebatch_addr(width, q.r, q.c, &q.n, &q.c, &q.n, &one,
                                                                  &zero, &flags, &prefetch);
      return reinterpret_cast<narrow_kernel>(kernel);
    });
  }

  std::string version() const override {
    return std::string("LIBXSMM ") + LIBXSMM_VERSION + " for " + libxsmm_get_target_arch();
  }

  template <class T>
  std::vector<bench::candidate> candidates(const bench::problem<T>& p) {
    if (p.what == bench::operation::spmv || p.block_size() == 1) return {};
    if (p.what == bench::operation::sddmm) return sampled(p);
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
  using narrow_kernel = void (*)(const void**, const void**, void*, const unsigned long long*);

  template <class T, class Dispatch>
  static std::vector<bench::candidate> narrow(const bench::problem<T>& p, const Dispatch& dispatch_narrow) {
    std::vector<bench::candidate> all;
    if (p.what != bench::operation::spmm || p.c % group_of<T> != 0) return all;
    auto words = std::make_shared<bench::array<std::uint32_t>>(p.b_size() / group_of<T>);
    auto bounds = std::make_shared<std::vector<int>>(bench::balanced_rows(p));
    // Panels of 16 give wrong sums of bytes in version 1.17.
    for (const int width : {32, 64, 128}) {
      const narrow_kernel kernel = p.n % width == 0 ? dispatch_narrow(width, p) : nullptr;
      if (kernel == nullptr) continue;
      all.push_back({"LIBXSMM", "panels of " + std::to_string(width), false, [=] {
                       const auto work = [&](int t) {
                         const int groups = p.k / group_of<T>;
                         pack_words<T>(p.b, groups * t / p.threads, groups * (t + 1) / p.threads, p.n,
                                       words->data());
#pragma omp barrier
                         for (int j = 0; j < p.n; j += width)
                           for (int i = (*bounds)[static_cast<std::size_t>(t)];
                                i < (*bounds)[static_cast<std::size_t>(t) + 1]; ++i)
                             narrow_row(p, kernel, i, j, width, words->data());
                       };
                       if (p.threads == 1) return work(0);
#pragma omp parallel num_threads(p.threads)
                       work(omp_get_thread_num());
                     }});
    }
    return all;
  }
  /// to[g * n + j] = the numbers of column j in the rows of group g.
  template <class T, class Dense>
  static void pack_words(const Dense* from, int first, int last, int n, std::uint32_t* to) {
    constexpr int group = group_of<T>;
    for (int g = first; g < last; ++g)
      for (int j = 0; j < n; ++j) {
        std::uint32_t word = 0;
        for (int i = 0; i < group; ++i)
          word |= static_cast<std::uint32_t>(from[(static_cast<std::size_t>(g) * group + i) * n + j])
                  << (i * (32 / group));
        to[static_cast<std::size_t>(g) * n + j] = word;
      }
  }
  template <class T>
  static void narrow_row(const bench::problem<T>& p, narrow_kernel kernel, int i, int j, int width,
                         const std::uint32_t* words) {
    thread_local std::vector<const void*> left, right;
    left.clear();
    right.clear();
    for (std::int32_t q = p.indptr[i]; q < p.indptr[i + 1]; ++q) {
      left.push_back(words + static_cast<std::size_t>(p.indices[q]) * (p.c / group_of<T>)*p.n + j);
      right.push_back(p.data + static_cast<std::size_t>(q) * p.block_size());
    }
    const unsigned long long count = left.size();
    auto* const c = p.out + static_cast<std::size_t>(i) * p.r * p.n + j;
    if (count != 0)
      kernel(left.data(), right.data(), c, &count);
    else
      for (int x = 0; x < p.r; ++x) std::fill_n(c + static_cast<std::size_t>(x) * p.n, width, 0);
  }

  /// The right operand is packed in panels of a block's columns, within the timing, as nothing about it is
  /// constant; then one call a block.
  template <class T>
  static std::vector<bench::candidate> sampled(const bench::problem<T>& p) {
    libxsmm_mmfunction_of<T> kernel = libxsmm_mmfunction_of<T>();
    const T one = 1, zero = 0;
    const int flags = LIBXSMM_GEMM_FLAG_NONE, prefetch = LIBXSMM_PREFETCH_NONE;
    // Seen in columns: a block's transpose is a panel, c x n, times the rows of X, n x r.
    if constexpr (std::is_same_v<T, float>)
      kernel.run = libxsmm_smmdispatch(p.c, p.r, p.n, &p.c, &p.n, &p.c, &one, &zero, &flags, &prefetch);
    else
      kernel.run = libxsmm_dmmdispatch(p.c, p.r, p.n, &p.c, &p.n, &p.c, &one, &zero, &flags, &prefetch);
    if (kernel.run == nullptr) return {};
    // And without panels: the right operand is turned as a whole.
    libxsmm_mmfunction_of<T> plain = libxsmm_mmfunction_of<T>();
    if constexpr (std::is_same_v<T, float>)
      plain.run = libxsmm_smmdispatch(p.c, p.r, p.n, &p.k, &p.n, &p.c, &one, &zero, &flags, &prefetch);
    else
      plain.run = libxsmm_dmmdispatch(p.c, p.r, p.n, &p.k, &p.n, &p.c, &one, &zero, &flags, &prefetch);
    auto panels = std::make_shared<bench::array<T>>(p.b_size());
    auto rows = std::make_shared<std::vector<int>>();
    for (int i = 0; i < p.block_rows(); ++i)
      rows->insert(rows->end(), static_cast<std::size_t>(p.indptr[i + 1] - p.indptr[i]), i);
    std::vector<bench::candidate> all;
    if (plain.run != nullptr && p.threads == 1)
      all.push_back({"plain LIBXSMM", "", false, [=] {
                       pack_panel(p.b, p.k, p.n, panels->data());
                       for (std::int32_t q = 0; q < p.num_blocks; ++q)
                         plain.run(
                             panels->data() + static_cast<std::size_t>(p.indices[q]) * p.c,
                             p.x + static_cast<std::size_t>((*rows)[static_cast<std::size_t>(q)]) * p.r * p.n,
                             p.out + static_cast<std::size_t>(q) * p.block_size());
                     }});
    all.push_back({"LIBXSMM", "packed panels", false, [=] {
                     const auto work = [&](int t) {
                       const int block_cols = p.k / p.c;
                       for (int j = block_cols * t / p.threads; j < block_cols * (t + 1) / p.threads; ++j)
                         pack_panel(p.b + static_cast<std::size_t>(j) * p.c * p.n, p.c, p.n,
                                    panels->data() + static_cast<std::size_t>(j) * p.c * p.n);
#pragma omp barrier
                       for (std::int64_t q = std::int64_t{p.num_blocks} * t / p.threads;
                            q < std::int64_t{p.num_blocks} * (t + 1) / p.threads; ++q)
                         kernel.run(
                             panels->data() + static_cast<std::size_t>(p.indices[q]) * p.c * p.n,
                             p.x + static_cast<std::size_t>((*rows)[static_cast<std::size_t>(q)]) * p.r * p.n,
                             p.out + static_cast<std::size_t>(q) * p.block_size());
                     };
                     if (p.threads == 1) return work(0);
#pragma omp parallel num_threads(p.threads)
                     work(omp_get_thread_num());
                   }});
    return all;
  }
  /// to[k * cols + c] = from[c * depth + k]: squares that the compiler turns in registers.
  template <class T>
  static void pack_panel(const T* from, int cols, int depth, T* to) {
    constexpr int side = 64 / static_cast<int>(sizeof(T));
    typedef T vector __attribute__((vector_size(64)));
    int c = 0;
    for (; c + side <= cols; c += side) {
      int k = 0;
      for (; k + side <= depth; k += side) {
        vector square[side];
        for (int i = 0; i < side; ++i)
          std::memcpy(&square[i], from + static_cast<std::size_t>(c + i) * depth + k, sizeof(vector));
        turn<T, 1>(square);
        for (int i = 0; i < side; ++i)
          std::memcpy(to + static_cast<std::size_t>(k + i) * cols + c, &square[i], sizeof(vector));
      }
      for (; k < depth; ++k)
        for (int i = 0; i < side; ++i)
          to[static_cast<std::size_t>(k) * cols + c + i] = from[static_cast<std::size_t>(c + i) * depth + k];
    }
    for (; c < cols; ++c)
      for (int k = 0; k < depth; ++k)
        to[static_cast<std::size_t>(k) * cols + c] = from[static_cast<std::size_t>(c) * depth + k];
  }
  /// Swaps the off-diagonal Step x Step squares, then the larger ones.
  template <class T, int Step, class V, int Side>
  static void turn(V (&square)[Side]) {
    if constexpr (Step < Side) {
#pragma GCC unroll 16
      for (int i = 0; i < Side; ++i) {
        if ((i & Step) != 0) continue;
        const V low = square[i], high = square[i + Step];
        [&]<int... L>(std::integer_sequence<int, L...>) {
          square[i] = __builtin_shufflevector(low, high, ((L & Step) == 0 ? L : Side + L - Step)...);
          square[i + Step] = __builtin_shufflevector(low, high, ((L & Step) == 0 ? L + Step : Side + L)...);
        }(std::make_integer_sequence<int, Side>{});
      }
      turn<T, 2 * Step>(square);
    }
  }

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
