// SPDX-License-Identifier: BSD-3-Clause
// Eigen's block-sparse matrix, which versions after 5.0 have. Its block sizes are known when it is compiled.

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <algorithm>
#include <memory>
#include <string>

#include "harness/peer.hpp"

namespace {

template <class T, int Options>
using dense = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Options>;

/// The products of a matrix with blocks of Size x Size.
template <class T, int Size>
std::function<void()> product(const bench::problem<T>& p) {
  auto a = std::make_shared<Eigen::BlockSparseMatrix<T, Eigen::RowMajor, Size, Size>>();
  a->setFromOuterInner(p.block_rows(), p.k / Size, p.num_blocks, p.indptr, p.indices);
  std::copy_n(p.data, p.nnz(), a->valuePtr());
  if (p.what == bench::operation::spmv)
    return [a, p] {
      using vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;
      Eigen::Map<vector>(p.out, p.m).noalias() = *a * Eigen::Map<const vector>(p.b, p.k);
    };
  if (p.what == bench::operation::spmm)
    return [a, p] {
      Eigen::Map<dense<T, Eigen::RowMajor>>(p.out, p.m, p.n).noalias() =
          *a * Eigen::Map<const dense<T, Eigen::RowMajor>>(p.b, p.k, p.n);
    };
  // Row-major n x k is column-major k x n, so that Y = X W' reads Y' = W X'.
  return [a, p] {
    Eigen::Map<dense<T, Eigen::ColMajor>>(p.out, p.m, p.n).noalias() =
        *a * Eigen::Map<const dense<T, Eigen::ColMajor>>(p.b, p.k, p.n);
  };
}

struct eigen_bsr final : bench::peer_of<eigen_bsr> {
  std::string version() const override {
    return "Eigen after " + std::to_string(EIGEN_MAJOR_VERSION) + "." + std::to_string(EIGEN_MINOR_VERSION) +
           "." + std::to_string(EIGEN_PATCH_VERSION);
  }

  template <class T>
  std::vector<bench::candidate> candidates(const bench::problem<T>& p) {
    // It has no threads, and no products at a pattern.
    if (p.what == bench::operation::sddmm || p.threads != 1 || p.r != p.c) return {};
    std::function<void()> run;
    switch (p.r) {
      case 2:
        run = product<T, 2>(p);
        break;
      case 3:
        run = product<T, 3>(p);
        break;
      case 4:
        run = product<T, 4>(p);
        break;
      case 5:
        run = product<T, 5>(p);
        break;
      case 6:
        run = product<T, 6>(p);
        break;
      case 8:
        run = product<T, 8>(p);
        break;
      case 16:
        run = product<T, 16>(p);
        break;
      case 32:
        run = product<T, 32>(p);
        break;
      default:
        return {};
    }
    return {{"Eigen BSR", "", false, std::move(run)}};
  }
};

}  // namespace

extern "C" bench::peer* bsr_bench_peer() {
  static eigen_bsr instance;
  return &instance;
}
