// SPDX-License-Identifier: BSD-3-Clause
// Checks, conversions, files, and Eigen as an operand.
#include <cstdint>
#include <cstdio>

#include "bsr/bsr.hpp"
#include "bsr/eigen.hpp"
#include "bsr/io.hpp"
#include "target/collector.hpp"

namespace {

template <class A>
void stored(collector& out, const A& a) {
  out(static_cast<double>(a.nnz()));
  out.sum(a.data().data(), static_cast<int>(a.data().size()));
  out.sum(a.indices().data(), static_cast<int>(a.indices().size()));
  out.sum(a.indptr().data(), static_cast<int>(a.indptr().size()));
}

// A name of its own for each of the two, which work in one folder.
#define BSR_TEXT_(x) #x
#define BSR_TEXT(x) BSR_TEXT_(x)

template <class T>
void conversions(collector& out) {
  constexpr int rows = 12, cols = 10;
  static T x[rows * cols];
  fill(x, rows * cols, 8u);
  for (int i = 0; i < rows * cols; ++i)
    if (i % 3 != 0) x[i] = 0;
  const bsr::dense_view<const T> dense(x, rows, cols);

  auto blocks = bsr::to_bsr<3, 2>(dense);
  check_format(blocks);
  sort_indices(blocks);
  sum_duplicates(blocks);
  eliminate_zeros(blocks);
  out(has_canonical_format(blocks));
  stored(out, blocks);
  stored(out, bsr::to_transposed(blocks));
  const auto rows_of = bsr::to_csr(blocks);
  stored(out, rows_of);
  stored(out, bsr::to_bsr<2, 5>(rows_of));
  stored(out, bsr::to_bsr<2, 5>(bsr::to_coo(rows_of)));
  const auto again = bsr::to_dense(blocks);
  out.sum(again.data(), rows * cols);
  out(static_cast<double>(bsr::estimate_blocksize(rows_of).rows));

  const char* npz = "target_" BSR_TEXT(BSR_WORK) ".npz";
  const char* mtx = "target_" BSR_TEXT(BSR_WORK) ".mtx";
  bsr::io::save_npz(npz, blocks);
  stored(out, bsr::io::load_npz<T>(npz));
  bsr::io::save_mtx(mtx, blocks);
  stored(out, bsr::to_csr(bsr::io::load_mtx<T>(mtx)));
  try {
    stored(out, bsr::io::load_npz<T>(mtx));
  } catch (const bsr::format_error& error) {
    out(error.what()[0]);
  }
  std::remove(npz);
  std::remove(mtx);

  Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> b(cols, 7), c(rows, 7);
  fill(b.data(), cols * 7, 9u);
  bsr::view(c) = blocks * b;
  out.sum(c.data(), rows * 7);
  try {
    bsr::view(b) = blocks * b;
  } catch (const bsr::error& error) {
    out(error.what()[0]);
  }
}

}  // namespace

int BSR_WORK(double* results, int capacity) {
  collector out{results, capacity};
  conversions<double>(out);
  return out.count;
}
