// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/array.hpp"

namespace bench {

/// What is computed. Dense operands are row-major, A is an m x k block-sparse matrix.
///   spmm    C[m x n] = A * B[k x n]
///   linear  C[n x m] = B[n x k] * transpose(A), the layout of a neural network's linear layer
///   spmv    c[m] = A * b[k], where n is 1
///   sddmm   the blocks of A = X[m x n] * transpose(B[k x n]), A's values not being read
enum class operation { spmm, linear, spmv, sddmm };

/// bfloat16, the upper half of a float.
enum class bf16 : std::uint16_t {};

/// What a matrix with values of type T is multiplied with, and what comes out.
template <class T>
struct operand_types {
  using dense = T;
  using result = T;
};
template <>
struct operand_types<bf16> {
  using dense = bf16;
  using result = float;
};
template <>
struct operand_types<std::int8_t> {
  using dense = std::uint8_t;  // at most 127: who has no unsigned operand reads the same numbers
  using result = std::int32_t;
};

/// A stored number in a type that the oracle computes with.
template <class Wide, class T>
Wide widened(T x) {
  return static_cast<Wide>(x);
}
template <class Wide>
Wide widened(bf16 x) {
  return static_cast<Wide>(std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16));
}

/// One product as every contender is given it: scipy's three arrays, the dense operand and the destination.
template <class T>
struct problem {
  using dense_type = typename operand_types<T>::dense;
  using result_type = typename operand_types<T>::result;

  operation what = operation::spmm;
  int m = 0, k = 0, n = 0;
  int r = 0, c = 0;  // the block size; it divides m and k
  int num_blocks = 0;
  const std::int32_t* indptr = nullptr;
  const std::int32_t* indices = nullptr;
  const T* data = nullptr;
  const dense_type* b = nullptr;
  const dense_type* x = nullptr;  // the left operand of sddmm
  result_type* out = nullptr;
  int threads = 1;
  bool dynamic = false;   // bsr is not to know the block size when compiling
  bool epilogue = false;  // the same with a bias and an activation is measured, too

  int block_rows() const { return m / r; }
  std::size_t block_size() const { return static_cast<std::size_t>(r) * static_cast<std::size_t>(c); }
  std::size_t nnz() const { return static_cast<std::size_t>(num_blocks) * block_size(); }
  std::size_t b_size() const { return static_cast<std::size_t>(k) * static_cast<std::size_t>(n); }
  std::size_t x_size() const {
    return what == operation::sddmm ? static_cast<std::size_t>(m) * static_cast<std::size_t>(n) : 0;
  }
  std::size_t out_size() const {
    return what == operation::sddmm ? nnz() : static_cast<std::size_t>(m) * static_cast<std::size_t>(n);
  }
  std::size_t dense_size() const { return static_cast<std::size_t>(m) * static_cast<std::size_t>(k); }
  /// Multiplications and additions that the stored blocks ask for.
  double flops() const { return 2.0 * static_cast<double>(nnz()) * n; }
  /// Bytes that must travel once: values, indices, indptr, the dense operand, the result.
  double bytes() const {
    const bool sampled = what == operation::sddmm;
    return static_cast<double>((sampled ? 0 : nnz()) * sizeof(T) +
                               (x_size() + b_size()) * sizeof(dense_type) +
                               out_size() * sizeof(result_type)) +
           4.0 * (static_cast<double>(num_blocks) + block_rows() + 1);
  }
};

/// The same matrix with all its zeros, row-major m x k.
template <class T>
array<T> to_dense(const problem<T>& p) {
  array<T> dense(p.dense_size());
  for (int i = 0; i < p.block_rows(); ++i)
    for (std::int32_t q = p.indptr[i]; q < p.indptr[i + 1]; ++q)
      for (int x = 0; x < p.r; ++x)
        for (int y = 0; y < p.c; ++y)
          dense[(static_cast<std::size_t>(i) * p.r + x) * p.k + static_cast<std::size_t>(p.indices[q]) * p.c +
                y] =
              p.data[static_cast<std::size_t>(q) * p.block_size() + static_cast<std::size_t>(x) * p.c + y];
  return dense;
}

/// The same matrix as scalar CSR: what a library without blocks works on.
template <class T>
struct csr {
  std::vector<int> indptr, indices;
  std::vector<T> data;
};
template <class T>
csr<T> to_csr(const problem<T>& p) {
  csr<T> a;
  a.indptr.reserve(static_cast<std::size_t>(p.m) + 1);
  a.indices.reserve(p.nnz());
  a.data.reserve(p.nnz());
  a.indptr.push_back(0);
  for (int i = 0; i < p.block_rows(); ++i)
    for (int x = 0; x < p.r; ++x) {
      for (std::int32_t q = p.indptr[i]; q < p.indptr[i + 1]; ++q)
        for (int y = 0; y < p.c; ++y) {
          a.indices.push_back(p.indices[q] * p.c + y);
          a.data.push_back(
              p.data[static_cast<std::size_t>(q) * p.block_size() + static_cast<std::size_t>(x) * p.c + y]);
        }
      a.indptr.push_back(static_cast<int>(a.indices.size()));
    }
  return a;
}

/// The blocks one after the other, each transposed.
template <class T>
array<T> transposed_blocks(const problem<T>& p) {
  array<T> blocks(p.nnz());
  for (std::size_t q = 0; q < static_cast<std::size_t>(p.num_blocks); ++q)
    for (int x = 0; x < p.r; ++x)
      for (int y = 0; y < p.c; ++y)
        blocks[q * p.block_size() + static_cast<std::size_t>(y) * p.r + x] =
            p.data[q * p.block_size() + static_cast<std::size_t>(x) * p.c + y];
  return blocks;
}

/// Bounds of `threads` ranges of block rows that hold about the same number of blocks.
template <class T>
std::vector<int> balanced_rows(const problem<T>& p) {
  std::vector<int> bounds{0};
  for (int t = 1; t < p.threads; ++t) {
    const std::int64_t want = static_cast<std::int64_t>(p.num_blocks) * t / p.threads;
    int row = bounds.back();
    while (row < p.block_rows() && p.indptr[row] < want) ++row;
    bounds.push_back(row);
  }
  bounds.push_back(p.block_rows());
  return bounds;
}

}  // namespace bench
