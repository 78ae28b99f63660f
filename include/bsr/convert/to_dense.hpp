// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Any matrix to a dense one. scipy: toarray.
#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/storage/alias.hpp"
#include "bsr/storage/coo.hpp"
#include "bsr/storage/csc.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/dense_matrix.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

template <class T, class Layout>
void fill_zero(const dense_view<T, Layout>& x) {
  if constexpr (std::same_as<Layout, row_major>) {
    for (std::int64_t i = 0; i < x.rows(); ++i)
      for (std::int64_t j = 0; j < x.cols(); ++j) x(i, j) = T{};
  } else {
    for (std::int64_t j = 0; j < x.cols(); ++j)
      for (std::int64_t i = 0; i < x.rows(); ++i) x(i, j) = T{};
  }
}

template <class T, int R, int C, class Index, class Layout>
void expand(const matrix_view<const T, R, C, Index>& a, const dense_view<T, Layout>& x) {
  const dims block = a.blocksize();
  const Index* const indptr = a.indptr().data();
  if constexpr (!std::same_as<Layout, row_major>) fill_zero(x);
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const std::int64_t first_row = i * block.rows;
    const std::int64_t height = (std::min)(block.rows, a.rows() - first_row);
    // Row by row, so that the zeros are still in the cache when the blocks come.
    if constexpr (std::same_as<Layout, row_major>) fill_zero(x.block(first_row, 0, height, a.cols()));
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
      const T* const values = a.data().data() + k * block.rows * block.cols;
      const std::int64_t first_col = a.indices()[static_cast<std::size_t>(k)] * block.cols;
      const std::int64_t width = (std::min)(block.cols, a.cols() - first_col);
      for (std::int64_t r = 0; r < height; ++r)
        for (std::int64_t c = 0; c < width; ++c) {
          T& element = x(first_row + r, first_col + c);
          element = add(element, values[r * block.cols + c]);
        }
    }
  }
}

template <class T, class Index, class Layout>
void expand(const csr_view<const T, Index>& a, const dense_view<T, Layout>& x) {
  fill_zero(x);
  const Index* const indptr = a.indptr().data();
  for (std::int64_t i = 0; i < a.rows(); ++i)
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
      T& element = x(i, a.indices()[static_cast<std::size_t>(k)]);
      element = add(element, a.data()[static_cast<std::size_t>(k)]);
    }
}

template <class T, class Index, class Layout>
void expand(const csc_view<const T, Index>& a, const dense_view<T, Layout>& x) {
  fill_zero(x);
  const Index* const indptr = a.indptr().data();
  for (std::int64_t j = 0; j < a.cols(); ++j)
    for (std::int64_t k = indptr[j]; k < indptr[j + 1]; ++k) {
      T& element = x(a.indices()[static_cast<std::size_t>(k)], j);
      element = add(element, a.data()[static_cast<std::size_t>(k)]);
    }
}

template <class T, class Index, class Layout>
void expand(const coo_view<const T, Index>& a, const dense_view<T, Layout>& x) {
  fill_zero(x);
  for (std::int64_t k = 0; k < a.nnz(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    T& element = x(a.row()[at], a.col()[at]);
    element = add(element, a.data()[at]);
  }
}

}  // namespace detail

/// Writes every element of the sparse a into the dense x: duplicates added up, zero where nothing is stored,
/// padding cut off. O(m n + nnz). Sums are formed in T: bool is "or", integers wrap.
/// Throws shape_error unless the shapes are equal, alias_error when x overlaps the values of a, format_error
/// when an index of a is out of range. scipy: toarray(out=x).
template <class A, dense_like X>
  requires(sparse_like<const A&> || csr_like<const A&> || csc_like<const A&> || coo_like<const A&>)
void to_dense(const A& a, X&& x) {
  const auto from = input(a);
  const auto to = view(std::forward<X>(x));
  static_assert(std::same_as<typename decltype(from)::value_type, typename decltype(to)::element_type>,
                "bsr: to_dense(a, x): x must hold elements of a's type, and they must not be const.");
  if (from.shape() != to.shape())
    fail<shape_error>("bsr: to_dense(a, x): a is ", from.shape(), ", x is ", to.shape(), ".");
  if (overlap(footprint_of(from.data()), footprint_of(to)))
    fail<alias_error>("bsr: to_dense(a, x): x (", to.shape(), ") shares memory with the values of a.");
  detail::check_format_for("to_dense", from, checks::full);
  detail::expand(from, to);
}

/// The elements of x as a dense matrix of its own: to_dense(a), to_dense<col_major>(a). As above; of a dense
/// x a copy. scipy: toarray(order).
template <class Layout = row_major, class X>
  requires(sparse_like<const X&> || csr_like<const X&> || csc_like<const X&> || coo_like<const X&> ||
           dense_like<const X&>)
auto to_dense(const X& x) {
  const auto from = input(x);
  dense_matrix<typename decltype(from)::value_type, Layout> result(from.rows(), from.cols(), uninitialized);
  if constexpr (dense_like<const X&>)
    copy(from, result);
  else
    to_dense(from, result);
  return result;
}

}  // namespace bsr::inline v0::inline BSR_TARGET
