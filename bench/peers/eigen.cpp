// SPDX-License-Identifier: BSD-3-Clause
// Eigen: its compressed row matrix (Eigen has no blocks), and its dense product.

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <memory>
#include <string>

#include "harness/peer.hpp"

namespace {

template <class T>
using row_major = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using column_major = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

struct eigen final : bench::peer_of<eigen> {
  std::string version() const override {
    return "Eigen " + std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
           std::to_string(EIGEN_MINOR_VERSION);
  }

  template <class T>
  std::vector<bench::candidate> candidates(const bench::problem<T>& p) {
    std::vector<bench::candidate> all;
    const int threads = p.threads;

    auto a = std::make_shared<const bench::csr<T>>(bench::to_csr(p));
    const auto sparse = [a, p] {
      return Eigen::Map<const Eigen::SparseMatrix<T, Eigen::RowMajor>>(
          p.m, p.k, static_cast<Eigen::Index>(a->data.size()), a->indptr.data(), a->indices.data(),
          a->data.data());
    };
    if (p.what == bench::operation::sddmm) return {};
    if (p.what == bench::operation::spmv) {
      all.push_back({"Eigen CSR", "", false, [=] {
                       Eigen::setNbThreads(threads);
                       Eigen::Map<vector<T>>(p.out, p.m).noalias() =
                           sparse() * Eigen::Map<const vector<T>>(p.b, p.k);
                     }});
      return all;
    }
    if (p.what == bench::operation::spmm) {
      all.push_back({"Eigen CSR", "", false, [=] {
                       Eigen::setNbThreads(threads);
                       Eigen::Map<row_major<T>>(p.out, p.m, p.n).noalias() =
                           sparse() * Eigen::Map<const row_major<T>>(p.b, p.k, p.n);
                     }});
    } else {
      // Row-major n x k is column-major k x n, so that Y = X W' reads Y' = W X'.
      all.push_back({"Eigen CSR", "", false, [=] {
                       Eigen::setNbThreads(threads);
                       Eigen::Map<column_major<T>>(p.out, p.m, p.n).noalias() =
                           sparse() * Eigen::Map<const column_major<T>>(p.b, p.k, p.n);
                     }});
    }
    if (p.dense_size() > bench::largest_dense) return all;

    auto dense = std::make_shared<bench::array<T>>(bench::to_dense(p));
    all.push_back({"Eigen dense", "", true, [=] {
                     Eigen::setNbThreads(threads);
                     const Eigen::Map<const row_major<T>> w(dense->data(), p.m, p.k);
                     if (p.what == bench::operation::spmm)
                       Eigen::Map<row_major<T>>(p.out, p.m, p.n).noalias() =
                           w * Eigen::Map<const row_major<T>>(p.b, p.k, p.n);
                     else
                       Eigen::Map<row_major<T>>(p.out, p.n, p.m).noalias() =
                           Eigen::Map<const row_major<T>>(p.b, p.n, p.k) * w.transpose();
                   }});
    return all;
  }
};

}  // namespace

extern "C" bench::peer* bsr_bench_peer() {
  static eigen instance;
  return &instance;
}
